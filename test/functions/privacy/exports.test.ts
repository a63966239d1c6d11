/** Exports: what is in them, who may fetch them and how often, how they end; and killed before and after every effect. */
import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { unzipSync } from 'fflate';
import { lookupIdOf } from '#shared/privacy/keys/derivations.ts';
import { parseExport } from '#shared/privacy/export/export-record.ts';
import { sealFields, type SealedFields } from '#shared/privacy/sealing.ts';
import { buildExport } from '#functions/privacy/exports/build-export.ts';
import { changeExport, readExport } from '#functions/privacy/exports/export-objects.ts';
import { fetchExport } from '#functions/privacy/exports/fetch-export.ts';
import { renewLink, requestExport } from '#functions/privacy/exports/request-export.ts';
import { sweepExports } from '#functions/privacy/exports/sweep-exports.ts';
import { readErasure } from '#functions/privacy/erasures/erasure-objects.ts';
import { requestErasure } from '#functions/privacy/erasures/request-erasure.ts';
import { MAILS, openingCatalog } from './catalogs.ts';
import { driveOn, type ErasureWorld, newErasureWorld } from './erasure-world.ts';
import { type KillPoint, Process } from './processes.ts';

const ANN = 'ann@example.com';
const LIVE = 'music.played_live';
const PURPOSE = 'analytics';
const DAY_MS = 86_400_000;
const catalog = openingCatalog();

interface Person {
  readonly token: string;
  seal(fields: SealedFields): string;
}

async function personOf(
  world: ErasureWorld,
  id: string,
  kind: 'user' | 'anon' = 'user',
  anonymousId?: string,
): Promise<Person> {
  const request = { subject: { kind, id }, purpose: PURPOSE };
  const keyrings = world.process();
  const run = async <Result>(work: (keys: Parameters<typeof sealFields>[0]) => Result): Promise<Result> => {
    const used = await keyrings.use(anonymousId === undefined ? request : { ...request, anonymousId }, ({ keys }) =>
      work(keys),
    );
    return used.kind === 'used' ? used.result : assert.fail(used.kind);
  };
  const token = await run(({ token: own }) => own);
  const sealed = new Map<string, string>();
  return {
    token,
    seal(fields) {
      const text = sealed.get(JSON.stringify(fields));
      return text ?? assert.fail('seal first');
    },
    // The texts are made ahead, because keys are lent for one call.
    ...(await run((keys) => {
      for (const fields of [{ email: id }, { email: '=HYPERLINK("http://x")' }, { email: 'other' }])
        sealed.set(JSON.stringify(fields), sealFields(keys, fields).toString('base64'));
      return {};
    })),
  };
}

/** A user with two events, one as a visitor, a derived row, a failed event; somebody else's rows beside them. */
async function peopled(): Promise<ErasureWorld> {
  const world = await newErasureWorld(catalog, {
    [LIVE]: [],
    [MAILS]: [],
    'music.daily_plays': [],
    'platform.failed_events': [],
  });
  const ann = await personOf(world, ANN, 'user', 'browser-1');
  const visitor = await personOf(world, 'browser-1', 'anon');
  const ben = await personOf(world, 'ben@example.com');
  const put = (table: string, ...rows: readonly Record<string, string>[]): void => {
    world.rows.tables_.get(table)?.push(...rows);
  };
  const event = (id: string, person: Person, sealed: string) => ({
    event_id: id,
    subject: person.token,
    track: 't1',
    sealed,
  });
  put(
    LIVE,
    event('e1', ann, ann.seal({ email: ANN })),
    event('e2', visitor, visitor.seal({ email: '=HYPERLINK("http://x")' })),
    event('e3', ben, ben.seal({ email: 'ben@example.com' })),
    // Swapped: beside her token, a value that is not hers.
    event('e4', ann, ben.seal({ email: 'other' })),
  );
  const failed = await world.process().use({ subject: { kind: 'user', id: ANN }, purpose: 'quality' }, ({ keys }) => ({
    subject: keys.token,
    sealed: sealFields(keys, { original: '{"type":"music.Played"}' }).toString('base64'),
  }));
  if (failed.kind === 'used') put('platform.failed_events', { code: 'wrong_type', ...failed.result });
  put(
    MAILS,
    { day: '2026-11-20', subject: ann.token, email: ANN },
    { day: '2026-11-20', subject: ben.token, email: 'b' },
  );
  return world;
}

async function archive(world: ErasureWorld, id: string, secret: string): Promise<Readonly<Record<string, string>>> {
  const bytes = await buffer(await fetchExport(world.deps(), id, secret));
  return Object.fromEntries(
    Object.entries(unzipSync(bytes)).map(([name, text]) => [name, Buffer.from(text).toString('utf8')]),
  );
}

async function ready(world: ErasureWorld): Promise<{ id: string; secret: string }> {
  const { record, secret } = await requestExport(world.deps(), ANN);
  while ((await buildExport(world.deps(), record.id)).againAfterSeconds > 0);
  return { id: record.id, secret };
}

