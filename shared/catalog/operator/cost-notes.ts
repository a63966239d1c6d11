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
    ...endpointsOf(catalog).flatMap((endpoint) => {
      const { dataset, table } = endpointTable(endpoint.id);
      if (endpoint.kind !== 'sql' || !begun.has(`table ${dataset}.${table}`) || query === undefined) return [];
      if (endpoint.maxBytesBilled === undefined) return [`A run of ${endpoint.id} has no limit of cost.`];
      return [`A run of ${endpoint.id} costs at most ${dollars((endpoint.maxBytesBilled / TIB) * query)}.`];
    }),
  ];
  return notes.length === 0 ? [] : [...notes, `List prices of ${String(prices['as_of'])}.`];
}

function dollars(amount: number): string {
  if (amount >= 0.1) return `$${amount.toFixed(2)}`;
  return `$${Number(amount.toPrecision(2))}`;
}
