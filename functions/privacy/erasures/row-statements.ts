// Owns the statements by which rows of a subject are deleted and counted. They name a table of tokens and never a token, so that
// the history of jobs holds nothing by which a row of the subject could be told.
import type { Endpoint } from '#shared/catalog/endpoint.ts';
import { flatName } from '#shared/catalog/names.ts';
import type { EndpointId } from '#shared/platform/ids.ts';
import type { TablePath } from '#shared/gcp/erased-rows.ts';

/** The dataset of tables that are deleted by themselves after a day. */
const STAGING = 'staging';

/** The table of the tokens of an erasure, for as long as rows are cleaned and counted. */
export function tokenTable(erasure: string): TablePath {
  return `${STAGING}.erasing_${erasure.replaceAll('-', '_')}`;
}

/** Where partitions of an endpoint are staged: a dataset, and how the names of its tables begin. */
export function stagingOf(endpoint: string): { readonly dataset: string; readonly prefix: string } {
  return { dataset: STAGING, prefix: `${flatName(endpoint as EndpointId)}__` };
}

/** Deletes the rows of a table that hold one of the tokens in one of the columns. */
export function deletionSql(table: TablePath, columns: readonly string[], tokens: TablePath): string {
  return `DELETE FROM ${quoted(table)}\nWHERE ${holdsToken(columns, tokens)}`;
}

/** Counts the rows that a deletion would delete. */
export function remainingSql(table: TablePath, columns: readonly string[], tokens: TablePath): string {
  return `SELECT COUNT(*) AS remaining\nFROM ${quoted(table)}\nWHERE ${holdsToken(columns, tokens)}`;
}

/** The keys of the partitions of events in which one of the tokens is. */
export function keysSql(
  { id, grain, partitionColumn }: Pick<Endpoint, 'id' | 'grain'> & { readonly partitionColumn: string },
  columns: readonly string[],
  tokens: TablePath,
): string {
  const format = grain === 'hour' ? '%Y-%m-%dT%H' : '%Y-%m-%d';
  // The id of an endpoint is `domain.name`, which is where its table is.
  const table = quoted(id as string as TablePath);
  return `SELECT DISTINCT FORMAT_TIMESTAMP('${format}', \`${partitionColumn}\`) AS key\nFROM ${table}\nWHERE ${holdsToken(columns, tokens)}`;
}

/** The name of the job of a deletion: who runs it again, gets the job that is there. */
export function deletionJob(erasure: string, table: TablePath, attempt: number): string {
  return `erase_${erasure}_${table.replace('.', '__')}_${attempt}`;
}

/** Whether a row holds one of the tokens in one of the columns. */
export function holdsToken(columns: readonly string[], tokens: TablePath): string {
  return columns.map((column) => `\`${column}\` IN (SELECT token FROM ${quoted(tokens)})`).join('\n  OR ');
}

function quoted(table: TablePath): string {
  return `\`${table}\``;
}
