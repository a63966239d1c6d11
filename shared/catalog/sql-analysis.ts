// Owns the seam to the analysis of queries: what a query gives and where it comes from, by the columns of what it reads.
import { analyzeQuery } from '#lib/googlesql/analysis/analyze.ts';
import type { Catalog, CatalogRoutine, CatalogTable, Found, ObjectPath } from '#lib/googlesql/analysis/catalog.ts';
import {
  arrayOf,
  BYTES,
  scalarTypes,
  type SqlType,
  STRING,
  structOf,
  TIMESTAMP,
} from '#lib/googlesql/types/sql-type.ts';
import { domainOf, type EndpointId, nameOf, type PurposeId } from '../platform/ids.ts';
import type { Column, ColumnType } from './column.ts';
import type { ColumnLineage } from './endpoint.ts';
import { revealRoutine } from './names.ts';
import type { Problem } from './problem.ts';
import { lineageOf } from './query-lineage.ts';
import { QUERY_PARAMETERS } from './sql-outline.ts';

/** The columns of an endpoint that a query may read. */
export interface ReadableEndpoint {
  readonly id: EndpointId;
  readonly columns: readonly Column[];
}

/** What a query may name. */
export interface QueryWorld {
  readonly endpoints: readonly ReadableEndpoint[];
  /** Purposes whose `reveal` function it may call. */
  readonly purposes: readonly PurposeId[];
}

/** A column that a query gives. */
export interface QueryColumn extends ColumnType {
  readonly name: string;
}

/** What analysing a query tells. */
export type QueryAnalysis =
  | {
      readonly kind: 'analysed';
      readonly columns: readonly QueryColumn[];
      readonly lineage: readonly ColumnLineage[];
      /** Purposes whose `open` it calls. */
      readonly opens: readonly PurposeId[];
    }
  | { readonly kind: 'failed'; readonly problems: readonly Problem[] };

/** Analyses the query of a file against what it may name. */
export type AnalyseQuery = (file: string, text: string, world: QueryWorld) => QueryAnalysis;

/** Queries name endpoints without a project, so any name will do for the one they are in. */
export const PROJECT = 'project';

/** The analysis of `lib/googlesql`. */
export const analyseQuery: AnalyseQuery = (file, text, world) => {
  const parameters = Object.fromEntries(QUERY_PARAMETERS.map((name) => [name, TIMESTAMP]));
  const { catalog, endpoints } = catalogOf(world);
  const outcome = analyzeQuery(text, catalog, { project: PROJECT, parameters });
  if (outcome.kind === 'failed') {
    const { message, line = 1, column = 1 } = outcome.problem;
    // The place is told in front, so the analyser's own need not be told again.
    return { kind: 'failed', problems: [{ file, line, column, message: message.replace(/ at \[\d+:\d+\]$/, '') }] };
  }
  const columns = outcome.query.tree.columns.map(({ name, column }) => ({ name, ...columnTypeOf(column.type) }));
  const called = new Set(outcome.query.routines.map(({ path }) => keyOf(path)));
  const opens = world.purposes.filter((purpose) => called.has(keyOf(revealPath(purpose))));
  return { kind: 'analysed', columns, lineage: lineageOf(outcome.query.tree, endpoints), opens };
};

/** What the analyser may find, and which endpoint each of its tables is. */
interface AnalysisWorld {
  readonly catalog: Catalog;
  readonly endpoints: ReadonlyMap<CatalogTable, EndpointId>;
}

function catalogOf({ endpoints, purposes }: QueryWorld): AnalysisWorld {
  const tables = new Map(endpoints.map((endpoint) => [String(endpoint.id), tableOf(endpoint)]));
  const routines = new Map(revealRoutines(purposes).map((routine) => [keyOf(routine.path), routine]));
  const catalog: Catalog = {
    findTable: ({ dataset, name }) => found(tables.get(keyOf({ dataset, name }))),
    findRoutine: ({ dataset, name }) => found(routines.get(keyOf({ dataset, name }))),
    listTables: () => [],
  };
  return { catalog, endpoints: new Map(endpoints.map((endpoint) => [tableOf(endpoint), endpoint.id])) };
}

function keyOf({ dataset, name }: Pick<ObjectPath, 'dataset' | 'name'>): string {
  return `${dataset}.${name}`;
}

function found<T>(value: T | undefined): Found<T> {
  return value === undefined ? { kind: 'noObject' } : { kind: 'found', value };
}

const tablesOfEndpoints = new WeakMap<ReadableEndpoint, CatalogTable>();

/** The table of an endpoint; one for all the queries that read it, which is much quicker than one for each. */
function tableOf(endpoint: ReadableEndpoint): CatalogTable {
  const before = tablesOfEndpoints.get(endpoint);
  if (before !== undefined) return before;
  const { id, columns } = endpoint;
  const table: CatalogTable = {
    path: pathOf(domainOf(id), nameOf(id)),
    kind: 'table',
    columns: columns.map((column) => ({ name: column.name, type: sqlTypeOf(column), required: false })),
    requirePartitionFilter: false,
  };
  tablesOfEndpoints.set(endpoint, table);
  return table;
}

/** The `reveal` functions of purposes, as queries may call them. */
export function revealRoutines(purposes: readonly PurposeId[]): readonly CatalogRoutine[] {
  return purposes.map(revealOf);
}

/** The parameters of `open`, and what it answers: JSON as the HTTP route answers it, `{"status", "value"?}`. */
export const REVEAL_PARAMETERS = [
  { name: 'token', type: STRING },
  { name: 'sealed', type: BYTES },
  { name: 'field', type: STRING },
  { name: 'reason', type: STRING },
] as const;

/**
 * `open(token, sealed, field, reason)` of a purpose: the one way from a sealed value to what is in it. It is remote; here it has
 * a body that gives the same type and takes the same value, so that lineage sees what flows, and that it comes out opened.
 */
function revealOf(purpose: PurposeId): CatalogRoutine {
  const body = "TO_JSON(STRUCT('plain' AS status, SAFE_CONVERT_BYTES_TO_STRING(sealed) AS value))";
  const returns = scalarTypes.JSON;
  return { path: revealPath(purpose), kind: 'scalar', parameters: REVEAL_PARAMETERS, returns, body, effect: 'opens' };
}

function revealPath(purpose: PurposeId): ObjectPath {
  const { dataset, routine } = revealRoutine(purpose);
  return pathOf(dataset, routine);
}

function pathOf(dataset: string, name: string): ObjectPath {
  return { project: PROJECT, dataset, name };
}

function sqlTypeOf({ type, repeated, fields = [] }: ColumnType): SqlType {
  const single =
    type === 'STRUCT'
      ? structOf(fields.map((field) => ({ name: field.name, type: sqlTypeOf(field) })))
      : scalarTypes[type];
  return repeated ? arrayOf(single) : single;
}

function columnTypeOf(type: SqlType): ColumnType {
  if (type.kind === 'ARRAY') return { ...columnTypeOf(type.element), repeated: true };
  if (type.kind !== 'STRUCT') return { type: type.kind, repeated: false };
  const fields = type.fields.map((field) => ({ name: field.name, ...columnTypeOf(field.type) }));
  return { type: type.kind, repeated: false, fields };
}
