import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planChanges } from '#shared/catalog/operator/plan.ts';
import { type Resource, type ResourceId, resourceId } from '#shared/catalog/operator/resource.ts';
import { type Surroundings, wantedDigest, wantedResources } from '#shared/catalog/operator/wanted.ts';
import { DAY_MS } from '#shared/platform/civil-date.ts';
import { compiled, filesWith, PLAYED } from '#test/shared/catalog/declarations.ts';

const AROUND: Surroundings = {
  projectId: 'p',
  region: 'europe-north1',
  workflows: { tick: '# Starts what is due,\n# each minute.\nmain: {}\n', other: 'main: {}\n' },
  workflowEnvironment: { TRIBUTARY_METADATA_URL: 'http://metadata' },
};

const ENDPOINT = `description: Plays of each track and day.
owner: team-a
partition: {column: day, grain: day, start: 2026-01-01}
retention: P30D
columns:
  day: {type: DATE, semantic: event.time, description: The day of the plays.}
  plays: {type: INT64, semantic: metric, description: How many plays there were.}
readers: [group:b@example.com, group:a@example.com]
`;
const QUERY = `SELECT DATE(hour) AS day, COUNT(*) AS plays
FROM music.played
WHERE hour >= @partition_start AND hour < @partition_end
GROUP BY day
`;

const catalog = compiled(filesWith({}));
const want = wantedResources(catalog, AROUND);
const byId = new Map<ResourceId, Resource>(want.map(({ resource }) => [resourceId(resource), resource]));

test('an event type asks for its tables, its view, its topic and what lands it', () => {
  const ids = want.filter(({ by }) => /music/.test(by)).map(({ resource }) => resourceId(resource));
  assert.deepEqual(ids, [
    'dataset music',
    'table music.played',
    'table raw.music_played',
    'view music.played_live',
    'topic events.music.Played',
    'subscription land.music.Played',
  ]);
});

test('tables carry owner and tier, and the mark of the operator', () => {
  const labels = { owner: 'team-a', tier: 'gold', 'managed-by': 'tributary' };
  for (const id of ['table music.played', 'table raw.music_played', 'topic events.music.Played'] as const) {
    const resource = byId.get(id);
    assert.ok(resource !== undefined && 'labels' in resource);
    assert.deepEqual(resource.labels, labels, id);
  }
});

test('partitions are kept for the retention of what they hold', () => {
  const kept = (id: ResourceId): number | undefined => {
    const resource = byId.get(id);
    return resource?.kind === 'table' ? resource.partitioning?.expirationMs : undefined;
  };
  assert.equal(kept('table music.played'), 400 * DAY_MS + DAY_MS / 24);
  assert.equal(kept('table raw.music_played'), 37 * DAY_MS);
  assert.equal(kept('table platform.failed_events'), 15 * DAY_MS);
  assert.equal(kept('table platform.facts'), undefined);
});

test('events land field by field with what Pub/Sub knows of them, and dead letters as they are', () => {
  const landed = byId.get('subscription land.music.Played');
  assert.ok(landed?.kind === 'subscription');
  assert.equal(landed.topic, 'events.music.Played');
  assert.equal(landed.landing.table, 'raw.music_played');
  assert.equal(landed.landing.writes, 'fields');
  assert.ok(landed.landing.writeMetadata && landed.landing.dropUnknownFields);
  assert.equal(landed.landing.deadLetter?.topic, 'platform.dead-letters');
  const dead = byId.get('subscription land.platform.dead-letters');
  assert.ok(dead?.kind === 'subscription');
  assert.equal(dead.landing.writes, 'body');
  assert.equal(dead.landing.deadLetter, undefined);
});

test('every landing finds the columns that it writes in its table', () => {
  const metadata = ['subscription_name', 'message_id', 'publish_time', 'attributes'];
  for (const resource of byId.values()) {
    if (resource.kind !== 'subscription') continue;
    const table = byId.get(`table ${resource.landing.table}`);
    assert.ok(table?.kind === 'table', resource.landing.table);
    const columns = new Set(table.columns.map(({ name }) => name));
    for (const name of resource.landing.writeMetadata ? metadata : []) assert.ok(columns.has(name), name);
    assert.equal(columns.has('data'), resource.landing.writes === 'body', table.name);
  }
});

test('readers of an endpoint may read its table, and nobody else is named', () => {
  const withEndpoint = compiled(
    filesWith({ 'sql/music/daily/endpoint.yaml': ENDPOINT, 'sql/music/daily/query.sql': QUERY }),
  );
  const resources = wantedResources(withEndpoint, AROUND);
  const access = resources.flatMap(({ resource }) => (resource.kind === 'access' ? [resource] : []));
  assert.deepEqual(access, [
    { kind: 'access', name: 'music.daily', readers: ['group:a@example.com', 'group:b@example.com'] },
  ]);
});

test('a workflow acts as the account of workflows and is described by its first comment', () => {
  const tick = byId.get('workflow tick');
  assert.ok(tick?.kind === 'workflow');
  assert.equal(tick.description, 'Starts what is due, each minute.');
  assert.equal(tick.serviceAccount, 'tributary-workflows@p.iam.gserviceaccount.com');
  assert.deepEqual(tick.environment, { TRIBUTARY_METADATA_URL: 'http://metadata' });
});

test('whatever a resource comes after is wanted too, or part of the base', () => {
  const base = new Set(['dataset raw', 'dataset platform', 'dataset staging']);
  for (const { resource, after } of want) {
    for (const id of after) assert.ok(byId.has(id) || base.has(id), `${resourceId(resource)} after ${id}`);
  }
});

test('ids are unique, and equal catalogs give the same digest', () => {
  assert.equal(byId.size, want.length);
  assert.equal(wantedDigest(wantedResources(compiled(filesWith({})), AROUND)), wantedDigest(want));
  const other = wantedResources(catalog, { ...AROUND, workflows: {} });
  assert.notEqual(wantedDigest(other), wantedDigest(want));
});

test('what declarations only describe changes no table but its words', () => {
  const reworded = compiled(
    filesWith({ 'events/music/Played.yaml': PLAYED.replace('played to its end', 'played whole') }),
  );
  const plan = planChanges({
    want: wantedResources(reworded, AROUND),
    have: [...byId.values()],
    deletions: [],
    refusals: [],
  });
  assert.deepEqual(
    plan.changes.map(({ id, why }) => [id, why]),
    [
      ['table music.played', ['description changed']],
      ['table raw.music_played', ['description changed']],
    ],
  );
});
