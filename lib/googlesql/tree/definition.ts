/** The typed tree: statements that define things. */

import type { CatalogTable, ObjectPath } from '../analysis/catalog.ts';
import type { DroppedKind, IfExists } from '../syntax/ast-statement.ts';
import type { RestField } from '../types/rest-schema.ts';
import type { SqlType } from '../types/sql-type.ts';
import type { Expression, QueryTree } from './expression.ts';

/** An entry of OPTIONS, to be computed when the statement runs. */
export interface TypedOption {
  /** Lower case. */
  readonly name: string;
  readonly value: Expression;
  readonly at: number;
}

/** PARTITION BY: REST's words. */
export type PartitionSpec =
  | { readonly kind: 'time'; readonly unit: 'HOUR' | 'DAY' | 'MONTH' | 'YEAR'; readonly field?: string }
  | {
      readonly kind: 'range';
      readonly field: string;
      readonly start: bigint;
      readonly end: bigint;
      readonly interval: bigint;
    };

export interface CreateSchemaTree {
  readonly kind: 'createSchema';
  readonly path: ObjectPath;
  readonly ifExists: IfExists;
  readonly options: readonly TypedOption[];
}

export interface CreateTableTree {
  readonly kind: 'createTable';
  readonly path: ObjectPath;
  readonly ifExists: IfExists;
  readonly temporary: boolean;
  readonly fields: readonly RestField[];
  readonly partitioning?: PartitionSpec;
  readonly clustering: readonly string[];
  readonly options: readonly TypedOption[];
  /** The rows to start with; its columns are of the fields' types, in their order. */
  readonly query?: QueryTree;
  /** The table to take the definition (and, but for LIKE, the rows) from. */
  readonly source?: { readonly kind: 'LIKE' | 'COPY' | 'CLONE' | 'SNAPSHOT'; readonly table: CatalogTable };
}

export interface CreateViewTree {
  readonly kind: 'createView';
  readonly path: ObjectPath;
  readonly ifExists: IfExists;
  readonly materialized: boolean;
  readonly fields: readonly RestField[];
  readonly options: readonly TypedOption[];
  readonly queryText: string;
}

export interface CreateFunctionTree {
  readonly kind: 'createFunction';
  readonly path: ObjectPath;
  readonly ifExists: IfExists;
  readonly temporary: boolean;
  readonly form: 'scalar' | 'table';
  readonly parameters: readonly { readonly name: string; readonly type?: SqlType }[];
  readonly returns?: SqlType;
  readonly body: string;
  /** Of a remote function: `projects/…/locations/…/connections/…`. */
  readonly connection?: string;
  readonly options: readonly TypedOption[];
}

export interface DropTree {
  readonly kind: 'drop';
  readonly dropped: DroppedKind;
  readonly path: ObjectPath;
  readonly ifExists: boolean;
  readonly cascade: boolean;
}

export type AlterTreeAction =
  | { readonly kind: 'setOptions'; readonly options: readonly TypedOption[] }
  | { readonly kind: 'addColumn'; readonly field: RestField; readonly ifNotExists: boolean }
  | { readonly kind: 'dropColumn'; readonly name: string; readonly ifExists: boolean }
  | { readonly kind: 'renameColumn'; readonly from: string; readonly to: string; readonly ifExists: boolean }
  | { readonly kind: 'renameTo'; readonly name: string }
  | { readonly kind: 'columnOptions'; readonly name: string; readonly options: readonly TypedOption[] }
  | { readonly kind: 'relaxColumn'; readonly name: string }
  | { readonly kind: 'columnType'; readonly name: string; readonly type: SqlType }
  | { readonly kind: 'columnDefault'; readonly name: string; readonly defaultSql?: string };

export interface AlterTree {
  readonly kind: 'alter';
  readonly altered: 'SCHEMA' | 'TABLE' | 'VIEW' | 'MATERIALIZED VIEW';
  readonly path: ObjectPath;
  readonly ifExists: boolean;
  readonly actions: readonly AlterTreeAction[];
}

export type DefinitionTree =
  | CreateSchemaTree
  | CreateTableTree
  | CreateViewTree
  | CreateFunctionTree
  | DropTree
  | AlterTree;
