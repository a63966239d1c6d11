/** `trib certificate verify`, the whole command in a process of its own; and the openssl recipe of docs/privacy.md. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type CertificateBody, FIRST_PREVIOUS, signCertificate } from '#shared/privacy/erasure/certificate.ts';
import { runRecipe, skipRecipe } from './openssl-recipe.ts';
import { type CommandResult, runTrib } from './trib.ts';

const folder = mkdtempSync(join(tmpdir(), 'tributary-certificate-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

const signer = newKey();
const other = newKey();
const certificate = await signCertificate(body(), { keyVersion: 'key/1', sign: signer.sign });
writeFileSync(at('certificate.json'), JSON.stringify(certificate));
writeFileSync(at('pretty.json'), JSON.stringify(certificate, undefined, 2));
writeFileSync(at('certificate-key.pem'), signer.publicKeyPem);
writeFileSync(at('other.pem'), other.publicKeyPem);

function newKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    sign: async (bytes: Buffer) => sign('sha256', bytes, { key: privateKey, dsaEncoding: 'der' }),
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/** A certificate in every part, as the golden file has it. */
function body(): CertificateBody {
  const digest = 'ab'.repeat(32);
  return {
    format: 'tributary.erasure-certificate/v1',
    erasure: '019a0000-0000-7000-8000-000000000001',
    basis: 'request',
    salt: Buffer.alloc(16, 1).toString('base64'),
    subject: digest,
    receivedAt: '2026-11-21T12:00:00.000Z',
    dueAt: '2026-12-21T12:00:00.000Z',
    finishedAt: '2026-11-21T12:00:06.000Z',
    keyrings: [
      {
        generation: 1,
        shreddedAt: '2026-11-21T12:00:01.000Z',
        record: digest,
        object: digest,
        revision: '1795262401000001',
        epochs: [{ id: '2026-11-01', keyVersion: 'projects/p/…/cryptoKeyVersions/1' }],
      },
    ],
    revocationBoundSeconds: 5,
    endpoints: [
      { endpoint: 'web.page_requested', action: 'covered', reason: 'holds nothing that opens without the keys' },
      { endpoint: 'web.mails', action: 'row-delete', reason: 'address was opened', rows: 3, runs: ['erase_1'] },
    ],
    probes: [{ name: 'keyring reads as a tombstone', tried: 1, passed: 1 }],
    residue: [{ what: 'deleted rows in time travel', goneBy: '2026-11-28T12:00:05.000Z' }],
    sequence: 0,
    previous: FIRST_PREVIOUS,
    signedBy: 'key/1',
  };
}

function verify(...args: readonly string[]): Promise<CommandResult> {
  return runTrib(['certificate', 'verify', ...args], { TRIBUTARY_DATA: folder });
}

test('a certificate verifies against the key pinned in the data folder, in any layout', async () => {
  for (const file of ['certificate.json', 'pretty.json']) {
    const { exitCode, stderr } = await verify(at(file));
    assert.equal(exitCode, 0, stderr);
    assert.match(stderr, /valid: erasure 019a0000.*entry 0 of the ledger/);
  }
  const { exitCode, stdout } = await verify(at('certificate.json'), '--json');
  assert.equal(exitCode, 0);
  assert.equal((JSON.parse(stdout) as { valid: boolean }).valid, true);
});

test('it verifies against a key that is given, and against no other', async () => {
  assert.equal((await verify(at('certificate.json'), '--key', at('certificate-key.pem'))).exitCode, 0);
  const wrong = await verify(at('certificate.json'), '--key', at('other.pem'));
  assert.equal(wrong.exitCode, 1);
  assert.match(wrong.stderr, /certificate_invalid.*signature is not by this key/);
});

test('a forged certificate is refused, whatever was changed in it', async () => {
  const text = JSON.stringify(certificate);
  const forgeries: readonly (readonly [string, string])[] = [
    ['another date', text.replace(/20\d\d-\d\d-/, '2031-01-')],
    ['fewer rows', text.replace('"rows":3', '"rows":0')],
    ['another key inside', text.replace('{"body"', `{"publicKey":${JSON.stringify(other.publicKeyPem)},"body"`)],
    ['a member twice', text.replace('"basis":"request"', '"basis":"drill","basis":"request"')],
    ['no certificate', '{"id":"x","state":"certified"}'],
    ['nothing', ''],
  ];
  await Promise.all(
    forgeries.map(async ([what, forged]) => {
      const file = at(`forged-${what}.json`);
      writeFileSync(file, forged);
      const { exitCode, stderr } = await verify(file);
      assert.equal(exitCode, 1, what);
      assert.match(stderr, /certificate_invalid/, what);
    }),
  );
});

test('without the file or without a key it says which is missing', async () => {
  const noFile = await verify(at('nowhere.json'));
  assert.deepEqual([noFile.exitCode, /The certificate cannot be read/.test(noFile.stderr)], [1, true]);
  const noKey = await verify(at('certificate.json'), '--data', at('nowhere'));
  assert.deepEqual([noKey.exitCode, /The public key cannot be read/.test(noKey.stderr)], [1, true]);
  assert.equal((await verify()).exitCode, 2);
});

test('the openssl recipe of docs/privacy.md verifies it, and refuses a forged one', { skip: skipRecipe }, () => {
  const run = (file: string): string => runRecipe(at(file), at('certificate-key.pem'));
  assert.match(run('certificate.json'), /Verified OK/);
  assert.match(run('pretty.json'), /Verified OK/);
  writeFileSync(at('openssl-forged.json'), JSON.stringify(certificate).replace(/20\d\d-\d\d-/, '2031-01-'));
  assert.throws(
    () => run('openssl-forged.json'),
    (thrown: { stdout?: string }) => /Verification failure/i.test(thrown.stdout ?? ''),
  );
});
