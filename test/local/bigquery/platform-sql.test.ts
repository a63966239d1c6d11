// The SQL and the jobs that the platform itself runs, for every declaration of this repository, on the local cloud.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { deletionSql, remainingSql } from '#functions/privacy/erasures/row-statements.ts';
import { orderedQuery } from '#shared/catalog/audit-query.ts';
import { type Catalog, endpointsOf, eventTypesOf } from '#shared/catalog/catalog.ts';
import { compileCatalog } from '#shared/catalog/compile-catalog.ts';
import type { AuditCheck, Endpoint } from '#shared/catalog/endpoint.ts';
import type { EventType } from '#shared/catalog/event-type.ts';
import { endpointTable } from '#shared/catalog/names.ts';
import { FACT_VIEWS } from '#shared/catalog/operator/facts.ts';
import type { TableResource, ViewResource } from '#shared/catalog/operator/resource.ts';
import { wantedResources } from '#shared/catalog/operator/wanted.ts';
import { readDeclarations } from '#shared/catalog/read-folder.ts';
import { closingCounts, closingQuery } from '#shared/pipelines/closing-query.ts';
import { auditJob, copyJob, type JobBody, stageJob } from '#shared/pipelines/job-bodies.ts';
import type { RunName } from '#shared/pipelines/job-names.ts';
import { landedInSpan, landedOfImport } from '#shared/pipelines/landed-query.ts';
import { bigQueryClient } from '#test/local/bigquery/client.ts';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';
import { key } from '#test/shared/pipelines/memory-view.ts';

const cloud = await startTestCloud({ frozen: true });
const bigquery = await bigQueryClient();
const place = { projectId: TEST_PROJECT, region: 'europe-north1' };
const compiled = compileCatalog(readDeclarations(fileURLToPath(new URL('../../..', import.meta.url))).files);
assert.ok(compiled.kind === 'compiled');
const catalog: Catalog = compiled.catalog;

for (const name of ['raw', 'staging', 'platform']) await bigquery.createDataset(name, { location: place.region });
for (const { resource } of wantedResources(catalog, { ...place, workflows: {}, workflowEnvironment: {} })) {
  if (resource.kind === 'dataset') await bigquery.createDataset(resource.name, { location: resource.location });
  if (resource.kind === 'table') await createTable(resource);
  if (resource.kind === 'view') await createView(resource);
}

async function createTable({ name, columns, partitioning, clustering }: TableResource): Promise<void> {
  const [dataset = '', table = ''] = name.split('.');
  await bigquery.dataset(dataset).createTable(table, {
    // The client's type wants lists that may be changed.
    schema: { fields: structuredClone(columns) as never },
    ...(partitioning === undefined
      ? {}
      : { timePartitioning: { type: partitioning.unit, field: partitioning.column } }),
    ...(clustering === undefined ? {} : { clustering: { fields: [...clustering] } }),
  });
}

async function createView({ name, query }: ViewResource): Promise<void> {
  const [dataset = '', view = ''] = name.split('.');
  await bigquery.dataset(dataset).createTable(view, { view: { query, useLegacySql: false } });
}

