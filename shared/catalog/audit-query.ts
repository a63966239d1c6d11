// Owns the one query that judges a staged partition: rows, rows outside the partition, and every check, in one row.
import { STAGED } from './audit-checks.ts';
import type { SqlEndpoint } from './endpoint.ts';

/** Columns of the audit's one row that every endpoint has; check N is in the column `check_N`. */
export const AUDIT_COLUMNS = {
  rows: 'row_count',
  outside: 'outside_partition',
  check: (index: number) => `check_${index}`,
} as const;

/** What an audit judges by: the partitions of an endpoint, its columns and its checks. */
export type AuditedEndpoint = Pick<SqlEndpoint, 'grain' | 'partitionColumn' | 'columns' | 'checks'>;

/**
 * The audit of a staged partition, with the parameters @partition_start and @partition_end. `staging` is the full name of
 * the staging table; it is quoted here.
 */
export function auditQuery(endpoint: AuditedEndpoint, staging: string): string {
  const columns = [
    `  COUNT(*) AS ${AUDIT_COLUMNS.rows}`,
    `  COUNTIF((${insidePartition(endpoint)}) IS NOT TRUE) AS ${AUDIT_COLUMNS.outside}`,
    ...endpoint.checks.map(({ countSql }, index) => `  ${countSql} AS ${AUDIT_COLUMNS.check(index)}`),
  ];
  return `WITH ${STAGED} AS (SELECT * FROM \`${staging}\`)\nSELECT\n${columns.join(',\n')}\nFROM ${STAGED}`;
}

/** The query of an endpoint with its columns in the order of its table, because a copy matches columns by their place. */
export function orderedQuery(endpoint: SqlEndpoint): string {
  const columns = endpoint.columns.map(({ name }) => `  ${name}`).join(',\n');
  return `SELECT\n${columns}\nFROM (\n${endpoint.query.trim().replace(/;$/, '')}\n)`;
}

/** The predicate that holds for the rows that may be in the partition. */
export function insidePartition({ grain, partitionColumn, columns }: Omit<AuditedEndpoint, 'checks'>): string {
  if (grain === 'all' || partitionColumn === undefined) return 'TRUE';
  const type = columns.find(({ name }) => name === partitionColumn)?.type;
  const at = (timestamp: string): string => (type === 'TIMESTAMP' ? timestamp : `${type ?? 'DATE'}(${timestamp})`);
  // A week is the DAY partition of its Monday, so its rows must carry that day.
  const end = grain === 'week' ? 'TIMESTAMP_ADD(@partition_start, INTERVAL 1 DAY)' : '@partition_end';
  return `${partitionColumn} >= ${at('@partition_start')} AND ${partitionColumn} < ${at(end)}`;
}
