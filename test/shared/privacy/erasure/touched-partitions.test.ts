import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Catalog } from '#shared/catalog/catalog.ts';
import type { EndpointInput, SqlEndpoint } from '#shared/catalog/endpoint.ts';
import { type Grain, parsePartitionKey, type PartitionKey } from '#shared/pipelines/partition-key.ts';
import { parseInputWindow } from '#shared/pipelines/input-window.ts';
import { type EndpointId, parseId } from '#shared/platform/ids.ts';
import {
  inReadingOrder,
  levelsOf,
  madeOf,
  type MadePartition,
  touchedPartitions,
} from '#shared/privacy/erasure/touched-partitions.ts';

const id = (text: string): EndpointId => parseId('endpoint', text) ?? assert.fail(text);
const key = (text: string): PartitionKey => parsePartitionKey(text) ?? assert.fail(text);

/** An endpoint that reads others by their windows. */
function endpoint(name: string, reads: Readonly<Record<string, string>>, grain: Grain = 'day'): SqlEndpoint {
  const inputs = Object.entries(reads).map(([input, window]): EndpointInput => ({
    endpoint: id(input),
    window: parseInputWindow(window) ?? assert.fail(window),
    require: 'all',
  }));
  // Only what the rule reads of an endpoint.
  return { kind: 'sql', id: id(name), grain, inputs } as unknown as SqlEndpoint;
}

function catalogOf(...endpoints: readonly SqlEndpoint[]): Catalog {
  const event = { kind: 'event', id: 'a.events', grain: 'hour' };
  return { endpoints: Object.fromEntries([event, ...endpoints].map((each) => [each.id, each])) } as unknown as Catalog;
}

const published = (
  text: string,
  inputs: readonly (readonly [string, string])[] = [],
  generation = 1,
): MadePartition => ({
  key: key(text),
  generation,
  inputs: inputs.map(([input, of]) => ({ endpoint: id(input), key: key(of), generation: 1 })),
});

const mails = endpoint('a.mails', { 'a.events': 'same' });
const gathered = endpoint('a.gathered', { 'a.mails': '-1..0' });
const running = endpoint('a.running', { 'a.mails': 'same', 'a.running': 'previous' });
const newest = endpoint('a.newest', { 'a.mails': 'latest' });
const catalog = catalogOf(newest, running, gathered, mails);

test('endpoints are cleaned after everything that they are made of, and beside what they are not', () => {
  assert.ok(inReadingOrder(catalog).findIndex((each) => each.id === mails.id) === 0);
  assert.deepEqual(levelsOf(catalog, ['a.gathered', 'a.mails', 'a.running', 'a.gone']), [
    ['a.mails', 'a.gone'],
    ['a.gathered', 'a.running'],
  ]);
  assert.deepEqual(levelsOf(catalog, ['a.gathered', 'a.newest']), [['a.gathered', 'a.newest']]);
});

test('what an endpoint is made of is found down to the events', () => {
  const { chain, roots } = madeOf(catalog, 'a.gathered');
  assert.deepEqual(
    chain.map((each) => each.id),
    ['a.mails', 'a.gathered'],
  );
  assert.deepEqual(roots, ['a.events']);
});

test('partitions are touched along windows and pins, and only where they were published', () => {
  const roots = new Map([['a.events', new Set([key('2026-08-02T10')])]]);
  const touched = touchedPartitions(roots, [
    { endpoint: mails, partitions: ['2026-08-01', '2026-08-02', '2026-08-03'].map((each) => published(each)) },
    {
      endpoint: gathered,
      partitions: [published('2026-08-01'), published('2026-08-02'), published('2026-08-03', [], 0)],
    },
    {
      endpoint: newest,
      partitions: [
        published('2026-08-04', [['a.mails', '2026-08-02']]),
        published('2026-08-05', [['a.mails', '2026-08-03']]),
      ],
    },
  ]);
  const of = (name: string): readonly string[] => [...(touched.get(name) ?? [])];
  assert.deepEqual(of('a.mails'), ['2026-08-02']);
  assert.deepEqual(of('a.gathered'), ['2026-08-02']);
  assert.deepEqual(of('a.newest'), ['2026-08-04']);
});

test('what reads its own earlier partitions is touched from the first one on', () => {
  const days = ['2026-08-01', '2026-08-02', '2026-08-03', '2026-08-04'];
  const touched = touchedPartitions(new Map([['a.events', new Set([key('2026-08-02T10')])]]), [
    { endpoint: mails, partitions: days.map((each) => published(each)) },
    { endpoint: running, partitions: days.map((each) => published(each)) },
  ]);
  assert.deepEqual([...(touched.get('a.running') ?? [])].sort(), days.slice(1));
});
