// Owns the names that a run gives to its jobs and its staging table: whoever repeats a step finds what is there already.
import { endpointTable, flatName, type TableName } from '../catalog/names.ts';
import type { EndpointId } from '../platform/ids.ts';
import { decoratorOf, type PartitionKey } from './partition-key.ts';
import type { PartitionName } from './partition-record.ts';

/** Names a run of a partition. */
export interface RunName extends PartitionName {
  readonly run: string;
}

/** Ids of jobs: https://cloud.google.com/bigquery/docs/reference/rest/v2/JobReference, letters, digits, `_` and `-`, 1,024 at most. */
export function runJobId(step: 'stage' | 'audit', { endpoint, key, run }: RunName): string {
  return `${step}_${flatName(endpoint)}_${key}_${run}`;
}

/** The staging table of a run: no two runs share one, so what stalls in an old one harms nobody. */
export function stagingTableOf({ endpoint, key, run }: RunName): TableName {
  return { dataset: 'staging', table: `${flatName(endpoint)}__${key.replaceAll('-', '')}_${run}` };
}

/** The partition of a table as BigQuery names it: `track_played$2026080113`; the table itself for `all`. */
export function decorated({ dataset, table }: TableName, key: PartitionKey): TableName {
  const decorator = decoratorOf(key);
  return decorator === undefined ? { dataset, table } : { dataset, table: `${table}$${decorator}` };
}

/** The partition of an endpoint's table. */
export function partitionTable(endpoint: EndpointId, key: PartitionKey): TableName {
  return decorated(endpointTable(endpoint), key);
}