/** Inserts a job as workflows do, and waits for its end. */
async function runJob(body: JobBody): Promise<Record<string, unknown>[]> {
  const response = await fetch(`${cloud.url}/bigquery/v2/projects/${TEST_PROJECT}/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.equal(response.status, 200, await response.clone().text());
  const job = bigquery.job(body.jobReference.jobId, { location: body.jobReference.location });
  if ('query' in body.configuration) return (await job.getQueryResults())[0] as Record<string, unknown>[];
  for (;;) {
    const [{ status }] = await job.getMetadata();
    if (status.state !== 'DONE') continue;
    assert.equal(status.errorResult, undefined);
    return [];
  }
}

/** Rows as a subscription would land them, of every event type: 20 events of 5 subjects, one of them twice. */
async function landRows(eventType: EventType): Promise<void> {
  const [dataset, table] = ['raw', rawName(eventType)];
  const [metadata] = await bigquery.dataset(dataset).table(table).getMetadata();
  const columns = new Set((metadata.schema.fields as { name: string }[]).map(({ name }) => name));
  const rows = Array.from({ length: 21 }, (_, n) => {
    const at = new Date(Date.UTC(2026, 7, 1, 10, n % 20)).toISOString();
    const row: Record<string, unknown> = {
      event_id: `e${n % 20}`,
      event_type: eventType.id,
      schema_version: 1,
      received_at: at,
      occurred_at: at,
      event_time: at,
      future: n === 7 ? true : undefined,
      subject: `s${n % 5}`,
      boot: 'b1',
      sequence: n,
      message_id: `m${n}`,
      ms_played: 30_000,
      track_id: `t${n % 3}`,
    };
    return Object.fromEntries(Object.entries(row).filter(([name]) => columns.has(name)));
  });
  await bigquery.dataset(dataset).table(table).insert(rows);
}

function rawName({ id }: EventType): string {
  return wantedTables.find((name) => name.replaceAll('_', '') === id.replace('.', '').toLowerCase()) ?? assert.fail(id);
}
const wantedTables = (await bigquery.dataset('raw').getTables())[0].map(({ id }) => String(id));

async function publish(endpoint: Endpoint, sql: string, checks: readonly AuditCheck[]): Promise<number> {
  const run: RunName = { endpoint: endpoint.id, key: key(keys[endpoint.grain] ?? ''), run: 'r1' };
  await runJob(stageJob(place, endpoint, run, { sql, timestamps: { imports_since: 0 } }));
  const [audit = {}] = await runJob(auditJob(place, { ...endpoint, checks }, run));
  assert.equal(audit['outside_partition'], 0, JSON.stringify(audit));
  await runJob(copyJob(place, run, { jobId: `publish_${endpoint.id.replace('.', '__')}_1_1` }));
  if ('future_rows' in audit) assert.equal(audit['future_rows'], 1);
  return Number(audit['row_count']);
}

const keys: Readonly<Record<string, string>> = {
  hour: '2026-08-01T10',
  day: '2026-08-01',
  week: '2026-W31',
  month: '2026-08',
};

test('every event type is landed, counted and closed', async () => {
  for (const eventType of eventTypesOf(catalog)) {
    await landRows(eventType);
    const [ranges] = await bigquery.query({
      query: landedInSpan(eventType.id),
      params: { since: new Date(Date.UTC(2026, 7, 1)), until: new Date(Date.UTC(2026, 7, 2)) },
    });
    assert.deepEqual(ranges, [{ boot: 'b1', first_sequence: 0, last_sequence: 20 }], eventType.id);
    const [imported] = await bigquery.query({
      query: landedOfImport(eventType.id),
      params: { since: new Date(0), import_id: 'none' },
    });
    assert.deepEqual(imported, []);
    const endpoint = endpointsOf(catalog).find(({ id }) => id === eventType.endpoint);
    assert.ok(endpoint !== undefined && endpoint.kind === 'event', eventType.endpoint);
    const form = { again: false, imports: true };
    const rows = await publish(endpoint, closingQuery(eventType, endpoint, form), closingCounts(endpoint, form));
    assert.equal(rows, 20, eventType.id);
    const again = { again: true, imports: true };
    const { dataset, table } = endpointTable(endpoint.id);
    const [closed] = await bigquery.query({
      query: `SELECT COUNT(*) AS n FROM (${closingQuery(eventType, endpoint, again)})`,
      params: { ...bounds(keys[endpoint.grain] ?? ''), imports_since: new Date(0) },
    });
    assert.deepEqual(closed, [{ n: 20 }], eventType.id);
    const [live] = await bigquery.query(`SELECT COUNT(*) AS n FROM ${dataset}.${table}_live`);
    assert.deepEqual(live, [{ n: 20 }], eventType.id);
  }
});

function bounds(partition: string): Record<string, Date> {
  const start = new Date(partition.length === 13 ? `${partition}:00:00Z` : `${partition}T00:00:00Z`);
  const lengthMs = partition.length === 13 ? 3_600_000 : 86_400_000;
  return { partition_start: start, partition_end: new Date(start.getTime() + lengthMs) };
}

test('every pipeline is staged, audited and published', async () => {
  const done = new Set<string>();
  const pipelines = endpointsOf(catalog).flatMap((endpoint) => (endpoint.kind === 'sql' ? [endpoint] : []));
  while (done.size < pipelines.length) {
    const next = pipelines.find(
      ({ id, inputs }) =>
        !done.has(id) &&
        inputs.every(({ endpoint }) => done.has(endpoint) || !pipelines.some((other) => other.id === endpoint)),
    );
    assert.ok(next !== undefined);
    assert.ok((await publish(next, orderedQuery(next), next.checks)) > 0, next.id);
    done.add(next.id);
  }
});

test('facts show in their views', async () => {
  const at = '2026-08-01T10:00:00Z';
  const facts = Object.keys(FACT_VIEWS).map((kind, n) => ({
    fact_id: `f${n}`,
    kind,
    at,
    endpoint: 'listening.daily_plays',
    partition_key: '2026-08-01',
    generation: 1,
    run: 'r1',
    body: JSON.stringify({
      rows: 5,
      late: 2,
      future: 1,
      incomplete: false,
      claimedAt: at,
      inputs: [{ endpoint: 'listening.track_played', key: '2026-08-01T10', generation: 1 }],
      events: [{ id: 'e1', status: 'accepted' }],
    }),
  }));
  await bigquery
    .dataset('platform')
    .table('facts')
    .insert([...facts, ...facts]);
  for (const { view } of Object.values(FACT_VIEWS)) {
    const [rows] = await bigquery.query(`SELECT * FROM platform.${view}`);
    assert.equal(rows.length, 1, view);
  }
  const [rows] = await bigquery.query('SELECT row_count, late, future FROM platform.partitions');
  assert.deepEqual(rows, [{ row_count: 5, late: 2, future: 1 }]);
});

test('rows of a subject are deleted and counted by a table of tokens', async () => {
  await bigquery.query('CREATE TABLE staging.erasing_1 AS SELECT "s1" AS token');
  const table = 'listening.daily_plays';
  const before = await remaining(table);
  assert.ok(before > 0);
  await bigquery.query(deletionSql(table, ['subject'], 'staging.erasing_1'));
  assert.equal(await remaining(table), 0);
});

async function remaining(table: `${string}.${string}`): Promise<number> {
  const [rows] = await bigquery.query(remainingSql(table, ['subject'], 'staging.erasing_1'));
  return (rows[0] as { remaining: number }).remaining;
}
