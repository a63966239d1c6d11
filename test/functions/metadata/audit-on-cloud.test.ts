/** The audit of the books against real tables: events go through collect and Pub/Sub, and what is taken away afterwards is found. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import type { EndpointId } from '#shared/platform/ids.ts';
import { newRecord, type PartitionRecord } from '#shared/pipelines/partition-record.ts';
import { boundsOf, HOUR_MS, keyAt, type PartitionKey } from '#shared/pipelines/partition-key.ts';
import { labelsOf, summaryOf } from '#shared/pipelines/partition-summary.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';
import { overwrite } from '#test/functions/collect/test-app.ts';
import { play } from '#test/functions/collect/world.ts';
import { repositoryCatalog } from '#test/functions/operator/repository.ts';

await startTestCloud();
const { layPlatform, PLACE, startCollect } = await import('#test/functions/applied-platform.ts');
const { createMetadata } = await import('#functions/metadata/metadata.ts');
const { auditBooks } = await import('#functions/metadata/books/audit.ts');
const { lookForHeartbeat, sendHeartbeat } = await import('#functions/metadata/books/heartbeat.ts');
const { createJobs } = await import('#shared/gcp/jobs.ts');
const platform = await layPlatform(repositoryCatalog());

const TABLE = 'listening.track_played';
const RAW = 'raw.listening_track_played';
/** Hours that are over, one for each test. */
const HOURS_AGO = [9, 8, 7, 6, 5, 4, 3] as const;
const startMs = Date.now();
const clock = { nowMs: startMs, now: () => clock.nowMs };
// The calendar begins before the hours of the tests.
await overwrite(
  platform.state,
  'catalog/first-applied',
  JSON.stringify({ [TABLE]: formatTimestamp(startMs - 24 * HOUR_MS) }),
);
const hourAt = (hoursAgo: number): number => Math.floor((startMs - hoursAgo * HOUR_MS) / HOUR_MS) * HOUR_MS + 600_000;

interface Told {
  readonly kind: string;
  readonly partition_key?: string;
  readonly body: Readonly<Record<string, unknown>>;
}

