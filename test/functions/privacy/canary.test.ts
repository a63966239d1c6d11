/** Leak canaries: what is sent is found nowhere but in clear fields, and where it is found somebody is told. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { CanaryDeps } from '#functions/privacy/canary/canary-deps.ts';
import { lastCanary, searchCanary } from '#functions/privacy/canary/search-canary.ts';
import { sendCanary } from '#functions/privacy/canary/send-canary.ts';
import type { Catalog } from '#shared/catalog/catalog.ts';
import type { Fact } from '#shared/metadata/facts.ts';
import { uuidV7 } from '#shared/platform/uuid.ts';
import { type CanaryRecord, clearMarkOf, hasPassed, personOf } from '#shared/privacy/canary/canary-record.ts';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';
import { memoryObjectStore, type MemoryObjectStore } from '#shared/platform/memory-object-store.ts';

await startTestCloud();
const { BigQuery } = await import('@google-cloud/bigquery');
const { createPersonRows } = await import('#shared/gcp/person-rows.ts');

const LOCATION = 'europe-north1';
const client = new BigQuery({ projectId: TEST_PROJECT, location: LOCATION });
const NOW = Date.parse('2026-08-20T12:00:00Z');
const TABLE = 'raw.operations_leak_canary';
const catalog = {
  eventTypes: { 'operations.LeakCanary': {} },
  endpoints: { 'music.played': { kind: 'event', id: 'music.played', grain: 'hour' } },
} as unknown as Catalog;

before(async () => {
  for (const dataset of ['raw', 'staging', 'platform', 'music'])
    await client.createDataset(dataset, { location: LOCATION });
  await client.query(
    `CREATE TABLE ${TABLE} (received_at TIMESTAMP, mark STRING, sealed BYTES) PARTITION BY DATE(received_at)`,
  );
  await client.query(
    'CREATE TABLE music.played (hour TIMESTAMP, what STRING) PARTITION BY TIMESTAMP_TRUNC(hour, HOUR)',
  );
  await client.query('CREATE TABLE platform.notes (note STRING)');
  await client.query('CREATE VIEW music.played_live AS SELECT * FROM music.played');
});

interface Made {
  readonly deps: CanaryDeps;
  readonly state: MemoryObjectStore;
  readonly keys: MemoryObjectStore;
  readonly sent: unknown[];
  readonly logged: string[];
  readonly facts: Fact[];
  readonly clock: { nowMs: number; now(): number };
}

function make(): Made {
  const clock = { nowMs: NOW, now: () => clock.nowMs };
  const [state, keys] = [memoryObjectStore(clock), memoryObjectStore(clock)];
  const [sent, logged, facts]: [unknown[], string[], Fact[]] = [[], [], []];
  const deps: CanaryDeps = {
    objects: state,
    buckets: { state, keys },
    catalog: async () => catalog,
    rows: createPersonRows({ projectId: TEST_PROJECT, region: LOCATION }),
    send: async (events) => {
      sent.push(...events.map(({ event }) => event));
      return events.map((_, index) => ({ status: index === 0 ? 'accepted' : 'rejected' }));
    },
    facts: { record: async (fact) => void facts.push(fact) },
    clock,
    newId: () => uuidV7(clock.now(), randomBytes),
    log: { write: (...entry) => void logged.push(JSON.stringify(entry)) },
  };
  return { deps, state, keys, sent, logged, facts, clock };
}

/** Sends a canary whose clear part lands, and searches to the end. */
async function round(made: Made, meanwhile: (canary: CanaryRecord) => Promise<unknown>): Promise<CanaryRecord> {
  const canary = (await sendCanary(made.deps)) ?? assert.fail('no event type');
  await client.query(
    `INSERT INTO ${TABLE} (received_at, mark, sealed) VALUES ('2026-08-20 12:00:05+00', '${clearMarkOf(canary)}', B'sealed')`,
  );
  await meanwhile(canary);
  for (;;) {
    const { canary: searched, againAfterSeconds } = await searchCanary(made.deps, canary.id);
    if (againAfterSeconds === 0) return searched;
    made.clock.nowMs += againAfterSeconds * 1000;
  }
}

test('where nothing leaks, what is sent in clear is found and nothing else', async () => {
  const made = make();
  await made.keys.create('keyrings/someone', randomBytes(300));
  const canary = await round(made, async () => undefined);
  assert.deepEqual([canary.found, canary.seesClear, hasPassed(canary)], [[], true, true]);
  assert.equal(canary.searched.tables, 3);
  assert.equal(canary.searched.objects, 2);
  assert.equal(made.sent.length, 7);
  assert.deepEqual(
    made.facts.map(({ id, body }) => [id, body['passed']]),
    [[`canary/${canary.id}`, true]],
  );
  assert.deepEqual(made.logged, []);
  assert.equal((await lastCanary(made.deps))?.id, canary.id);
  const { canary: again } = await searchCanary(made.deps, canary.id);
  assert.deepEqual(again, canary);
});

