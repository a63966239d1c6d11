import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LineageQuery, lineageOf } from '#shared/metadata/lineage.ts';
import { catalogWith, dailyPipeline, id, pipeline, sqlEndpoint } from '#test/shared/pipelines/memory-view.ts';

const catalog = catalogWith(
  dailyPipeline(),
  pipeline('music/copy', 'music.daily'),
  pipeline('music/other', 'music.played'),
);
const ask = (query: Partial<LineageQuery>) =>
  lineageOf(catalog, { direction: 'both', level: 'endpoint', depth: 100, ...query });
const edges = (query: Partial<LineageQuery>): readonly string[] =>
  (ask(query)?.edges ?? []).map(({ from, to }) => `${from} -> ${to}`).sort();

test('the whole graph has every event type and endpoint', () => {
  assert.deepEqual(edges({}), [
    'music.Played -> music.played',
    'music.daily -> music.copy',
    'music.played -> music.daily',
    'music.played -> music.other',
  ]);
});

test('upstream goes to the sources, downstream to what is made of them, so many steps', () => {
  assert.deepEqual(edges({ node: 'music.copy', direction: 'upstream' }), [
    'music.Played -> music.played',
    'music.daily -> music.copy',
    'music.played -> music.daily',
  ]);
  assert.deepEqual(edges({ node: 'music.copy', direction: 'upstream', depth: 1 }), ['music.daily -> music.copy']);
  assert.deepEqual(edges({ node: 'music.daily', direction: 'downstream' }), ['music.daily -> music.copy']);
  assert.deepEqual(ask({ node: 'music.other', direction: 'downstream' }), {
    nodes: [{ id: 'music.other', kind: 'sql' }],
    edges: [],
  });
});

test('there is no graph around a node that there is not', () => {
  assert.equal(ask({ node: 'music.nothing' }), undefined);
});

test('by column, an endpoint stands for all its columns', () => {
  const daily = sqlEndpoint(catalog, 'music.daily');
  const from = [{ endpoint: id('music.played'), column: 'hour', flow: 'transformed' as const }];
  const analysed = { ...daily, lineage: [{ column: 'day', from }] };
  const query = { node: 'music.daily', level: 'column', direction: 'upstream', depth: 100 } as const;
  const graph = lineageOf({ ...catalog, endpoints: { ...catalog.endpoints, [daily.id]: analysed } }, query);
  assert.deepEqual(graph, {
    nodes: [
      { id: 'music.daily.day', kind: 'column' },
      { id: 'music.daily.n', kind: 'column' },
      { id: 'music.played.hour', kind: 'column' },
    ],
    edges: [{ from: 'music.played.hour', to: 'music.daily.day', flow: 'transformed' }],
  });
});
