import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, test } from 'node:test';
import { applyCatalog, type ApplyParts } from '#functions/operator/apply.ts';
import { createCatalogs } from '#functions/operator/catalogs.ts';
import { mendDrift } from '#functions/operator/drift.ts';
import { compareResources } from '#shared/catalog/operator/compare.ts';
import { planChanges } from '#shared/catalog/operator/plan.ts';
import type { ApplyReport } from '#shared/catalog/operator/report.ts';
import { resourceId } from '#shared/catalog/operator/resource.ts';
import { type Surroundings, wantedResources } from '#shared/catalog/operator/wanted.ts';
import { bundleObject } from '#shared/catalog/stored-catalog.ts';
import { bucketName, revealConnection } from '#shared/platform/base/names.ts';
import { baseResources } from '#shared/platform/base/resources.ts';
import { systemClock } from '#shared/platform/clock.ts';
import { until } from '#test/eventually.ts';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';
import { type CompiledFiles, repositoryCatalog } from './repository.ts';

await startTestCloud();
const { BigQuery } = await import('@google-cloud/bigquery');
const { PubSub } = await import('@google-cloud/pubsub');
const { createObjectStore } = await import('#shared/gcp/objects.ts');
const { createResourceCloud } = await import('#shared/gcp/resources.ts');
const { layBase } = await import('#shared/gcp/base/lay.ts');

const PLACE = { projectId: TEST_PROJECT, region: 'europe-north1' };
const AROUND: Surroundings = {
  ...PLACE,
  workflows: { tick: '# Starts what is due.\nmain:\n  steps:\n    - done:\n        return: 1\n' },
  reveal: { endpoint: 'https://privacy.example.com', connection: revealConnection(PLACE) },
  workflowEnvironment: { TRIBUTARY_METADATA_URL: 'http://127.0.0.1:1' },
};

const bigQuery = new BigQuery({ projectId: TEST_PROJECT });
const pubSub = new PubSub({ projectId: TEST_PROJECT });
const store = createObjectStore(bucketName('state', TEST_PROJECT));
const parts: ApplyParts = {
  store,
  catalogs: createCatalogs(store),
  cloud: createResourceCloud(PLACE),
  surroundings: () => AROUND,
  clock: systemClock,
  pause: (ms, until) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      until?.addEventListener('abort', () => (clearTimeout(timer), resolve()));
    }),
  random: Math.random,
  newId: randomUUID,
  ending: () => false,
};

before(async () => {
  await layBase(baseResources(PLACE), PLACE);
});

async function apply({ bundle }: CompiledFiles, approved: readonly string[] = []): Promise<ApplyReport> {
  await store.create(bundleObject(bundle.digest), bundle.text);
  const deletions = approved.map((resource) => ({ resource, reason: 'A test says so.', approvedBy: 'team-web' }));
  return applyCatalog({ digest: bundle.digest, deletions }, parts, () => undefined);
}

const own = repositoryCatalog();

test('the catalog of this repository is made on a cloud by the clients of Google', async () => {
  const report = await apply(own);
  assert.deepEqual(report.failures, []);
  assert.equal(report.outcome, 'applied');
  const want = wantedResources(own.catalog, AROUND).map(({ resource }) => resource);
  assert.equal(report.done, want.length);
  const have = new Map((await parts.cloud.read(want)).map((resource) => [resourceId(resource), resource]));
  for (const resource of want) {
    const found = have.get(resourceId(resource));
    assert.ok(found !== undefined, resourceId(resource));
    assert.deepEqual(compareResources(resource, found).differences, [], resourceId(resource));
    assert.deepEqual(found, resource);
  }
});

test('a second apply changes nothing', async () => {
  const report = await apply(own);
  assert.deepEqual([report.outcome, report.done, report.plan.changes], ['unchanged', 0, []]);
});

