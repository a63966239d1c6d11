/** Types for tests, as GoogleSQL writes them. */
import { analyzeQuery } from '#lib/googlesql/analysis/analyze.ts';
import type { Catalog } from '#lib/googlesql/analysis/catalog.ts';
import type { SqlType } from '#lib/googlesql/types/sql-type.ts';

/** A catalog in which there is nothing. */
export const emptyCatalog: Catalog = {
  findTable: () => ({ kind: 'noObject' }),
  findRoutine: () => ({ kind: 'noObject' }),
  listTables: () => [],
};

/** The type that a text names: `ARRAY<STRUCT<a INT64>>`. */
export function typeOfText(text: string): SqlType {
  const outcome = analyzeQuery(`SELECT CAST(NULL AS ${text})`, emptyCatalog, { project: 'p' });
  const column = outcome.kind === 'ok' ? outcome.query.tree.columns[0]?.column : undefined;
  if (column === undefined) throw new Error(`${text} is no type`);
  return column.type;
}
