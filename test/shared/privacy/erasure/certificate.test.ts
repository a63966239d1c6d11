import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { canonicalJson } from '#shared/platform/canonical-json.ts';
import { lookupIdOf } from '#shared/privacy/keys/derivations.ts';
import { freezeSubject, shredKeyrings } from '#shared/privacy/keys/forgetting.ts';
import {
  ADDENDUM_FORMAT,
  certificateBody,
  certificateHash,
  placeAfter,
  signCertificate,
} from '#shared/privacy/erasure/certificate.ts';
import type { Certificate, CertificateSigner } from '#shared/privacy/erasure/certificate.ts';
import { verifyCertificate, verifyChain } from '#shared/privacy/erasure/certificate-verify.ts';
import { advance, destroyedKeyrings, openErasure } from '#shared/privacy/erasure/erasure.ts';
import type { Advanced } from '#shared/privacy/erasure/erasure.ts';
import { BOUND_MS, newWorld, userRequest } from '../world.ts';
import type { World } from '../world.ts';

const EPOCH_MS = 30 * 86_400_000;
const KEY_VERSION = 'projects/p/locations/l/keyRings/r/cryptoKeys/certificates/cryptoKeyVersions/1';

function newSigner(curve = 'P-256'): CertificateSigner & { readonly publicKeyPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: curve });
  return {
    keyVersion: KEY_VERSION,
    // What Cloud KMS's asymmetricSign does with the digest of the bytes.
    sign: async (bytes) => sign('sha256', bytes, { key: privateKey, dsaEncoding: 'der' }),
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

const signer = newSigner();

/** Really erases a user in a world of memory and certifies it. */
async function certified(
  world: World,
  user: string,
  last?: Certificate,
): Promise<{ certificate: Certificate; names: readonly string[] }> {
  const { clock, deps } = world;
  const token = await world
    .process()
    .use(userRequest(user, `${user}-browser`), ({ keys, visitor }) => [keys.token, visitor ?? '']);
  const lookupId = lookupIdOf(world.pepper, { kind: 'user', id: user });
  const step = (advanced: Advanced) => (advanced.kind === 'advanced' ? advanced.record : assert.fail(advanced.kind));
  let record = openErasure('7f3c9a52-0000-4000-8000-000000000001', lookupId, { basis: 'request' }, clock.now());
  const plan = [
    { endpoint: 'listening.track_played', action: 'covered', reason: 'nothing opens' },
    { endpoint: 'listening.emails', action: 'row-delete', reason: 'email was opened' },
  ] as const;
  record = step(advance(record, 'verified', { by: 'account' }, clock.now()));
  record = step(advance(record, 'scoped', { plan }, clock.now()));
  const frozen = await freezeSubject(deps, lookupId);
  assert.ok(frozen.kind === 'frozen');
  const { keyrings } = frozen;
  record = step(advance(record, 'frozen', { keyrings: keyrings.length, tokens: 2 }, clock.now()));
  const shredded = await shredKeyrings(
    deps,
    keyrings.map((each) => each.lookupId),
  );
  assert.ok(shredded.kind === 'shredded');
  const destroyed = destroyedKeyrings(record.salt, shredded.records, keyrings, world.epochs.records);
  record = step(advance(record, 'shredded', { keyrings: destroyed }, clock.now()));
  clock.nowMs += BOUND_MS;
  record = step(advance(record, 'waited', { boundMs: BOUND_MS }, clock.now()));
  const endpoints = [{ endpoint: 'listening.emails', action: 'row-delete', rows: 3, runs: ['job-1'] }] as const;
  record = step(advance(record, 'rows-cleaned', { endpoints }, clock.now()));
  record = step(advance(record, 'recipients-told', { recipients: [] }, clock.now()));
  record = step(
    advance(record, 'proved', { probes: [{ name: 'keyring reads as a tombstone', tried: 2, passed: 2 }] }, clock.now()),
  );
  const body = certificateBody(record, placeAfter(last, KEY_VERSION), EPOCH_MS, clock.now());
  const names = [
    user,
    lookupId,
    ...(token.kind === 'used' ? token.result : []),
    ...keyrings.map((each) => each.lookupId),
  ];
  return { certificate: await signCertificate(body, signer), names };
}

const world = await newWorld();
const { certificate, names } = await certified(world, 'ann@example.com');
const text = JSON.stringify(certificate);

test('a certificate verifies against the key that signed it, in any layout of its JSON', () => {
  for (const layout of [text, JSON.stringify(certificate, null, 2), `\n${canonicalJson(certificate)}\n`]) {
    assert.equal(verifyCertificate(layout, signer.publicKeyPem).kind, 'valid');
  }
});

test('it tells what was destroyed, what was done, what is left and until when', () => {
  assert.ok(certificate.body.format === 'tributary.erasure-certificate/v1');
  const { keyrings, endpoints, residue, revocationBoundSeconds, dueAt } = certificate.body;
  assert.equal(keyrings.length, 2);
  assert.equal(keyrings[0]?.epochs[0]?.keyVersion, 'memory/cryptoKeys/subject-kek/cryptoKeyVersions/1');
  assert.deepEqual(endpoints[1], {
    endpoint: 'listening.emails',
    action: 'row-delete',
    reason: 'email was opened',
    rows: 3,
    runs: ['job-1'],
  });
  assert.equal(residue.length, 6);
  assert.equal(revocationBoundSeconds, BOUND_MS / 1000);
  assert.equal(dueAt.slice(0, 10), '2026-12-21');
});

test('it names nobody: no user id, lookup id or token, nor a plain hash of one', () => {
  for (const name of names) {
    assert.ok(!text.includes(name));
    for (const hash of ['sha256', 'sha1', 'md5']) {
      assert.ok(!text.includes(createHash(hash).update(name).digest('hex')));
      assert.ok(!text.includes(createHash(hash).update(name).digest('base64')));
    }
  }
});

test('any date changed anywhere in it is noticed', () => {
  const dates = [...text.matchAll(/20[0-9]{2}-[0-9]{2}-/g)];
  assert.ok(dates.length > 10);
  for (const { index } of dates) {
    const forged = `${text.slice(0, index)}2031-01-${text.slice(index + 8)}`;
    assert.equal(verifyCertificate(forged, signer.publicKeyPem).kind, 'invalid');
  }
});

test('any character changed, left out or added is noticed, unless it is white space between the members', () => {
  fc.assert(
    fc.property(fc.nat({ max: text.length - 1 }), fc.constantFrom('', '0', 'a', 'Z', '"', '1,', '{'), (at, put) => {
      const forged = text.slice(0, at) + put + text.slice(at + 1);
      if (forged !== text) assert.equal(verifyCertificate(forged, signer.publicKeyPem).kind, 'invalid');
    }),
    { numRuns: 2000 },
  );
});

test('a signature written in another base64 of the same bytes is refused', () => {
  const { value } = certificate.signature;
  const bytes = Buffer.from(value, 'base64');
  for (const last of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/') {
    const other = value.replace(/[^=](?==*$)/, last);
    if (other === value || !Buffer.from(other, 'base64').equals(bytes)) continue;
    const forged = JSON.stringify({ ...certificate, signature: { ...certificate.signature, value: other } });
    assert.deepEqual(verifyCertificate(forged, signer.publicKeyPem), { kind: 'invalid', reason: 'malformed' });
  }
});

test('a member that comes twice is refused, whichever of the two is the true one', () => {
  const reason = { kind: 'invalid', reason: 'malformed' };
  const before = text.replace('"finishedAt":', '"finishedAt":"2031-01-01T00:00:00.000Z","finishedAt":');
  assert.deepEqual(verifyCertificate(before, signer.publicKeyPem), reason);
  assert.deepEqual(verifyCertificate(text.replace('{"body"', '{"body":{},"body"'), signer.publicKeyPem), reason);
});

test('another key, a key inside the file and things that are no key verify nothing', () => {
  const other = newSigner().publicKeyPem;
  assert.deepEqual(verifyCertificate(text, other), { kind: 'invalid', reason: 'wrong_signature' });
  assert.deepEqual(verifyCertificate(JSON.stringify({ ...certificate, publicKey: other }), other), {
    kind: 'invalid',
    reason: 'malformed',
  });
  for (const key of ['', 'PEM', newSigner('P-384').publicKeyPem]) {
    assert.deepEqual(verifyCertificate(text, key), { kind: 'invalid', reason: 'unusable_key' });
  }
  for (const json of ['', '{}', '[]', 'null', '{"body":{}}', text.slice(1)]) {
    assert.deepEqual(verifyCertificate(json, signer.publicKeyPem), { kind: 'invalid', reason: 'malformed' });
  }
});

test('the signature is plain ECDSA over SHA-256 of the canonical body, as any other tool checks it', () => {
  const bytes = Buffer.from(canonicalJson(certificate.body));
  assert.ok(verify('sha256', bytes, signer.publicKeyPem, Buffer.from(certificate.signature.value, 'base64')));
});

test('the ledger is a chain: an entry left out, swapped or replayed breaks it', async () => {
  const second = (await certified(world, 'bob', certificate)).certificate;
  const place = placeAfter(second, KEY_VERSION);
  const body = {
    format: ADDENDUM_FORMAT,
    certificate: certificateHash(certificate),
    epoch: '2026-11-21',
    keyVersion: 'memory/cryptoKeys/subject-kek/cryptoKeyVersions/1',
    destroyedAt: '2026-12-23T00:00:00.000Z',
    ...place,
  } as const;
  const addendum = await signCertificate(body, signer);
  const [a, b, c] = [certificate, second, addendum].map((each) => JSON.stringify(each));
  assert.deepEqual(verifyChain([a!, b!, c!], signer.publicKeyPem), { kind: 'valid', length: 3 });
  assert.deepEqual(verifyChain([], signer.publicKeyPem), { kind: 'valid', length: 0 });
  for (const [ledger, at] of [
    [[b!], 0],
    [[a!, c!], 1],
    [[a!, a!], 1],
    [[b!, a!], 0],
    [[a!, b!, b!], 2],
  ] as const) {
    assert.deepEqual(verifyChain(ledger, signer.publicKeyPem), { kind: 'invalid', at, reason: 'broken_chain' });
  }
  assert.deepEqual(verifyChain([a!, b!.replace('2026', '2025')], signer.publicKeyPem), {
    kind: 'invalid',
    at: 1,
    reason: 'wrong_signature',
  });
});

test('only a proved erasure can be certified', () => {
  const record = openErasure('7f3c9a52-0000-4000-8000-000000000001', 'a'.repeat(52), { basis: 'request' }, 0);
  assert.throws(() => certificateBody(record, placeAfter(undefined, KEY_VERSION), EPOCH_MS, 0), /state received/);
});