test('a function that opens values is shared with whom its purpose names, and with nobody else', async () => {
  const dataset = bigQuery.dataset('reveal_web_operations');
  const [{ access }] = (await dataset.getMetadata()) as unknown as [{ access: readonly object[] }];
  const compliance = `tributary-compliance@${TEST_PROJECT}.iam.gserviceaccount.com`;
  assert.deepEqual(access, [
    { role: 'OWNER', specialGroup: 'projectOwners' },
    { role: 'READER', userByEmail: compliance },
  ]);
  const [routine] = await dataset.routine('open').getMetadata();
  assert.deepEqual(routine.remoteFunctionOptions, {
    ...AROUND.reveal,
    maxBatchingRows: '1000',
    userDefinedContext: { purpose: 'web-operations' },
  });

  // Somebody shares it by hand, and bends where it leads.
  await dataset.setMetadata({ access: [...access, { role: 'READER', userByEmail: 'eve@example.com' }] });
  await dataset.routine('open').setMetadata({
    ...routine,
    remoteFunctionOptions: { ...routine.remoteFunctionOptions, endpoint: 'https://elsewhere.example.com' },
  });
  const want = wantedResources(own.catalog, AROUND);
  const have = await parts.cloud.read(want.map(({ resource }) => resource));
  const bent = planChanges({ want, have, deletions: [], refusals: [] }).changes.map(
    ({ action, id }) => `${action} ${id}`,
  );
  assert.deepEqual(bent, ['update sharing reveal_web_operations', 'update routine reveal_web_operations.open']);
  for (const change of planChanges({ want, have, deletions: [], refusals: [] }).changes) {
    assert.ok(change.action === 'update');
    await parts.cloud.update(change.before, change.target);
  }
  assert.deepEqual(((await dataset.getMetadata()) as unknown as [{ access: unknown }])[0].access, access);
  assert.deepEqual(
    (await dataset.routine('open').getMetadata())[0].remoteFunctionOptions,
    routine.remoteFunctionOptions,
  );
});

test('a raw table is cut by arrival and forgets, an endpoint by its grain for its retention', async () => {
  const [raw] = await bigQuery.dataset('raw').table('web_page_requested').getMetadata();
  const [endpoint] = await bigQuery.dataset('web').table('page_requested').getMetadata();
  assert.deepEqual([raw.timePartitioning.type, raw.timePartitioning.field], ['DAY', 'received_at']);
  assert.deepEqual([endpoint.timePartitioning.type, endpoint.timePartitioning.field], ['DAY', 'hour']);
  assert.ok(Number(raw.timePartitioning.expirationMs) > 0);
  assert.deepEqual(endpoint.labels, { owner: 'team-web', tier: 'silver', 'managed-by': 'tributary' });
});

test('what is published on the topic of an event type lands in its raw table, and shows in the live view', async () => {
  const row = { received_at: new Date().toISOString(), event_id: 'e1', event_type: 'web.PageRequested', status: 200 };
  await pubSub.topic('events.web.PageRequested').publishMessage({ json: row });
  const [landed] = await untilRows('SELECT event_id, status, message_id FROM raw.web_page_requested');
  assert.equal(landed?.['status'], 200);
  assert.ok(landed?.['message_id']);
  const [live] = await untilRows('SELECT event_id, status FROM web.page_requested_live');
  assert.equal(live?.['event_id'], 'e1');
});

test('a fact told twice shows once, in the columns of its view', async () => {
  const fact = {
    fact_id: 'partition.published/web.page_requested/2026-08-01/1',
    kind: 'partition.published',
    at: '2026-08-02T00:20:00Z',
    endpoint: 'web.page_requested',
    partition_key: '2026-08-01',
    generation: 1,
    run: 'r1',
    body: JSON.stringify({ rows: 42, reason: 'due' }),
  };
  const topic = pubSub.topic('platform.facts');
  await Promise.all([topic.publishMessage({ json: fact }), topic.publishMessage({ json: fact })]);
  await untilRows('SELECT fact_id FROM platform.facts', 2);
  const rows = await untilRows('SELECT partition_key, row_count, reason FROM platform.partitions');
  assert.deepEqual(rows, [{ partition_key: '2026-08-01', row_count: 42, reason: 'due' }]);
});

