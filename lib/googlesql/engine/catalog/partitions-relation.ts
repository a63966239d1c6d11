/** INFORMATION_SCHEMA.PARTITIONS: counted in the tables when it is read. */

import type { CatalogPartitioning, CatalogTable } from '../../analysis/catalog.ts';
import { quoteText } from '../../duckdb/text.ts';
import { INT64, STRING, TIMESTAMP } from '../../types/sql-type.ts';
import { PARTITION_TIME, physicalColumn, relationName, type TableRecord } from '../storage/records.ts';
import { partitioningOf } from './catalog-table.ts';

const columns = [
  { name: 'table_catalog', type: STRING },
  { name: 'table_schema', type: STRING },
  { name: 'table_name', type: STRING },
  { name: 'partition_id', type: STRING },
  { name: 'total_rows', type: INT64 },
  { name: 'last_modified_time', type: TIMESTAMP },
  { name: 'storage_tier', type: STRING },
] as const;

const names = columns.map((_, i) => `p${i}`);

/** A table of all partitions of the tables; one that is not partitioned has one, without an id. */
export function partitionsRelation(records: readonly TableRecord[]): Pick<CatalogTable, 'columns' | 'storage'> {
  const parts = records.flatMap((record) => (record.physical === undefined ? [] : [partitionsOf(record)]));
  const none =
    'SELECT NULL::VARCHAR, NULL::VARCHAR, NULL::VARCHAR, NULL::VARCHAR, 0::BIGINT, NULL::TIMESTAMP WITH TIME ZONE, NULL::VARCHAR WHERE false';
  return {
    columns: columns.map((column) => ({ ...column, required: false })),
    storage: {
      kind: 'stored',
      relation: `(${[none, ...parts].join(' UNION ALL ')})`,
      physicalColumns: names,
      columnNames: names,
    },
  };
}

function partitionsOf({ definition, physical }: TableRecord): string {
  const { projectId, datasetId, tableId } = definition.ref;
  const partitioning = partitioningOf(definition);
  const column =
    partitioning === undefined || partitioning.kind === 'ingestion'
      ? -1
      : definition.fields.findIndex(({ name }) => name.toLowerCase() === partitioning.column.toLowerCase());
  const text = column < 0 ? PARTITION_TIME : physicalColumn(physical?.columns[column] ?? 0);
  const id = partitioning === undefined ? 'NULL::VARCHAR' : partitionIdText(text, partitioning);
  const where = [projectId, datasetId, tableId].map(quoteText).join(', ');
  const modified = `make_timestamptz(${BigInt(Math.trunc(definition.modifiedMs)) * 1000n}::BIGINT)`;
  const group = partitioning === undefined ? '' : ' GROUP BY 4';
  return `SELECT ${where}, ${id}, count(*), ${modified}, 'ACTIVE' FROM ${relationName(physical?.id ?? 0)}${group}`;
}

const formats = { HOUR: '%Y%m%d%H', DAY: '%Y%m%d', MONTH: '%Y%m', YEAR: '%Y' } as const;

/** The id of the partition that a value belongs to, as DuckDB SQL. */
export function partitionIdText(text: string, partitioning: CatalogPartitioning): string {
  if (partitioning.kind !== 'range') {
    return `coalesce(strftime(${text}, '${formats[partitioning.unit]}'), '__NULL__')`;
  }
  const { start, end, interval } = partitioning;
  const from = `${start} + ((${text} - (${start})) // ${interval}) * ${interval}`;
  return `CASE WHEN ${text} IS NULL THEN '__NULL__' WHEN ${text} < ${start} OR ${text} >= ${end} THEN '__UNPARTITIONED__' ELSE CAST(${from} AS VARCHAR) END`;
}
