// Owns what a plan says about money: unit prices of what it begins, and the most that one partition may cost.
import type { Catalog } from '../catalog.ts';
import { endpointsOf } from '../catalog.ts';
import { endpointTable } from '../names.ts';
import type { Change } from './plan.ts';

const TIB = 2 ** 40;

/**
 * Sentences about the costs that the changes begin. By list prices of platform/prices.yaml; nothing that the operator makes
 * costs anything while it is idle.
 */
export function costNotes(catalog: Catalog, changes: readonly Change[]): readonly string[] {
  const { prices } = catalog.platform;
  const price = (item: string): number | undefined => {
    const value = prices[item];
    return typeof value === 'number' ? value : undefined;
  };
  const begun = new Set(changes.filter(({ action }) => action !== 'delete').map(({ id }) => id));
  const made = changes.filter(({ action }) => action === 'create');
  const landing = price('pubsub_bigquery_tib');
  const storage = price('bigquery_storage_gib_month');
  const query = price('bigquery_query_tib');
  const notes = [
    ...(landing !== undefined && made.some(({ id }) => id.startsWith('subscription '))
      ? [`Landing costs ${dollars(landing)} per TiB of events.`]
      : []),
    ...(storage !== undefined && made.some(({ id }) => id.startsWith('table '))
      ? [`What tables hold costs ${dollars(storage)} per GiB and month.`]
      : []),
    ...(query === undefined ? [] : runNotes(catalog, begun, query)),
  ];
  return notes.length === 0 ? [] : [...notes, `List prices of ${String(prices['as_of'])}.`];
}

/** Endpoints are named up to here. */
const MAX_NAMED = 10;

function runNotes(catalog: Catalog, begun: ReadonlySet<string>, perTib: number): readonly string[] {
  const endpoints = endpointsOf(catalog).filter((endpoint) => {
    const { dataset, table } = endpointTable(endpoint.id);
    return endpoint.kind === 'sql' && begun.has(`table ${dataset}.${table}`);
  });
  const limits = endpoints.flatMap((endpoint) => {
    const bytes = 'maxBytesBilled' in endpoint ? endpoint.maxBytesBilled : undefined;
    return bytes === undefined ? [] : [{ id: endpoint.id, bytes }];
  });
  const unlimited = endpoints.map(({ id }) => id).filter((id) => limits.every((limit) => limit.id !== id));
  const named = [...limits].sort((a, b) => b.bytes - a.bytes).slice(0, MAX_NAMED);
  return [
    ...named.map(({ id, bytes }) => `A run of ${id} costs at most ${dollars((bytes / TIB) * perTib)}.`),
    ...(limits.length > MAX_NAMED ? [`Runs of ${limits.length - MAX_NAMED} more endpoints cost less.`] : []),
    ...(unlimited.length === 0 ? [] : [`No max_bytes_billed limits what runs cost of: ${listed(unlimited)}.`]),
  ];
}

function listed(names: readonly string[]): string {
  const more = names.length - MAX_NAMED;
  return more <= 0 ? names.join(', ') : `${names.slice(0, MAX_NAMED).join(', ')} and ${more} more`;
}

function dollars(amount: number): string {
  if (amount >= 0.1) return `$${amount.toFixed(2)}`;
  return `$${Number(amount.toPrecision(2))}`;
}
