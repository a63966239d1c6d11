/** Statements as written: queries, DML and DDL. Scripting is in `ast-script.ts`. */

import type { Expression, Identifier, PathName } from './ast-expression.ts';
import type { FromItem, Query } from './ast-query.ts';
import type { ScriptStatement } from './ast-script.ts';
import type { TypeName } from './ast-type.ts';

interface Node<Kind extends string> {
  readonly kind: Kind;
  readonly at: number;
  /** Offset behind the last token. */
  readonly end: number;
}

export interface QueryStatement extends Node<'query'> {
  readonly query: Query;
}

export interface InsertStatement extends Node<'insert'> {
  readonly target: PathName;
  readonly columns?: readonly Identifier[];
  readonly source:
    | { readonly kind: 'values'; readonly rows: readonly InsertRow[] }
    | { readonly kind: 'query'; readonly query: Query };
}

/** One row of VALUES. */
export interface InsertRow {
  /** Of the opening parenthesis. */
  readonly at: number;
  readonly values: readonly Expression[];
}

export interface UpdateItem {
  readonly target: PathName;
  readonly value: Expression;
}

export interface UpdateStatement extends Node<'update'> {
  readonly target: PathName;
  readonly alias?: Identifier;
  readonly items: readonly UpdateItem[];
  readonly from?: FromItem;
  readonly where?: Expression;
}

export interface DeleteStatement extends Node<'delete'> {
  readonly target: PathName;
  readonly alias?: Identifier;
  readonly where?: Expression;
}

export interface TruncateStatement extends Node<'truncate'> {
  readonly target: PathName;
}

export type MergeAction =
  | {
      readonly kind: 'insert';
      readonly columns?: readonly Identifier[];
      readonly values: readonly Expression[] | 'ROW';
    }
  | { readonly kind: 'update'; readonly items: readonly UpdateItem[] }
  | { readonly kind: 'delete' };

export interface MergeClause {
  readonly at: number;
  readonly match: 'MATCHED' | 'NOT MATCHED BY TARGET' | 'NOT MATCHED BY SOURCE';
  readonly condition?: Expression;
  readonly action: MergeAction;
}

export interface MergeStatement extends Node<'merge'> {
  readonly target: PathName;
  readonly alias?: Identifier;
  readonly source: FromItem;
  readonly on: Expression;
  readonly clauses: readonly MergeClause[];
}

/** `OPTIONS (name = value, …)`. */
export type Options = readonly { readonly name: Identifier; readonly value: Expression }[];

/** How a CREATE treats what exists. */
export type IfExists = 'FAIL' | 'REPLACE' | 'SKIP';

export interface ColumnDefinition {
  readonly name: Identifier;
  readonly type: ColumnType;
  readonly notNull: boolean;
  readonly default?: { readonly value: Expression; readonly text: string };
  readonly options: Options;
}

/** The type of a column, with what only columns have: NOT NULL and options of nested fields. */
export type ColumnType =
  | { readonly kind: 'type'; readonly type: TypeName }
  | { readonly kind: 'array'; readonly at: number; readonly element: ColumnType }
  | { readonly kind: 'struct'; readonly at: number; readonly fields: readonly ColumnDefinition[] };

export interface CreateSchemaStatement extends Node<'createSchema'> {
  readonly name: PathName;
  readonly ifExists: IfExists;
  readonly options: Options;
}

export interface CreateTableStatement extends Node<'createTable'> {
  readonly name: PathName;
  readonly ifExists: IfExists;
  readonly temporary: boolean;
  readonly columns?: readonly ColumnDefinition[];
  /** Unenforced keys, as text: kept, never checked. */
  readonly constraints: readonly string[];
  readonly partitionBy?: Expression;
  readonly clusterBy: readonly PathName[];
  readonly options: Options;
  readonly query?: Query;
  readonly source?: { readonly kind: 'LIKE' | 'COPY' | 'CLONE' | 'SNAPSHOT'; readonly table: PathName };
}

export interface CreateViewStatement extends Node<'createView'> {
  readonly name: PathName;
  readonly ifExists: IfExists;
  readonly materialized: boolean;
  readonly columns?: readonly { readonly name: Identifier; readonly options: Options }[];
  readonly options: Options;
  readonly query: Query;
  /** The query's text, which is what a view stores. */
  readonly queryText: string;
}

