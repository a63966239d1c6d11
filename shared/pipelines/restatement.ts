// Owns what a new generation of a partition means for what is made of it: which partitions go stale, and what becomes of them.
import { type Catalog, endpointsOf } from '../catalog/catalog.ts';
import type { SqlEndpoint } from '../catalog/endpoint.ts';
import type { EndpointId } from '../platform/ids.ts';
import type { Moment } from './horizon.ts';
import { consumersOf } from './input-window.ts';
import { ALL, keysBetween, type PartitionKey, previousKey, shiftKey } from './partition-key.ts';
import type { PartitionName } from './partition-record.ts';

/** How many stale partitions of an endpoint are rebuilt without a person asking for it. */
export const MAX_REBUILT_BY_ITSELF = 31;

type Readers = ReadonlyMap<EndpointId, readonly SqlEndpoint[]>;

/** A catalog never changes, so what reads what is found once. */
const readers = new WeakMap<Catalog, Readers>();

/** The endpoints that read an endpoint, in order of their ids. */
export function readersOf(catalog: Catalog, id: EndpointId): readonly SqlEndpoint[] {
  const known = readers.get(catalog) ?? findReaders(catalog);
  readers.set(catalog, known);
  return known.get(id) ?? [];
}

function findReaders(catalog: Catalog): Readers {
  const found = new Map<EndpointId, SqlEndpoint[]>();
  for (const endpoint of endpointsOf(catalog)) {
    if (endpoint.kind !== 'sql') continue;
    for (const { endpoint: read } of endpoint.inputs) found.set(read, [...(found.get(read) ?? []), endpoint]);
  }
  return found;
}

/** The partitions of an endpoint that read a partition; of an `all` input, every stored one. */
export function partitionsReading(moment: Moment, reader: SqlEndpoint, read: PartitionName): readonly PartitionKey[] {
  const keys = new Set<PartitionKey>();
  for (const input of reader.inputs) {
    if (input.endpoint !== read.endpoint || input.window.kind === 'latest') continue;
    const reading =
      read.key === ALL && reader.grain !== 'all'
        ? moment.view.keys(reader.id)
        : consumersOf(input.window, read.key, reader.grain);
    for (const key of reading) keys.add(key);
  }
  return [...keys];
}

/**
 * The stored partitions that go stale when a partition gets a new generation: whatever read it, and with the first
 * generation the `lookback` partitions before it.
 */
export function goesStale(moment: Moment, published: PartitionName, generation: number): readonly PartitionName[] {
  const readers = readersOf(moment.catalog, published.endpoint).filter(({ onRestate }) => onRestate !== 'ignore');
  const stale = readers.flatMap((reader) =>
    partitionsReading(moment, reader, published).map((key) => ({ endpoint: reader.id, key })),
  );
  const own = moment.catalog.endpoints[published.endpoint];
  if (generation === 1 && own?.kind === 'sql' && own.lookback > 0 && published.key !== ALL) {
    for (const key of keysBetween(shiftKey(published.key, -own.lookback), previousKey(published.key)))
      stale.push({ endpoint: own.id, key });
  }
  return stale.filter(({ endpoint, key }) => moment.view.summary(endpoint, key) !== undefined);
}

/**
 * Whether the stale partitions of an endpoint are rebuilt without a person: `auto`, and not too many of them, counting those
 * that will go stale when what is under way above them is published.
 */
export function isRebuiltByItself(moment: Moment, endpoint: SqlEndpoint): boolean {
  if (endpoint.onRestate !== 'auto') return false;
  const { view } = moment;
  const affected = new Set(view.active(endpoint.id).filter((key) => view.summary(endpoint.id, key)?.state === 'stale'));
  for (const input of endpoint.inputs) {
    for (const inputKey of view.active(input.endpoint)) {
      if (affected.size > MAX_REBUILT_BY_ITSELF) return false;
      if ((view.summary(input.endpoint, inputKey)?.generation ?? 0) === 0) continue;
      for (const key of partitionsReading(moment, endpoint, { endpoint: input.endpoint, key: inputKey })) {
        if (view.summary(endpoint.id, key)?.state === 'published') affected.add(key);
      }
    }
  }
  return affected.size <= MAX_REBUILT_BY_ITSELF;
}
