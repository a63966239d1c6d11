/** Views: a reference stands for the view's query. */

import { parseScriptOrThrow } from '../syntax/parse.ts';
import type { Query } from '../syntax/ast-query.ts';
import { SqlError } from '../syntax/sql-error.ts';
import { pathText, type CatalogTable } from './catalog.ts';
import type { QueryScope } from './context.ts';
import { namesUnder, type Relation } from './relation.ts';

const parsed = new WeakMap<CatalogTable, Query>();

/** The rows of a view under an alias; its query sees neither the outer query's names nor its WITH tables. */
export function expandView(view: CatalogTable, alias: string, scope: QueryScope, at: number): Relation {
  scope.analysis.tables.set(pathText(view.path), view);
  const tree = scope.analysis.inside(`View ${pathText(view.path)}`, () => resolveViewQuery(view, scope, at));
  const columns = tree.columns.map(({ name, column }, i) => ({ name: view.columns[i]?.name ?? name, column }));
  return { scan: tree.scan, names: namesUnder(columns, alias) };
}

/** Places inside the view are not places of the query: errors point at the reference. */
function resolveViewQuery(
  view: CatalogTable,
  scope: QueryScope,
  at: number,
): ReturnType<typeof scope.analysis.resolve.query> {
  const analysis = scope.analysis.under({
    project: view.path.project,
    defaultDataset: { project: view.path.project, dataset: view.path.dataset },
    parameters: new Map(),
    variables: new Map(),
  });
  try {
    return analysis.resolve.query(viewQuery(view), { analysis, withTables: new Map() });
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    throw new SqlError(`Invalid view ${pathText(view.path)}: ${error.message}`, at, error.reason);
  }
}

function viewQuery(view: CatalogTable): Query {
  const known = parsed.get(view);
  if (known !== undefined) return known;
  const [statement, second] = parseScriptOrThrow(view.viewSql ?? '').statements;
  if (statement?.kind !== 'query' || second !== undefined) throw new SqlError('A view must be a single query');
  parsed.set(view, statement.query);
  return statement.query;
}