test('a value in a row, a digest in an object, a compressed copy and a name are each found, told by place and form, and never shown', async () => {
  const made = make();
  const canary = await round(made, async (sent) => {
    const { email, name, phone, query } = personOf(sent);
    await client.query({
      query: `INSERT INTO music.played (hour, what) VALUES ('2026-08-20 12:00:00+00', @what)`,
      params: { what: `said ${JSON.stringify(name)}` },
    });
    await client.query({
      query: 'INSERT INTO platform.notes (note) VALUES (@note)',
      params: { note: Buffer.from(`..${email}`).toString('base64') },
    });
    await made.keys.create('keyrings/other', createHash('sha1').update(phone).digest());
    await made.state.create('runs/x', gzipSync(`about ${query}`));
    await made.state.create(`imports/${email}`, '{}');
  });
  assert.deepEqual(canary.found.map(({ place, trace }) => `${place}: ${trace}`).sort(), [
    'keys/keyrings: phone of person 0 as sha1',
    'music.played: name of person 0 as it is',
    'platform.notes: email of person 0 in base64',
    'state/imports: email of person 0 as it is',
    'state/runs: query of person 0 as it is',
  ]);
  assert.ok(!hasPassed(canary));
  assert.equal(made.logged.filter((line) => line.includes('CRITICAL') && line.includes('leak_found')).length, 5);
  const told = [...made.logged, ...made.facts.map((fact) => JSON.stringify(fact)), JSON.stringify(canary)].join();
  for (const value of Object.values(personOf(canary))) assert.ok(!told.includes(String(value)));
});

test('whom the canaries before have sent is looked for, too', async () => {
  const made = make();
  const first = await round(made, async () => undefined);
  made.clock.nowMs += 60_000;
  const second = await round(made, () => made.state.create('runs/late', personOf(first).email));
  assert.deepEqual(second.found, [{ place: 'state/runs', trace: 'email of person 0 as it is' }]);
});

test('objects that were last written before anybody who is looked for was sent are not read', async () => {
  const made = make();
  await made.keys.create('keyrings/old', randomBytes(300));
  await made.keys.create('keyrings/used', randomBytes(300));
  made.clock.nowMs += 11 * 60_000;
  const read: string[] = [];
  const counted = { ...made.keys, read: (name: string) => (read.push(name), made.keys.read(name)) };
  const deps = { ...made.deps, buckets: { state: made.state, keys: counted } };
  const canary = await round({ ...made, deps }, async (sent) => {
    const used = (await made.keys.read('keyrings/used')) ?? assert.fail('no object');
    await made.keys.replace('keyrings/used', used.generation, personOf(sent).phone);
  });
  assert.deepEqual(read, ['keyrings/used']);
  assert.deepEqual(canary.found, [{ place: 'keys/keyrings', trace: 'phone of person 0 as it is' }]);
});

test('what functions log is searched where a dataset has it, and it is told how much that was', async () => {
  const made = make();
  const without = await round(made, async () => undefined);
  assert.equal(without.searched.logLines, 0);
  await client.createDataset('logs', { location: LOCATION });
  // As a sink of Cloud Logging makes it: https://cloud.google.com/logging/docs/export/bigquery
  await client.query(
    'CREATE TABLE logs.run_googleapis_com_stdout (timestamp TIMESTAMP, severity STRING, jsonPayload STRUCT<message STRING, route STRING>) PARTITION BY DATE(timestamp)',
  );
  const later = make();
  const canary = await round(later, async (sent) => {
    await client.query({
      query: `INSERT INTO logs.run_googleapis_com_stdout VALUES
        ('2026-08-19 12:00:00+00', 'INFO', ('long before', '/v1/events')),
        ('2026-08-20 12:00:00+00', 'INFO', ('taken', '/v1/events')),
        ('2026-08-20 12:00:01+00', 'ERROR', (@message, '/v1/events'))`,
      params: { message: `cannot read ${personOf(sent).email}` },
    });
  });
  await client.query('DROP TABLE logs.run_googleapis_com_stdout');
  assert.equal(canary.searched.logLines, 2);
  assert.deepEqual(canary.found, [{ place: 'logs.run_googleapis_com_stdout', trace: 'email of person 0 as it is' }]);
});

test('a canary that does not arrive proves nothing', async () => {
  const made = make();
  const canary = (await sendCanary(made.deps)) ?? assert.fail('no event type');
  made.clock.nowMs += 61_000;
  const { canary: searched } = await searchCanary(made.deps, canary.id);
  assert.equal(hasPassed(searched), false);
  assert.ok(made.logged.some((line) => line.includes('canary_lost')));
});

test('what was found is told even when the process dies before it has recorded the end', async () => {
  const made = make();
  const canary = (await sendCanary(made.deps)) ?? assert.fail('no event type');
  made.clock.nowMs += 61_000;
  const dying = { ...made.state, replace: () => Promise.reject(new Error('dies')) };
  await assert.rejects(searchCanary({ ...made.deps, objects: dying }, canary.id), /dies/);
  const { canary: searched } = await searchCanary(made.deps, canary.id);
  assert.notEqual(searched.finishedAtMs, undefined);
  assert.deepEqual(new Set(made.facts.map(({ id }) => id)), new Set([`canary/${canary.id}`]));
  assert.ok(made.logged.every((line) => line.includes('canary_lost')));
});

test('a catalog without the event type has no canaries', async () => {
  const made = make();
  const none = { ...catalog, eventTypes: {} } as unknown as Catalog;
  assert.equal(await sendCanary({ ...made.deps, catalog: async () => none }), undefined);
  await assert.rejects(searchCanary(made.deps, 'nothing-here'), { code: 'unknown_canary' });
});
