// Owns which partitions may hold something of a person: from those of events in which the person's rows are, along what is made of what.
import { type Catalog, endpointsOf } from '../../catalog/catalog.ts';
import type { SqlEndpoint } from '../../catalog/endpoint.ts';
import { consumersOf } from '../../pipelines/input-window.ts';
import { ALL, type PartitionKey } from '../../pipelines/partition-key.ts';
import type { PartitionRecord } from '../../pipelines/partition-record.ts';

/** What of a partition's record says where it came from. */
export type MadePartition = Pick<PartitionRecord, 'key' | 'generation' | 'inputs'>;

/** An endpoint on the way, with its partitions. */
export interface MadeEndpoint {
  readonly endpoint: SqlEndpoint;
  readonly partitions: readonly MadePartition[];
}

/** Partitions by endpoint. */
export type Touched = ReadonlyMap<string, ReadonlySet<PartitionKey>>;

/** Every SQL endpoint after all that it reads. */
export function inReadingOrder(catalog: Catalog): readonly SqlEndpoint[] {
  const ordered = new Set<SqlEndpoint>();
  const visit = (endpoint: SqlEndpoint): void => {
    if (ordered.has(endpoint)) return;
    // The compiler has refused cycles; what an endpoint reads of itself comes from earlier partitions.
    for (const read of readBy(catalog, endpoint)) visit(read);
    ordered.add(endpoint);
  };
  for (const endpoint of endpointsOf(catalog)) if (endpoint.kind === 'sql') visit(endpoint);
  return [...ordered];
}

/** The ids in groups: what is in one is made of nothing but what is in groups before it, or in none. Ids of no endpoint come first. */
export function levelsOf(catalog: Catalog, ids: readonly string[]): readonly (readonly string[])[] {
  const wanted = new Set(ids);
  const depths = new Map<string, number>();
  for (const endpoint of inReadingOrder(catalog)) {
    const above = readBy(catalog, endpoint).map(({ id }) => (depths.get(id) ?? 0) + (wanted.has(id) ? 1 : 0));
    depths.set(endpoint.id, Math.max(0, ...above));
  }
  const levels = Map.groupBy(wanted, (id) => depths.get(id) ?? 0);
  return [...levels].sort(([one], [other]) => one - other).map(([, level]) => level);
}

/** The SQL endpoints that an endpoint is made of, near and far, and itself, in reading order; and the event endpoints at their start. */
export function madeOf(
  catalog: Catalog,
  id: string,
): { readonly chain: readonly SqlEndpoint[]; readonly roots: readonly string[] } {
  const wanted = new Set<string>([id]);
  const chain: SqlEndpoint[] = [];
  for (const endpoint of inReadingOrder(catalog).toReversed()) {
    if (!wanted.has(endpoint.id)) continue;
    chain.unshift(endpoint);
    for (const input of endpoint.inputs) wanted.add(input.endpoint);
  }
  const roots = endpointsOf(catalog).filter((endpoint) => endpoint.kind === 'event' && wanted.has(endpoint.id));
  return { chain, roots: roots.map((endpoint) => endpoint.id) };
}

/**
 * The published partitions along a chain, in reading order, that may hold something of the rows in `roots`: those that pinned a touched
 * partition, and those whose window covers one, because what was read without a pin is read by its range.
 */
export function touchedPartitions(roots: Touched, chain: readonly MadeEndpoint[]): Touched {
  const touched = new Map(roots);
  for (const { endpoint, partitions } of chain) {
    const published = partitions.filter(({ generation }) => generation > 0);
    const own = new Set<PartitionKey>();
    touched.set(endpoint.id, own);
    // What reads its own earlier partitions is touched along all those that follow.
    for (let before = -1; before < own.size;) {
      before = own.size;
      const covered = coveredBy(endpoint, touched, published);
      for (const partition of published) {
        if (covered.has(partition.key) || pins(partition, touched)) own.add(partition.key);
      }
    }
  }
  return touched;
}

function pins({ inputs }: MadePartition, touched: Touched): boolean {
  return inputs.some(({ endpoint, key }) => touched.get(endpoint)?.has(key) === true);
}

function coveredBy(
  endpoint: SqlEndpoint,
  touched: Touched,
  published: readonly MadePartition[],
): ReadonlySet<PartitionKey> {
  const keys = new Set<PartitionKey>();
  for (const { endpoint: read, window } of endpoint.inputs) {
    for (const key of touched.get(read) ?? []) {
      // Every partition reads an input that has only one.
      const reading = key === ALL && window.kind !== 'latest' ? published.map((each) => each.key) : [];
      for (const each of [...reading, ...consumersOf(window, key, endpoint.grain)]) keys.add(each);
    }
  }
  return keys;
}

function readBy({ endpoints }: Catalog, { id, inputs }: SqlEndpoint): readonly SqlEndpoint[] {
  return inputs.flatMap(({ endpoint }) => {
    const read = endpoints[endpoint];
    return read?.kind === 'sql' && read.id !== id ? [read] : [];
  });
}
