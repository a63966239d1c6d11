/** What resolving needs to know beside the syntax tree: the statement at large, and where in it an expression stands. */

import { TOO_COMPLEX } from '../syntax/too-complex.ts';
import type * as ast from '../syntax/ast-expression.ts';
import type { Query, QueryBody } from '../syntax/ast-query.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { AggregateCall, Column, ColumnNode, Expression, QueryTree, SubqueryNode } from '../tree/expression.ts';
import type { WindowCall, WithTable } from '../tree/scan.ts';
import type { SqlType } from '../types/sql-type.ts';
import { maxTypeFields, typeSize } from '../types/type-size.ts';
import type { TimeZone } from '../values/time-zone.ts';
import type { Catalog, CatalogRoutine, CatalogTable } from './catalog.ts';
import type { NameScope } from './names.ts';

/** The settings under which a statement is analysed. */
export interface AnalysisOptions {
  /** The project of names that have none. */
  readonly project: string;
  /** The dataset of names that have none. */
  readonly defaultDataset?: { readonly project: string; readonly dataset: string };
  readonly timeZone: TimeZone;
  /** Types of parameters: by lower-case name, or by position from 1 as text. */
  readonly parameters: ReadonlyMap<string, SqlType>;
  /** What becomes of parameters that have no type here: they are errors, or take the type that is wanted of them. */
  readonly unknownParameters: 'refused' | 'inferred';
  /** Types of script variables by lower-case name. */
  readonly variables: ReadonlyMap<string, SqlType>;
  /** Where data is, as messages about missing tables say. */
  readonly location: string;
}

/** The mutually recursive entry points of the analyser; passed in, so that its files need no import cycle. */
export interface Resolvers {
  readonly expression: (node: ast.Expression, scope: ExpressionScope) => Expression;
  readonly query: (query: Query, scope: QueryScope) => QueryTree;
  /** An operand of a set operation. */
  readonly body: (body: QueryBody, scope: QueryScope) => QueryTree;
}

/** One statement being analysed: what it may refer to, and what it has been seen to refer to. */
export class Analysis {
  readonly catalog: Catalog;
  readonly options: AnalysisOptions;
  readonly resolve: Resolvers;
  readonly #shared: SharedState;

  constructor(catalog: Catalog, options: AnalysisOptions, resolve: Resolvers, shared: SharedState = newState()) {
    this.catalog = catalog;
    this.options = options;
    this.resolve = resolve;
    this.#shared = shared;
  }

