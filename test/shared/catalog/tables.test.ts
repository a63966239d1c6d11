import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpointTableDefinition, liveViewDefinition, rawTableDefinition } from '#shared/catalog/tables.ts';
import { DAY_MS } from '#shared/platform/civil-date.ts';
import { outlineQuery } from '#shared/catalog/sql-outline.ts';
import { compiled, eventTypeOf, filesWith, PLAYED } from './declarations.ts';

const catalog = compiled(filesWith({}));
const eventType = eventTypeOf(PLAYED);
const endpoint = catalog.endpoints[eventType.endpoint]!;

test('a raw table is cut by day of arrival and outlives the twins of its rows', () => {
  const { dataset, table, partitioning, columns } = rawTableDefinition(eventType, catalog);
  assert.equal(`${dataset}.${table}`, 'raw.music_played');
  assert.deepEqual(partitioning, { column: 'received_at', unit: 'DAY', expirationMs: 37 * DAY_MS });
  assert.deepEqual(columns.at(0), {
    name: 'received_at',
    type: 'TIMESTAMP',
    mode: 'NULLABLE',
    description: 'When the platform took it.',
  });
});

test('an endpoint is cut by its grain and kept for its retention to the last row', () => {
  const { dataset, table, partitioning } = endpointTableDefinition(endpoint);
  assert.equal(`${dataset}.${table}`, 'music.played');
  assert.deepEqual(partitioning, { column: 'hour', unit: 'HOUR', expirationMs: 400 * DAY_MS + DAY_MS / 24 });
  assert.equal(endpointTableDefinition({ ...endpoint, grain: 'week' }).partitioning?.unit, 'DAY');
  assert.equal(endpointTableDefinition({ ...endpoint, grain: 'all' }).partitioning, undefined);
});

test('the live view is one query over the endpoint and its raw table, with the columns of the endpoint', () => {
  const view = liveViewDefinition(eventType, endpoint.columns);
  assert.equal(`${view.dataset}.${view.table}`, 'music.played_live');
  const outline = outlineQuery('view.sql', view.query.replaceAll('CURRENT_TIMESTAMP()', '@partition_end'));
  assert.deepEqual(outline.problems, []);
  assert.deepEqual([...new Set(outline.tables.map(({ name }) => name))], ['music.played', 'raw.music_played']);
  for (const { name } of endpoint.columns)
    assert.equal(view.query.split(new RegExp(`\\b${name}\\b`)).length >= 3, true, name);
});
