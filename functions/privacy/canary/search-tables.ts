// Owns which tables are searched for leaks, and reading every row of them that may have come since: as JSON, because a compressed column
// hides what is in it.
import { type Catalog, endpointsOf } from '#shared/catalog/catalog.ts';
import { boundsOf, keyAt } from '#shared/pipelines/partition-key.ts';
import { DATASET_NAMES, LOGS_DATASET } from '#shared/platform/base/names.ts';
import { domainOf } from '#shared/platform/ids.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';
import type { CanaryDeps } from './canary-deps.ts';

/** A table, and how its rows since a time are read. */
export interface SearchedTable {
  /** `dataset.table` */
  readonly place: string;
  /** Whether it holds what functions logged. */
  readonly isLog: boolean;
  readonly sql: string;
}

/** The platform's own datasets, with that of the logs, which a local cloud does not have. */
const OWN = [...DATASET_NAMES, LOGS_DATASET];
const NAME = /^[A-Za-z0-9_-]+$/;

/** Every table of the platform, in order. Views read from these, and have nothing of their own. */
export async function searchedTables(
  { rows }: Pick<CanaryDeps, 'rows'>,
  catalog: Catalog,
  sinceMs: number,
): Promise<readonly SearchedTable[]> {
  const datasets = [...new Set([...OWN, ...endpointsOf(catalog).map(({ id }) => domainOf(id))])].sort();
  const tables: SearchedTable[] = [];
  for (const dataset of datasets) {
    const known = await tablesOf(rows, dataset);
    for (const [name, partition] of known) {
      const place = `${dataset}.${name}`;
      tables.push({
        place,
        isLog: dataset === LOGS_DATASET,
        sql: rowsSql(place, partition, startOf(catalog, place, sinceMs)),
      });
    }
  }
  return tables.sort((one, other) => (one.place < other.place ? -1 : 1));
}

interface PartitionColumn {
  readonly name: string;
  readonly type: string;
}

async function tablesOf(
  rows: CanaryDeps['rows'],
  dataset: string,
): Promise<ReadonlyMap<string, PartitionColumn | undefined>> {
  const sql = `SELECT t.table_name AS name, c.column_name AS \`column\`, c.data_type AS type
FROM \`${dataset}\`.INFORMATION_SCHEMA.TABLES AS t
LEFT JOIN \`${dataset}\`.INFORMATION_SCHEMA.COLUMNS AS c
  ON c.table_name = t.table_name AND c.is_partitioning_column = 'YES'
WHERE t.table_type = 'BASE TABLE'`;
  const found = new Map<string, PartitionColumn | undefined>();
  try {
    for await (const { name, column, type } of rows.rows(sql)) {
      if (typeof name !== 'string' || !NAME.test(name)) continue;
      const partitioned = typeof column === 'string' && typeof type === 'string' && NAME.test(column);
      found.set(name, partitioned ? { name: column, type } : undefined);
    }
  } catch (thrown) {
    // A domain whose dataset has not been made yet has no tables.
    if (!(thrown instanceof PlatformError && thrown.code === 'cloud_missing')) throw thrown;
  }
  return found;
}

/** When the partition began that holds rows of a time; a day where no endpoint says otherwise. */
function startOf(catalog: Catalog, place: string, sinceMs: number): number {
  const grain = catalog.endpoints[place as keyof Catalog['endpoints']]?.grain ?? 'day';
  return grain === 'all' ? 0 : boundsOf(keyAt(grain, sinceMs)).startMs;
}

function rowsSql(place: string, partition: PartitionColumn | undefined, sinceMs: number): string {
  const text = `SELECT TO_JSON_STRING(t) AS text\nFROM \`${place}\` AS t`;
  const from = formatTimestamp(sinceMs);
  switch (partition?.type) {
    case 'TIMESTAMP':
      return `${text}\nWHERE \`${partition.name}\` >= TIMESTAMP '${from}'`;
    case 'DATE':
      return `${text}\nWHERE \`${partition.name}\` >= DATE '${from.slice(0, 10)}'`;
    default:
      return text;
  }
}
