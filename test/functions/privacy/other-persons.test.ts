/** Events about two people: each is forgotten, and gets to see, what is theirs. */
import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { unzipSync } from 'fflate';
import { planScope } from '#shared/privacy/erasure/scope-plan.ts';
import { sealFields, type SealedFields } from '#shared/privacy/sealing.ts';
import { scopeOf } from '#functions/privacy/erasures/catalog-scope.ts';
import { buildExport } from '#functions/privacy/exports/build-export.ts';
import { fetchExport } from '#functions/privacy/exports/fetch-export.ts';
import { requestExport } from '#functions/privacy/exports/request-export.ts';
import { verifySamples } from '#functions/privacy/drills/verify-samples.ts';
import { openSealed } from '#shared/privacy/opening.ts';
import { SENT_MAILS, sendingCatalog } from './catalogs.ts';
import { askFor, driveOn, type ErasureWorld, newErasureWorld } from './erasure-world.ts';
import type { Row } from './memory-rows.ts';
import { Process } from './processes.ts';

const PURPOSE = 'account';
const LIVE = 'music.sent_live';
const [ANN, BEN] = ['ann@example.com', 'ben@example.org'];

interface Sealed {
  readonly token: string;
  readonly sealed: string;
}

async function sealFor(world: ErasureWorld, userId: string, fields: SealedFields): Promise<Sealed> {
  const used = await world.process().use({ subject: { kind: 'user', id: userId }, purpose: PURPOSE }, ({ keys }) => ({
    token: keys.token,
    sealed: sealFields(keys, fields).toString('base64'),
  }));
  return used.kind === 'used' ? used.result : assert.fail(used.kind);
}

/** Ann has sent something to Ben, and Ben something to Ann. */
async function peopled(
  catalog = sendingCatalog(['subject', 'friend']),
): Promise<ErasureWorld & { ann: Sealed; ben: Sealed }> {
  const world = await newErasureWorld(catalog, {
    [LIVE]: [],
    [SENT_MAILS]: [],
    'music.played_live': [],
    'music.daily_plays': [],
    'platform.failed_events': [],
  });
  const sender = { ann: await sealFor(world, ANN, { email: ANN }), ben: await sealFor(world, BEN, { email: BEN }) };
  const friend = {
    ann: await sealFor(world, ANN, { friend_mail: ANN }),
    ben: await sealFor(world, BEN, { friend_mail: BEN }),
  };
  const row = (event_id: string, from: 'ann' | 'ben', to: 'ann' | 'ben'): Row => ({
    event_id,
    subject: sender[from].token,
    sealed: sender[from].sealed,
    friend: friend[to].token,
    friend_sealed: friend[to].sealed,
    track: 't1',
  });
  world.rows.tables_.set(LIVE, [row('e1', 'ann', 'ben'), row('e2', 'ben', 'ann')]);
  const mail = (from: 'ann' | 'ben', to: 'ann' | 'ben', email: string): Row => ({
    day: '2026-11-20',
    subject: sender[from].token,
    friend: friend[to].token,
    email,
  });
  world.rows.tables_.set(SENT_MAILS, [mail('ann', 'ben', BEN), mail('ben', 'ann', ANN)]);
  return Object.assign(world, { ann: friend.ann, ben: friend.ben });
}

test('rows are deleted where the token of whom a value was sealed for stands beside it, and computed again where it does not', () => {
  const planOf = (people: readonly ('subject' | 'friend')[], retention?: string) =>
    planScope(scopeOf(sendingCatalog(people, retention))).find(({ endpoint }) => endpoint === SENT_MAILS);
  assert.deepEqual(
    [planOf(['subject', 'friend'])?.action, planOf(['subject', 'friend'])?.tokenColumns],
    ['row-delete', ['subject', 'friend']],
  );
  assert.deepEqual([planOf(['friend'])?.action, planOf(['friend'])?.tokenColumns], ['row-delete', ['friend']]);
  // By the token of the sender the rows of the friend are not found.
  assert.equal(planOf(['subject'])?.action, 'recompute');
  assert.match(planOf(['subject'])?.reason ?? '', /email was opened, and no column holds whose it is/);
  assert.equal(planOf([])?.action, 'recompute');
  assert.equal(planOf(['subject'], 'P90D')?.action, 'recompute');
});

test('who was named by somebody else is forgotten: their blob, and the rows opened of it, while the sender’s stays', async () => {
  const world = await peopled();
  const id = await askFor(world, BEN, new Process());
  await driveOn(world, id, new Process());
  const fresh = world.process();
  const open = ({ token, sealed }: Sealed) =>
    openSealed(fresh, { purpose: PURPOSE, token, sealed: Buffer.from(sealed, 'base64') });
  assert.equal((await open(world.ben)).kind, 'shredded');
  assert.deepEqual(await open(world.ann), { kind: 'plain', fields: { friend_mail: ANN } });
  assert.deepEqual(world.rows.tables_.get(SENT_MAILS), [], 'both rows hold the token of Ben, as sender or as friend');
});

test('an export has the events in which somebody named the person, and opens what is theirs and nothing of the other', async () => {
  const world = await peopled();
  const { record, secret } = await requestExport(world.deps(), BEN);
  while ((await buildExport(world.deps(), record.id)).againAfterSeconds > 0);
  const files = unzipSync(await buffer(await fetchExport(world.deps(), record.id, secret)));
  const text = (name: string): string => Buffer.from(files[name] ?? assert.fail(name)).toString('utf8');
  const rows = JSON.parse(text('music.sent.json')) as Record<string, unknown>[];
  assert.deepEqual(
    rows.map(({ event_id, email, friend_mail, ...rest }) => [
      event_id,
      email,
      friend_mail,
      'sealed' in rest || 'friend_sealed' in rest,
    ]),
    [
      ['e1', null, BEN, false],
      ['e2', BEN, null, false],
    ],
  );
  const mails = JSON.parse(text(`${SENT_MAILS}.json`)) as Record<string, unknown>[];
  assert.deepEqual(
    mails.map(({ email }) => email),
    [BEN, null],
    'what a query opened of the other is the other’s',
  );
  assert.ok(!Object.keys(files).some((name) => text(name).includes(ANN)));
  assert.match(text('README.txt'), /friend_mail \(string, sealed\)/);
  assert.match(text('README.txt'), /friend \(STRING, pseudonym\)/);
});

test('what is sealed for others is sampled by the verifier, too', async () => {
  const world = await peopled();
  const asked: string[] = [];
  const rows = async function* (sql: string): AsyncGenerator<Record<string, string>> {
    asked.push(sql);
    if (!sql.includes('raw.music_sent')) return;
    const [row] = world.rows.tables_.get(LIVE) ?? [];
    const [, token = '', sealed = ''] = /^SELECT (\w+) AS subject, (\w+) AS sealed/.exec(sql) ?? [];
    yield { subject: row?.[token] ?? '', sealed: row?.[sealed] ?? '' };
  };
  const deps = { ...world.deps(), personRows: { ...world.rows, rows }, publicKeyPem: async () => '' };
  const counts = await verifySamples(deps);
  assert.deepEqual(counts, { sampled: 2, plain: 2, shredded: 0, corrupt: 0, undeclared: 0 });
});
