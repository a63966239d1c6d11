/** The analyser's public face: a query's typed tree, with everything it refers to. */

import type { Query } from '../syntax/ast-query.ts';
import { describeError, type SqlProblem } from '../syntax/sql-error.ts';
import { parseScriptOrThrow } from '../syntax/parse.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { QueryTree } from '../tree/expression.ts';
import type { SqlType } from '../types/sql-type.ts';
import { timeZone } from '../values/time-zone.ts';
import type { Catalog, CatalogRoutine, CatalogTable } from './catalog.ts';
import { Analysis, type AnalysisOptions } from './context.ts';
import { checkPartitionFilters } from './partition-filter.ts';
import { resolveExpression } from './resolve-expression.ts';
import { resolveBody, resolveQuery } from './resolve-query.ts';

/** Settings with their defaults left out. */
export interface QueryOptions {
  readonly project: string;
  readonly defaultDataset?: { readonly project: string; readonly dataset: string };
  /** Name of the zone of conversions that name none; default UTC. */
  readonly timeZone?: string;
  /** Types of parameters, by name or by position from 1 as text. */
  readonly parameters?: Readonly<Record<string, SqlType>>;
  readonly location?: string;
}

/** A query that means something. */
export interface AnalyzedQuery {
  readonly tree: QueryTree;
  /** Tables and views read, each once. */
  readonly tables: readonly CatalogTable[];
  readonly routines: readonly CatalogRoutine[];
}

export type AnalysisOutcome =
  | { readonly kind: 'ok'; readonly query: AnalyzedQuery }
  | { readonly kind: 'failed'; readonly problem: SqlProblem };

/** Analyses the text of a single query. */
export function analyzeQuery(sql: string, catalog: Catalog, options: QueryOptions): AnalysisOutcome {
  try {
    const [statement, second] = parseScriptOrThrow(sql).statements;
    if (statement?.kind !== 'query' || second !== undefined) {
      throw new SqlError('Expected a single query', second?.at ?? statement?.at);
    }
    return { kind: 'ok', query: analyzeOrThrow(statement.query, catalog, analysisOptions(options)) };
  } catch (error) {
    return { kind: 'failed', problem: describeError(error, sql) };
  }
}

/** The settings in full. */
export function analysisOptions(options: QueryOptions): AnalysisOptions {
  const parameters = new Map(
    Object.entries(options.parameters ?? {}).map(([name, type]) => [name.toLowerCase(), type]),
  );
  return {
    project: options.project,
    ...(options.defaultDataset === undefined ? {} : { defaultDataset: options.defaultDataset }),
    timeZone: timeZone(options.timeZone ?? 'UTC'),
    parameters,
    unknownParameters: 'refused',
    variables: new Map(),
    location: options.location ?? 'US',
  };
}

/** Starts the analysis of one statement. */
export function startAnalysis(catalog: Catalog, options: AnalysisOptions): Analysis {
  return new Analysis(catalog, options, { expression: resolveExpression, query: resolveQuery, body: resolveBody });
}

/** The typed tree of a parsed query. Throws a `SqlError`. */
export function analyzeOrThrow(query: Query, catalog: Catalog, options: AnalysisOptions): AnalyzedQuery {
  const analysis = startAnalysis(catalog, options);
  const tree = queryTree(query, analysis);
  return { tree, tables: [...analysis.tables.values()], routines: [...analysis.routines.values()] };
}

/** The typed tree of a statement's query. Throws a `SqlError`. */
export function queryTree(query: Query, analysis: Analysis): QueryTree {
  const tree = analysis.resolve.query(query, { analysis, withTables: new Map() });
  const guarded = [...analysis.tables.values()].some((table) => table.requirePartitionFilter);
  if (guarded) checkPartitionFilters(tree.scan);
  return tree;
}
