/** Lineage of a statement as the truth set writes it. */
import { analysisOptions, analyzeQuery, startAnalysis } from '#lib/googlesql/analysis/analyze.ts';
import { isChange, resolveChange } from '#lib/googlesql/analysis/resolve-statement.ts';
import { lineageOfChange } from '#lib/googlesql/lineage/change-lineage.ts';
import { lineageOfQuery, type Influence, type QueryLineage, type ValueSource } from '#lib/googlesql/lineage/lineage.ts';
import type { SourceColumn } from '#lib/googlesql/lineage/source.ts';
import { parseScriptOrThrow } from '#lib/googlesql/syntax/parse.ts';
import { musicCatalog, musicOptions } from './music-catalog.ts';

/** `identity plays.device.id`, in order of the text; columns by name, in their order. */
export interface DescribedLineage {
  readonly columns: readonly (readonly [name: string, from: readonly string[]])[];
  readonly rows: readonly string[];
}

/** The lineage of one statement against the tests' catalog. */
export function describeLineage(sql: string): DescribedLineage {
  const { columns, rows } = lineageOf(sql);
  return {
    columns: columns.map(({ name, values, influences }) => [
      name,
      [...values.map(valueText), ...influences.map(influenceText)].toSorted(),
    ]),
    rows: rows.map(influenceText).toSorted(),
  };
}

function lineageOf(sql: string): QueryLineage {
  const [statement] = parseScriptOrThrow(sql).statements;
  if (statement !== undefined && isChange(statement)) {
    return lineageOfChange(resolveChange(statement, startAnalysis(musicCatalog, analysisOptions(musicOptions))));
  }
  const outcome = analyzeQuery(sql, musicCatalog, musicOptions);
  if (outcome.kind === 'failed') throw new Error(outcome.problem.message);
  return lineageOfQuery(outcome.query.tree);
}

function valueText({ flow, source }: ValueSource): string {
  return `${flow} ${sourceText(source)}`;
}

function influenceText({ kind, source }: Influence): string {
  return `${kind} ${sourceText(source)}`;
}

function sourceText({ table, column, fields }: SourceColumn): string {
  return [table.path.name, column, ...fields].join('.');
}
