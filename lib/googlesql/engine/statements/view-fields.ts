/** The columns of a view, which follow from its query. */

import { analyzeOrThrow, analysisOptions } from '../../analysis/analyze.ts';
import { outputColumns } from '../../duckdb/output.ts';
import { parseScriptOrThrow } from '../../syntax/parse.ts';
import { describeError, SqlError } from '../../syntax/sql-error.ts';
import { fieldOfType } from '../../types/rest-conversion.ts';
import type { RestField } from '../../types/rest-schema.ts';
import { CatalogView } from '../catalog/catalog-view.ts';
import type { TableSpec } from '../definitions.ts';
import { EngineFailure } from '../failure.ts';
import { findField } from '../objects/table-rules.ts';
import type { EngineState } from '../state.ts';

/** Analyses a view's query. Throws what is wrong with it; places are places of the query. */
export function viewFields(
  { definitions }: EngineState,
  { ref, viewQuery, fields }: TableSpec & { readonly viewQuery: string },
  nowMs: number,
): readonly RestField[] {
  const catalog = new CatalogView(definitions, { tables: new Map(), routines: new Map() }, nowMs);
  try {
    const [statement, second] = parseScriptOrThrow(viewQuery).statements;
    if (statement?.kind !== 'query' || second !== undefined) throw new SqlError('A view must be a single query');
    const options = analysisOptions({
      project: ref.projectId,
      defaultDataset: { project: ref.projectId, dataset: ref.datasetId },
    });
    const { tree } = analyzeOrThrow(statement.query, catalog, options);
    return outputColumns(tree).map(({ name, type }, i) => described(fieldOfType(name, type), i, fields ?? []));
  } catch (error) {
    throw error instanceof SqlError ? new EngineFailure(describeError(error, viewQuery)) : error;
  }
}

/** The field with the description that the caller has for it. */
function described(field: RestField, position: number, given: readonly RestField[]): RestField {
  const known = field.name === '' ? given[position] : findField(given, field.name);
  const name = field.name === '' ? `f${position}_` : field.name;
  return { ...field, name, ...(known?.description === undefined ? {} : { description: known.description }) };
}