  /** The same statement under other settings: inside a view, whose names have defaults of their own. */
  under(options: Partial<AnalysisOptions>): Analysis {
    return new Analysis(this.catalog, { ...this.options, ...options }, this.resolve, this.#shared);
  }

  /** Tables and views that the statement has been seen to read, by name. */
  get tables(): Map<string, CatalogTable> {
    return this.#shared.tables;
  }

  /** Functions of the catalog that it calls, by name. */
  get routines(): Map<string, CatalogRoutine> {
    return this.#shared.routines;
  }

  /** A column that nothing else has. */
  column(name: string, type: SqlType): Column {
    if (typeSize(type) > maxTypeFields) throw new SqlError(TOO_COMPLEX, 0);
    return { id: this.nextId(), name, type };
  }

  /** An id for anything else that needs one. */
  nextId(): number {
    return this.#spend(1);
  }

  #spend(parts: number): number {
    this.#shared.lastId += parts;
    if (this.#shared.lastId > MAX_PARTS) throw new SqlError(TOO_COMPLEX, 0);
    return this.#shared.lastId;
  }

  /** Resolves a part that stands inside all those being resolved; refuses what would nest without measure. */
  deeper<T>(at: number, resolve: () => T): T {
    if (this.#shared.nesting >= MAX_NESTING) {
      throw new SqlError('Out of stack space due to deeply nested query expression', at);
    }
    this.#shared.nesting++;
    const part = resolve();
    this.#shared.nesting--;
    return part;
  }

  /** Resolves a query that gives a value inside an expression; refuses more of them inside each other than can be planned. */
  asValue<T>(at: number, form: SubqueryNode['form'], resolve: () => T): T {
    const levels = VALUE_LEVELS[form];
    if (this.#shared.valueLevels + levels > MAX_VALUE_LEVELS) throw new SqlError(TOO_COMPLEX, at);
    this.#shared.valueLevels += levels;
    const part = resolve();
    this.#shared.valueLevels -= levels;
    return part;
  }

  /**
   * Resolves a named query and says how many stand behind each other at its end: those that it names, that those name, and so on.
   * Whatever follows references goes as deep.
   */
  chained<T>(at: number, resolve: () => T): { readonly resolved: T; readonly chain: number } {
    const before = this.#shared.chain;
    this.#shared.chain = 0;
    const resolved = resolve();
    const chain = this.#shared.chain + 1;
    if (chain > MAX_CHAIN) throw new SqlError(TOO_COMPLEX, at);
    this.#shared.chain = before;
    this.refersTo(chain);
    return { resolved, chain };
  }

  /** Notes that what is being resolved refers to a named query at the end of so many. */
  refersTo(chain: number): void {
    this.#shared.chain = Math.max(this.#shared.chain, chain);
  }

  /** Looks into a view or function; refuses ones that reach themselves. */
  inside<T>(what: string, resolve: () => T): T {
    if (this.#shared.depth >= MAX_EXPANSION) throw new SqlError(`${what} is nested too deeply or refers to itself`);
    this.#shared.depth++;
    // Whatever is expanded counts, so that a few functions that call each other often do not run for ever.
    this.#spend(EXPANSION_PARTS);
    try {
      return resolve();
    } finally {
      this.#shared.depth--;
    }
  }
}

/** What all parts of one statement share. */
interface SharedState {
  readonly tables: Map<string, CatalogTable>;
  readonly routines: Map<string, CatalogRoutine>;
  lastId: number;
  /** Views and functions being looked into. */
  depth: number;
  /** Queries and expressions being resolved, each inside the one before. */
  nesting: number;
  /** Queries for values being resolved, each inside the one before, by what they weigh. */
  valueLevels: number;
  /** The longest chain of named queries that what is being resolved refers to. */
  chain: number;
}

function newState(): SharedState {
  return { tables: new Map(), routines: new Map(), lastId: 0, depth: 0, nesting: 0, valueLevels: 0, chain: 0 };
}

/** How deep views and functions may refer to each other. Source: BigQuery quotas, "Maximum nested view level". */
const MAX_EXPANSION = 16;

/** How deep a statement may nest with its views and functions expanded; keeps recursion over it within a default stack. */
const MAX_NESTING = 500;

/**
 * How deep queries for values may stand inside each other. Planning takes twice as long with each level of most forms, and four
 * times with an array's, and nothing can stop it once it has begun: at this depth a quarter of a second to half a one, and two with
 * EXISTS in conditions.
 */
const MAX_VALUE_LEVELS = 20;
const VALUE_LEVELS: Readonly<Record<SubqueryNode['form'], number>> = { SCALAR: 1, EXISTS: 1, IN: 1, ARRAY: 2 };

/** How many named queries may each refer to the one before; what follows references recurses over them. */
const MAX_CHAIN = 1000;

/** Most columns, at all places, that one statement may come to with everything expanded; bounds its time and memory. */
const MAX_PARTS = 1_000_000;

/** As how many of them one view or function counts that is looked into: about what that takes. */
const EXPANSION_PARTS = 100;

/** What a query sees from outside: enclosing names (for correlation) and WITH tables. */
export interface QueryScope {
  readonly analysis: Analysis;
  readonly outer?: NameScope;
  readonly withTables: WithScope;
}

/** WITH tables by lower-case name; inner ones hide outer ones and stored tables. */
export type WithScope = Pick<ReadonlyMap<string, VisibleWithTable>, 'get'>;

/** What is visible where one more table is. */
export function withOneMore(outer: WithScope, lowerName: string, table: VisibleWithTable): WithScope {
  return { get: (name) => (name === lowerName ? table : outer.get(name)) };
}

/** A WITH table that FROM can name. */
export interface VisibleWithTable {
  readonly table: Pick<WithTable, 'id' | 'name'>;
  readonly columns: readonly { readonly name: string; readonly type: SqlType }[];
  readonly valueTable: boolean;
  /** How many named queries stand behind each other at its end. */
  readonly chain?: number;
  /** Notes where a recursive definition refers to itself. */
  readonly onReference?: (at: number) => void;
}

/** Where aggregates of a SELECT are gathered; each becomes a column of the aggregate scan. */
export interface AggregateCollector {
  add(call: AggregateCall): Expression;
  /** GROUPING(key). */
  grouping(argument: Expression, at: number): Expression;
}

/** Where window functions are gathered. */
export interface WindowCollector {
  add(call: WindowCall): Expression;
  find(name: ast.Identifier): ast.WindowSpecification;
}

/** Where an expression stands. */
export interface ExpressionScope extends QueryScope {
  readonly names: NameScope;
  /** As messages name it: `WHERE clause`, `SELECT list`. */
  readonly clause: string;
  readonly aggregates?: AggregateCollector;
  readonly windows?: WindowCollector;
  /** Inside an aggregate's or window function's arguments: which, for messages. */
  readonly within?: 'aggregate' | 'window';
}

/** The same place without aggregates and window functions. */
export function plainScope(scope: ExpressionScope, clause: string): ExpressionScope {
  const { analysis, withTables, names } = scope;
  return {
    analysis,
    withTables,
    names,
    clause,
    ...(scope.outer === undefined ? {} : { outer: scope.outer }),
  };
}

/** A reference to a column. */
export function referTo(column: Column, at: number): ColumnNode {
  return { kind: 'column', type: column.type, column, at };
}