export interface FunctionParameter {
  readonly name: Identifier;
  /** Absent: ANY TYPE. */
  readonly type?: TypeName;
  readonly aggregate: boolean;
  /** `TABLE<…>` or ANY TABLE. */
  readonly table: boolean;
}

export interface CreateFunctionStatement extends Node<'createFunction'> {
  readonly name: PathName;
  readonly ifExists: IfExists;
  readonly temporary: boolean;
  readonly form: 'scalar' | 'aggregate' | 'table';
  readonly parameters: readonly FunctionParameter[];
  readonly returns?: TypeName;
  /** RETURNS TABLE<…>. */
  readonly returnsTable?: readonly { readonly name: Identifier; readonly type: TypeName }[];
  /** Upper-case, `SQL` when none is named. */
  readonly language: string;
  /** REMOTE WITH CONNECTION: the connection's name. */
  readonly remote?: PathName;
  readonly options: Options;
  readonly body?: { readonly expression?: Expression; readonly query?: Query; readonly text: string };
}

export type DroppedKind =
  | 'SCHEMA'
  | 'TABLE'
  | 'VIEW'
  | 'MATERIALIZED VIEW'
  | 'SNAPSHOT TABLE'
  | 'FUNCTION'
  | 'TABLE FUNCTION'
  | 'PROCEDURE';

export interface DropStatement extends Node<'drop'> {
  readonly dropped: DroppedKind;
  readonly name: PathName;
  readonly ifExists: boolean;
  /** DROP SCHEMA … CASCADE. */
  readonly cascade: boolean;
}

export type AlterAction =
  | { readonly kind: 'setOptions'; readonly options: Options }
  | { readonly kind: 'addColumn'; readonly column: ColumnDefinition; readonly ifNotExists: boolean }
  | { readonly kind: 'dropColumn'; readonly name: Identifier; readonly ifExists: boolean }
  | { readonly kind: 'renameColumn'; readonly from: Identifier; readonly to: Identifier; readonly ifExists: boolean }
  | { readonly kind: 'renameTo'; readonly name: Identifier }
  | { readonly kind: 'columnOptions'; readonly name: Identifier; readonly options: Options }
  | { readonly kind: 'columnDropNotNull'; readonly name: Identifier }
  | { readonly kind: 'columnType'; readonly name: Identifier; readonly type: TypeName }
  | {
      readonly kind: 'columnDefault';
      readonly name: Identifier;
      readonly default?: { readonly value: Expression; readonly text: string };
    }
  | { readonly kind: 'unsupported'; readonly text: string };

export interface AlterStatement extends Node<'alter'> {
  readonly altered: 'SCHEMA' | 'TABLE' | 'VIEW' | 'MATERIALIZED VIEW';
  readonly name: PathName;
  readonly ifExists: boolean;
  readonly actions: readonly AlterAction[];
}

export interface AssertStatement extends Node<'assert'> {
  readonly condition: Expression;
  readonly description?: string;
}

/** `EXPORT DATA OPTIONS (…) AS query`. */
export interface ExportDataStatement extends Node<'exportData'> {
  readonly options: Options;
  readonly query: Query;
  readonly connection?: PathName;
}

/** `LOAD DATA INTO t FROM FILES (…)`. */
export interface LoadDataStatement extends Node<'loadData'> {
  readonly target: PathName;
  readonly overwrite: boolean;
  readonly temporary: boolean;
  readonly columns?: readonly ColumnDefinition[];
  readonly partitionBy?: Expression;
  readonly clusterBy: readonly PathName[];
  /** Of the table. */
  readonly options: Options;
  /** Of the load: `format`, `uris` and others. */
  readonly files: Options;
  /** Clauses that are understood and not served, by their words. */
  readonly unserved: readonly string[];
}

/** A statement that is understood well enough to be named, and not run here. */
export interface UnsupportedStatement extends Node<'unsupported'> {
  readonly name: string;
}

export type Statement =
  | QueryStatement
  | InsertStatement
  | UpdateStatement
  | DeleteStatement
  | TruncateStatement
  | MergeStatement
  | CreateSchemaStatement
  | CreateTableStatement
  | CreateViewStatement
  | CreateFunctionStatement
  | DropStatement
  | AlterStatement
  | AssertStatement
  | ExportDataStatement
  | LoadDataStatement
  | UnsupportedStatement
  | ScriptStatement;