test('a new field is a new last column of both tables, and rows stay', async () => {
  const field =
    'protocol: {type: string, max_length: 16, semantic: protocol, optional: true, description: Version of HTTP.}';
  const wider = repositoryCatalog({ 'events/web/PageRequested.yaml': ['\nexamples:', `\n  ${field}\nexamples:`] });
  const report = await apply(wider);
  assert.equal(report.outcome, 'applied');
  const changed = report.plan.changes.map(({ action, resource }) => `${action} ${resource}`).toSorted();
  assert.deepEqual(changed, [
    'update table raw.web_page_requested',
    'update table web.page_requested',
    'update view web.page_requested_live',
  ]);
  const rows = await untilRows('SELECT event_id, protocol FROM raw.web_page_requested');
  assert.deepEqual(rows, [{ event_id: 'e1', protocol: null }]);
  assert.equal((await apply(wider)).outcome, 'unchanged');
});

test('a field that is dropped keeps its column', async () => {
  const report = await apply(own);
  assert.equal(report.outcome, 'applied');
  assert.deepEqual(
    report.plan.changes.map(({ resource }) => resource),
    ['view web.page_requested_live'],
  );
  const [{ schema }] = await bigQuery.dataset('web').table('page_requested').getMetadata();
  assert.equal(schema.fields.at(-1).name, 'protocol');
});

test('readers of an endpoint are exactly those that are declared', async () => {
  const [policy] = await bigQuery.dataset('web').table('daily_requests').getIamPolicy();
  const declared = own.catalog.endpoints['web.daily_requests' as keyof typeof own.catalog.endpoints]?.readers ?? [];
  assert.deepEqual(policy.bindings, [{ role: 'roles/bigquery.dataViewer', members: [...declared].toSorted() }]);
});

test('what somebody changed by hand is put back, what somebody added is left alone', async () => {
  await pubSub.topic('theirs').create();
  await bigQuery.dataset('web').createTable('theirs', { schema: { fields: [{ name: 'a', type: 'STRING' }] } });
  await bigQuery.dataset('web').table('page_requested_live').delete();
  await bigQuery.dataset('listening').setMetadata({ description: 'Mine now.', labels: { theirs: 'yes' } });
  const report = await mendDrift(parts, () => undefined);
  assert.deepEqual(report.plan.changes.map(({ action, resource }) => `${action} ${resource}`).toSorted(), [
    'create view web.page_requested_live',
    'update dataset listening',
  ]);
  assert.equal(report.outcome, 'applied');
  assert.equal((await mendDrift(parts, () => undefined)).outcome, 'unchanged');
  const [{ labels }] = await bigQuery.dataset('listening').getMetadata();
  assert.deepEqual(labels, { theirs: 'yes', 'managed-by': 'tributary' });
});

test('an event type that is taken out goes with an approval, table by table', async () => {
  const less = repositoryCatalog({
    'events/listening/ProfileUpdated.yaml': 'gone',
    'platform/sources/segment.yaml': 'gone',
  });
  const refused = await apply(less);
  assert.equal(refused.outcome, 'refused');
  const needed = refused.plan.refusals.map(({ subject }) => subject);
  assert.deepEqual(needed.toSorted(), [
    'subscription land.listening.ProfileUpdated',
    'table listening.profile_updated',
    'table raw.listening_profile_updated',
    'topic events.listening.ProfileUpdated',
  ]);
  const report = await apply(less, needed);
  assert.deepEqual([report.outcome, report.failures], ['applied', []]);
  assert.deepEqual(await bigQuery.dataset('raw').table('listening_profile_updated').exists(), [false]);
  assert.deepEqual(await pubSub.topic('events.listening.ProfileUpdated').exists(), [false]);
  assert.equal((await apply(less)).outcome, 'unchanged');
  assert.equal((await apply(own)).outcome, 'applied');
});

async function untilRows(query: string, least = 1): Promise<readonly Record<string, unknown>[]> {
  let rows: readonly Record<string, unknown>[] = [];
  const found = async (): Promise<boolean> => {
    [rows] = (await bigQuery.query({ query })) as unknown as [Record<string, unknown>[]];
    return rows.length >= least;
  };
  await until(found, `${least} rows: ${query}`, { everyMs: 50 });
  return rows;
}