function assertComplete(files: Readonly<Record<string, string>>): void {
  const text = (name: string): string => files[name] ?? assert.fail(`no ${name} in ${Object.keys(files).join(', ')}`);
  const played = JSON.parse(text('music.played.json')) as Record<string, unknown>[];
  assert.deepEqual(
    played.map((row) => [row['event_id'], row['email'], row['track'], 'sealed' in row]),
    [
      ['e1', ANN, 't1', false],
      ['e2', '=HYPERLINK("http://x")', 't1', false],
      ['e4', null, 't1', false],
    ],
  );
  assert.deepEqual(
    (JSON.parse(text('music.mails.json')) as { email: string }[]).map(({ email }) => email),
    [ANN],
  );
  const [failed] = JSON.parse(text('platform.failed_events.json')) as { code: string; original: string }[];
  assert.deepEqual([failed?.code, failed?.original], ['wrong_type', '{"type":"music.Played"}']);
  const [header = '', , second = ''] = text('music.played.csv').split('\r\n');
  assert.ok(header.split(',').includes('email') && !header.split(',').includes('sealed'), header);
  assert.ok(second.includes(`"'=HYPERLINK(""http://x"")"`), 'what a spreadsheet would run is escaped');
  assert.ok(!Object.values(files).some((each) => each.includes('ben@example.com')));
  const { endpoints } = JSON.parse(text('explanation.json')) as {
    endpoints: {
      endpoint: string;
      rows: number;
      purposes: { legalBasis: string }[];
      retention: string;
      fields: { name: string; meaning: string }[];
    }[];
  };
  const mails = endpoints.find(({ endpoint }) => endpoint === MAILS);
  assert.deepEqual([mails?.rows, mails?.retention, mails?.purposes.length], [1, 'P7D', 1]);
  assert.ok(mails?.purposes[0]?.legalBasis);
  assert.ok(endpoints.every(({ fields }) => fields.length > 0));
  assert.match(text('README.txt'), /newsletter \(dpo@newsletter\.example\)/);
  assert.match(text('README.txt'), /music\.played: 3 row\(s\)/);
}

test('an export has every row of the person and of the visitor they were, opened, explained, as JSON and CSV', async () => {
  const world = await peopled();
  const { id, secret } = await ready(world);
  const { record } = await readExport(world.objects, id);
  assert.deepEqual(
    record.endpoints.find(({ endpoint }) => endpoint === 'music.played'),
    { endpoint: 'music.played', rows: 3, corrupt: 1 },
  );
  assertComplete(await archive(world, id, secret));
});

test('what is stored of it is sealed and names nobody, and is gone once it was fetched', async () => {
  const world = await peopled();
  const { id, secret } = await ready(world);
  const bodies = async (): Promise<readonly string[]> => {
    const all = [];
    for (const store of [world.objects, world.exports])
      for (const name of store.names().filter((each) => !each.startsWith('catalog/')))
        all.push(name, String((await store.read(name))?.body));
    return all;
  };
  for (const text of await bodies())
    assert.ok(!text.includes(ANN) && !text.includes(secret) && !text.includes('HYPERLINK'));
  assert.ok(world.exports.names().length > 5);
  await archive(world, id, secret);
  assert.deepEqual(world.exports.names(), []);
  const left = world.objects.names().filter((name) => name.startsWith('exports'));
  assert.deepEqual(left, [`exports/${id}/record`]);
  assert.deepEqual(
    [...world.rows.tables_.keys()].filter((name) => name.startsWith('staging')),
    [],
  );
  assert.ok(!world.rows.history.some((sql) => /[a-z2-7]{26}/.test(sql)), 'no token in the history of jobs');
  assert.deepEqual(
    [...world.facts.keys()].filter((name) => name.startsWith('export/')),
    [`export/${id}/ready`, `export/${id}/fetched`],
  );
});

test('the link works once, for who has the secret, until it expires or another one takes its place', async () => {
  const world = await peopled();
  const { id, secret } = await ready(world);
  const refused = (with_: string): Promise<void> =>
    assert.rejects(fetchExport(world.deps(), id, with_), { code: 'unknown_export' });
  await refused('guessed');
  const renewed = await renewLink(world.deps(), id);
  await refused(secret);
  const both = await Promise.allSettled([1, 2].map(async () => archive(world, id, renewed)));
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  await refused(renewed);
  await assert.rejects(renewLink(world.deps(), id), { code: 'unknown_export' });

  const late = await ready(world);
  world.clock.nowMs += 7 * DAY_MS;
  await assert.rejects(fetchExport(world.deps(), late.id, late.secret), { code: 'unknown_export' });
  await sweepExports(world.deps());
  assert.deepEqual(world.exports.names(), []);
  assert.equal((await readExport(world.objects, late.id)).record.state, 'expired');
});

