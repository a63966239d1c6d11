import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Catalog } from '#shared/catalog/catalog.ts';
import type { ColumnSource } from '#shared/catalog/endpoint.ts';
import { planScope, type ScopeItem } from '#shared/privacy/erasure/scope-plan.ts';
import { scopeOf } from '#functions/privacy/erasures/catalog-scope.ts';
import { compiled, filesWith, purposesOpenedBy } from '#test/shared/catalog/declarations.ts';
import { coveredCatalog, MAILS, openingCatalog, unknownCatalog } from './catalogs.ts';

function planOf(catalog: Catalog): ReadonlyMap<string, ScopeItem> {
  return new Map(planScope(scopeOf(catalog)).map((item) => [item.endpoint, item]));
}

/** The catalog with other lineage of the opened addresses. */
function withLineage(flow: ColumnSource['flow'], column: string): Catalog {
  const catalog = openingCatalog();
  const [id, mails] = Object.entries(catalog.endpoints).find(([name]) => name === MAILS) ?? [];
  assert.ok(id !== undefined && mails?.kind === 'sql');
  const played = Object.values(catalog.endpoints).find((endpoint) => endpoint.kind === 'event');
  assert.ok(played !== undefined);
  const from = (name: string, how: ColumnSource['flow']): readonly ColumnSource[] => [
    { endpoint: played.id, column: name, flow: how },
  ];
  const lineage = [
    { column: 'day', from: from('hour', 'transformed') },
    { column: 'subject', from: from('subject', 'identity') },
    { column: 'email', from: from(column, flow) },
  ];
  const columns = mails.columns.map((each) => (each.name === 'email' ? { ...each, semantic: undefined } : each));
  return {
    ...catalog,
    endpoints: { ...catalog.endpoints, [id]: { ...mails, columns, lineage } },
  };
}

test('what holds only sealed values and pseudonyms is covered: raw events, failed ones, dead letters, endpoints', () => {
  const plan = planOf(coveredCatalog());
  const [raw, event, derived] = ['raw.music_played', 'music.played', 'music.daily_plays'];
  for (const id of [raw, 'platform.failed_events', 'platform.dead_letters', event, derived]) {
    assert.equal(plan.get(id ?? '')?.action, 'covered', id);
  }
  assert.equal(plan.size, 5);
});

test('an endpoint with opened values has its rows deleted, found by the subject', () => {
  const item = planOf(openingCatalog()).get(MAILS);
  assert.deepEqual([item?.action, item?.tokenColumns], ['row-delete', ['subject']]);
});

test('a column that the analysis says nothing of blocks', () => {
  assert.equal(planOf(unknownCatalog()).get(MAILS)?.action, 'unknown');
});

test('only what lineage says is opened has to go; a sealed value that is copied or counted does not', () => {
  const actionOf = (flow: ColumnSource['flow']): string | undefined =>
    planOf(withLineage(flow, 'sealed')).get(MAILS)?.action;
  assert.equal(actionOf('opened'), 'row-delete');
  for (const flow of ['identity', 'transformed', 'aggregated', 'counted', 'masked', 'influence'] as const) {
    assert.equal(actionOf(flow), 'covered', flow);
  }
});

/** The catalog with one more endpoint, of a day and a value. */
function valued(select: string): Catalog {
  const contract = `description: A value per day.
owner: team-a
partition: {column: day, grain: day, start: 2026-01-01}
retention: P7D
columns:
  day: {type: DATE}
  value: {type: STRING, semantic: user.email}
`;
  const query = `SELECT DATE(hour) AS day, ${select} AS value
FROM music.played WHERE hour >= @partition_start AND hour < @partition_end GROUP BY day`;
  const granted = purposesOpenedBy('analytics', '{endpoints: [music.valued]}');
  return compiled(
    filesWith({ 'sql/music/valued/endpoint.yaml': contract, 'sql/music/valued/query.sql': query, ...granted }),
  );
}

const REVEAL = `JSON_VALUE(reveal_analytics.open(subject, sealed, 'email', 'for tests'), '$.value')`;

test('an endpoint of opened values that no column of the subject leads to is computed again', () => {
  const gathered = `STRING_AGG(DISTINCT ${REVEAL})`;
  assert.equal(planOf(valued(gathered)).get('music.valued')?.action, 'recompute');
  assert.equal(planOf(valued(`MAX(${REVEAL})`)).get('music.valued')?.action, 'recompute');
  assert.equal(planOf(valued(`CAST(COUNT(DISTINCT ${REVEAL}) AS STRING)`)).get('music.valued')?.action, 'covered');
});

test('what is made of something that is kept shorter cannot be computed again, and blocks', () => {
  const catalog = valued(`STRING_AGG(DISTINCT ${REVEAL})`);
  const longer = Object.entries(catalog.endpoints).map(([id, endpoint]) => [
    id,
    id === 'music.valued' ? { ...endpoint, retention: 'P4000D' } : endpoint,
  ]);
  const item = planOf({ ...catalog, endpoints: Object.fromEntries(longer) }).get('music.valued');
  assert.equal(item?.action, 'unknown');
  assert.match(item?.reason ?? '', /kept shorter/);
});

test("the repository's own endpoints hold nothing that opens without the keys", () => {
  const root = new URL('../../../', import.meta.url).pathname;
  const files = ['platform', 'events', 'sql'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).flatMap((entry) => {
      const path = join(entry.parentPath, entry.name);
      return entry.isFile() ? [[path.slice(root.length), readFileSync(path, 'utf8')] as const] : [];
    }),
  );
  const plan = [...planOf(compiled(new Map(files))).values()];
  assert.ok(plan.length > 10);
  assert.deepEqual(
    plan.filter(({ action }) => action !== 'covered'),
    [],
  );
});