const facts: Told[] = [];
const logged: string[] = [];
const collects: { stop(): Promise<void> }[] = [];
const collectUrls: string[] = [];
const metadata = createMetadata({
  place: PLACE,
  store: platform.state,
  publisher: {
    async publish(_topic, messages) {
      for (const message of messages) {
        const { body, ...fact } = JSON.parse(message.toString()) as Omit<Told, 'body'> & { body: string };
        facts.push({ ...fact, body: JSON.parse(body) as Told['body'] });
      }
      return 'acknowledged';
    },
    close: async () => undefined,
  },
  executions: { start: async () => 'none', state: async () => 'ended' },
  jobs: createJobs(PLACE),
  identify: async () => undefined,
  clock,
  startTimer: () => () => undefined,
  newId: () => 'id',
  randomBytes,
  callCollect: async (path, body) => {
    const { identityTokenOf } = await import('#shared/gcp/base/service-accounts.ts');
    const token = await identityTokenOf(
      `tributary-metadata@${TEST_PROJECT}.iam.gserviceaccount.com`,
      'https://tributary.test',
    );
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(`${collectUrls.at(-1)}${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    return { status: response.status, json: await response.json() };
  },
  log: { write: (severity, message, fields) => logged.push(`${severity} ${message} ${JSON.stringify(fields)}`) },
  assets: new Map(),
});
after(async () => {
  await Promise.all(collects.map((collect) => collect.stop()));
  await metadata.stop();
});

async function collectAt(ms: number): Promise<Awaited<ReturnType<typeof startCollect>>> {
  clock.nowMs = ms;
  const collect = await startCollect(platform.state, clock);
  collects.push(collect);
  collectUrls.push(collect.url);
  return collect;
}

const occurred = (): object => ({ occurredAt: formatTimestamp(clock.nowMs) });

/** An hour of good, double and wrong events, landed and closed; answers its partition. */
async function hourOf(hoursAgo: number): Promise<PartitionKey> {
  const ms = hourAt(hoursAgo);
  const collect = await collectAt(ms);
  const good = Array.from({ length: 5 }, () => play(occurred()));
  await collect.send(good);
  await collect.send([good[0], ...Array.from({ length: 2 }, () => play(occurred(), { track_id: 17 }))]);
  await collect.stop();
  const key = keyAt('hour', ms);
  const since = formatTimestamp(boundsOf(key).startMs);
  const until = formatTimestamp(boundsOf(key).endMs);
  const within = (column: string): string => `${column} >= '${since}' AND ${column} < '${until}'`;
  await platform.until(`SELECT COUNT(*) AS n FROM ${RAW} WHERE ${within('received_at')}`, 5);
  await platform.until(`SELECT COUNT(*) AS n FROM platform.failed_events WHERE ${within('failed_at')}`, 2);
  const columns = 'event_id, event_type, schema_version, received_at, occurred_at, event_time, late, subject';
  await platform.query(
    `INSERT INTO ${TABLE} (hour, ${columns}) SELECT TIMESTAMP_TRUNC(received_at, HOUR), ${columns} FROM ${RAW} WHERE ${within('received_at')}`,
  );
  await publish(key);
  return key;
}

async function publish(key: PartitionKey): Promise<void> {
  const name = { endpoint: TABLE as EndpointId, key };
  const publishedAt = formatTimestamp(boundsOf(key).endMs);
  const record: PartitionRecord = { ...newRecord(name), state: 'published', generation: 1, rows: 5, publishedAt };
  await platform.state.create(`partitions/${TABLE}/${key}`, JSON.stringify(record), labelsOf(summaryOf(record)));
}

/** What the audit tells of a partition, so many hours after its end. */
async function audit(key: PartitionKey, hoursLater = 2): Promise<Told['body'] | undefined> {
  clock.nowMs = boundsOf(key).endMs + hoursLater * HOUR_MS;
  await auditBooks(metadata.parts);
  return facts.find((fact) => fact.kind === 'books.reconciled' && fact.partition_key === key)?.body;
}

const where = (key: PartitionKey, column: string): string =>
  `${column} >= '${formatTimestamp(boundsOf(key).startMs)}' AND ${column} < '${formatTimestamp(boundsOf(key).endMs)}'`;

test('an hour whose events all arrived balances, and is told of once', async () => {
  const key = await hourOf(HOURS_AGO[0]);
  const books = { received: 8, accepted: 5, duplicate: 1, rejected: 2, returned: 0, kept: 2 };
  assert.deepEqual(await audit(key), {
    balanced: true,
    ...books,
    final: true,
    acknowledged: 5,
    landed: 5,
    dead: 0,
    events: 5,
    missing: 0,
    failed: 2,
    gaps: [],
  });
  const hour = facts.find((fact) => fact.kind === 'books.counted' && fact.partition_key === key);
  assert.deepEqual(hour?.body, { eventType: 'listening.TrackPlayed', ...books });
  const before = facts.length;
  assert.deepEqual(await auditBooks(metadata.parts), { done: true, audited: 0, gaps: 0 });
  assert.equal(facts.length, before);
  assert.deepEqual(
    logged.filter((line) => line.includes('books_gap')),
    [],
  );
});

test('an event that is missing in the endpoint is a gap once it is sure not to be on its way', async () => {
  const key = await hourOf(HOURS_AGO[1]);
  await platform.query(
    `DELETE FROM ${TABLE} WHERE event_id = (SELECT MIN(event_id) FROM ${TABLE} WHERE ${where(key, 'hour')}) AND ${where(key, 'hour')}`,
  );
  assert.equal(await audit(key, 1), undefined, 'it may still come with the next partition');
  const body = await audit(key);
  assert.deepEqual([body?.['missing'], body?.['gaps']], [1, [{ kind: 'unpublished', events: 1 }]]);
  const alerts = logged.filter((line) => line.includes('books_gap') && line.includes(key));
  assert.equal(alerts.length, 1);
  assert.match(alerts[0] ?? '', /^ERROR .*"state":"unpublished","count":1/);
});

test('an acknowledged event that did not land is lost, unless it is among the dead letters', async () => {
  const key = await hourOf(HOURS_AGO[2]);
  const rows = await platform.query(
    `SELECT boot, sequence, event_id FROM ${RAW} WHERE ${where(key, 'received_at')} ORDER BY sequence LIMIT 2`,
  );
  const [dead, lost] = rows.map((row) => ({ boot: String(row['boot']), sequence: Number(row['sequence']) }));
  for (const { event_id: id } of rows) {
    await platform.query(`DELETE FROM ${RAW} WHERE event_id = '${String(id)}'`);
    await platform.query(`DELETE FROM ${TABLE} WHERE event_id = '${String(id)}'`);
  }
  assert.ok(dead !== undefined && lost !== undefined);
  const attributes = JSON.stringify({ CloudPubSubDeadLetterSourceSubscription: 'land.listening.TrackPlayed' });
  const publishTime = formatTimestamp(boundsOf(key).endMs);
  await platform.query(
    `INSERT INTO platform.dead_letters (subscription_name, message_id, publish_time, attributes, data)
     VALUES ('s', 'm', '${publishTime}', '${attributes}', CAST('${JSON.stringify(dead)}' AS BYTES))`,
  );
  const body = await audit(key);
  assert.deepEqual(
    [body?.['acknowledged'], body?.['landed'], body?.['dead'], body?.['gaps']],
    [5, 3, 1, [{ kind: 'lost', events: 1 }]],
  );
});

test('a failed event that was acknowledged and did not land is a gap', async () => {
  const key = await hourOf(HOURS_AGO[3]);
  await platform.query(
    `DELETE FROM platform.failed_events WHERE ${where(key, 'failed_at')} AND failed_id = (SELECT MIN(failed_id) FROM platform.failed_events WHERE ${where(key, 'failed_at')})`,
  );
  assert.deepEqual((await audit(key))?.['gaps'], [{ kind: 'failed-lost', events: 1 }]);
});

test('a partition that nobody publishes is counted as it is when that is overdue', async () => {
  const ms = hourAt(HOURS_AGO[4]);
  const collect = await collectAt(ms);
  await collect.send([play(occurred())]);
  await collect.stop();
  const key = keyAt('hour', ms);
  await platform.until(`SELECT COUNT(*) AS n FROM ${RAW} WHERE ${where(key, 'received_at')}`, 1);
  assert.equal(await audit(key, 3), undefined);
  assert.deepEqual((await audit(key, 7))?.['gaps'], [{ kind: 'unpublished', events: 1 }]);
});

test('the heartbeat of a minute is sent once, lands, and tells how long that took', async () => {
  clock.nowMs = hourAt(HOURS_AGO[5]);
  await collectAt(clock.nowMs);
  await metadata.parts.applied.refresh();
  const sent = await sendHeartbeat(metadata.parts, { attempt: 1 });
  assert.equal(sent.state, 'sent');
  if (sent.state !== 'sent') return;
  assert.equal((await sendHeartbeat(metadata.parts, { attempt: 1 })).state, 'sent', 'a duplicate is as good');
  await platform.until('SELECT COUNT(*) AS n FROM raw.operations_heartbeat', 1);
  clock.nowMs += 1500;
  assert.deepEqual(await lookForHeartbeat(metadata.parts, sent), { done: true });
  const told = facts.find(({ kind }) => kind === 'heartbeat.measured');
  assert.deepEqual(told?.body, { beat: sent.beat, outcome: 'landed', acknowledgedMs: 0, landedMs: 1500 });
});

test('a heartbeat that does not land is looked for five minutes, and then is an alert', async () => {
  const beat = {
    beat: formatTimestamp(clock.nowMs + 86_400_000),
    sentAt: formatTimestamp(clock.nowMs),
    acknowledgedMs: 7,
  };
  assert.deepEqual(await lookForHeartbeat(metadata.parts, beat), { done: false });
  clock.nowMs += 5 * 60_000;
  assert.deepEqual(await lookForHeartbeat(metadata.parts, beat), { done: true });
  assert.ok(
    logged.some((line) => line.startsWith('ERROR') && line.includes('heartbeat_lost') && line.includes('"lost"')),
  );
});

test('a heartbeat that collect does not take is tried ten times before it is an alert', async () => {
  collectUrls.push('http://127.0.0.1:1');
  const first = await sendHeartbeat(metadata.parts, { attempt: 1 });
  assert.deepEqual(first, { state: 'again', sentAt: formatTimestamp(clock.nowMs) });
  const before = formatTimestamp(clock.nowMs);
  clock.nowMs += 40_000;
  assert.deepEqual(await sendHeartbeat(metadata.parts, { attempt: 10, sentAt: before }), { state: 'refused' });
  assert.ok(logged.some((line) => line.includes('heartbeat_lost') && line.includes('"refused"')));
});