test('nobody unknown or erased is exported, and what is not ready is not fetched', async () => {
  const world = await peopled();
  await assert.rejects(requestExport(world.deps(), 'nobody@example.com'), { code: 'unknown_subject' });
  const { record, secret } = await requestExport(world.deps(), ANN);
  await assert.rejects(fetchExport(world.deps(), record.id, secret), { code: 'export_building' });
  const { record: erasure } = await requestErasure(world.deps(), { userId: ANN, basis: 'request' });
  await driveOn(world, erasure.id, new Process());
  await assert.rejects(requestExport(world.deps(), ANN), { code: 'subject_erased' });
  await assert.rejects(
    fetchExport(world.deps(), record.id, secret),
    { code: 'unknown_export' },
    'an erasure ends exports',
  );
  assert.ok(!world.objects.names().some((name) => name.startsWith('exports-open/')));
});

test('a damaged or swapped part is refused in the middle of the archive, never left out', async () => {
  const world = await peopled();
  const { id, secret } = await ready(world);
  const [one = '', two = ''] = world.exports.names();
  const [first, second] = [await world.exports.read(one), await world.exports.read(two)];
  await world.exports.replace(two, second?.generation ?? '', first?.body ?? '');
  await assert.rejects(async () => buffer(await fetchExport(world.deps(), id, secret)), { code: 'corrupt' });
});

async function run(kill?: KillPoint): Promise<readonly string[]> {
  const world = await peopled();
  const process = new Process(kill);
  const alive = async <Result>(work: (deps: ReturnType<typeof world.deps>) => Promise<Result>): Promise<Result> => {
    if (!process.dead) {
      try {
        return await work(world.deps(process));
      } catch (thrown) {
        if (!process.dead) throw thrown;
      }
    }
    return work(world.deps());
  };
  const { record } = await alive((deps) => requestExport(deps, ANN));
  await alive(async (deps) => {
    while ((await buildExport(deps, record.id)).againAfterSeconds > 0);
  });
  // Whoever asked was cut off: the officer asks for another link.
  const secret = await alive((deps) => renewLink(deps, record.id));
  let fetched = 0;
  const tryFetch = async (deps: ReturnType<typeof world.deps>): Promise<void> => {
    const bytes = await buffer(await fetchExport(deps, record.id, secret));
    const files = Object.fromEntries(
      Object.entries(unzipSync(bytes)).map(([name, text]) => [name, Buffer.from(text).toString()]),
    );
    assertComplete(files);
    fetched += 1;
  };
  await alive(tryFetch).catch((thrown: { code?: string }) => {
    // Used up by the process that died: the person asks anew.
    assert.ok(process.dead && thrown.code === 'unknown_export', thrown.code);
  });
  assert.ok(fetched <= 1);
  // What a request that was cut off has left, before its record or with it, is over in a week.
  world.clock.nowMs += 8 * DAY_MS;
  await sweepExports(world.deps());
  assert.deepEqual(world.exports.names(), []);
  assert.ok(
    !world.objects.names().some((name) => name.startsWith('exports-open/') || /^exports\/.*(key|scope)$/.test(name)),
  );
  const stored = await world.objects.read(`exports/${record.id}/record`);
  assert.equal(parseExport(stored?.body ?? Buffer.alloc(0))?.state, 'fetched');
  return process.effects;
}

const effects = await run();

test('an export has these effects', () => {
  assert.equal(effects[0], 'objects.create exports-open/*/*');
  assert.ok(effects.includes('exports.create */*-json/000000'));
  assert.equal(effects.at(-1), 'objects.delete exports-open/*/*');
});

for (const [at, effect] of effects.entries()) {
  for (const when of ['before', 'after'] as const) {
    test(`an export killed ${when} effect ${at}, ${effect}`, async () => void (await run({ at, when })));
  }
}

test('a lost execution is started again', async () => {
  const world = await peopled();
  const { record } = await requestExport(world.deps(), ANN);
  world.clock.nowMs += 11 * 60_000;
  await sweepExports(world.deps());
  await sweepExports(world.deps());
  assert.deepEqual(world.executions.started, [record.id, record.id]);
  await changeExport(world.objects, record.id, () => undefined);
});

test('an erasure that was asked to export first does, and the archive outlives the keys', async () => {
  const world = await peopled();
  const asked = { userId: ANN, basis: 'request', export: 'asked' } as const;
  const { record } = await requestErasure(world.deps(), asked);
  await driveOn(world, record.id, new Process());
  const done = (await readErasure(world.objects, record.id)).record;
  assert.deepEqual([done.state, done.steps.exported?.rows], ['certified', 5]);
  assertComplete(await archive(world, record.id, await renewLink(world.deps(), record.id)));
  const certificate = String((await world.objects.read('certificates/000000000000'))?.body);
  assert.match(certificate, /put together for the person/);
  assert.ok(!certificate.includes(lookupIdOf(world.pepper, { kind: 'user', id: ANN })));
});
