/** Statements other than queries as typed trees: which rule resolves which. */

import type {
  AlterStatement,
  CreateFunctionStatement,
  CreateSchemaStatement,
  CreateTableStatement,
  CreateViewStatement,
  DeleteStatement,
  DropStatement,
  InsertStatement,
  MergeStatement,
  Statement,
  TruncateStatement,
  UpdateStatement,
} from '../syntax/ast-statement.ts';
import { byKind, type RulesByKind } from '../syntax/by-kind.ts';
import type { DefinitionTree } from '../tree/definition.ts';
import type { ChangeTree } from '../tree/statement.ts';
import type { Analysis } from './context.ts';
import { resolveCreateTable } from './resolve-create-table.ts';
import {
  resolveAlter,
  resolveCreateFunction,
  resolveCreateSchema,
  resolveCreateView,
  resolveDrop,
} from './resolve-ddl.ts';
import { resolveDelete, resolveInsert, resolveTruncate, resolveUpdate } from './resolve-dml.ts';
import { resolveMerge } from './resolve-merge.ts';

/** DML. */
export type ChangeStatement = InsertStatement | UpdateStatement | DeleteStatement | TruncateStatement | MergeStatement;

/** DDL. */
export type DefinitionStatement =
  | CreateSchemaStatement
  | CreateTableStatement
  | CreateViewStatement
  | CreateFunctionStatement
  | DropStatement
  | AlterStatement;

const changes: RulesByKind<ChangeStatement, [Analysis], ChangeTree> = {
  insert: resolveInsert,
  update: resolveUpdate,
  delete: resolveDelete,
  truncate: resolveTruncate,
  merge: resolveMerge,
};

const definitions: RulesByKind<DefinitionStatement, [Analysis], DefinitionTree> = {
  createSchema: resolveCreateSchema,
  createTable: resolveCreateTable,
  createView: resolveCreateView,
  createFunction: resolveCreateFunction,
  drop: resolveDrop,
  alter: resolveAlter,
};

/** Whether a statement changes rows. */
export function isChange(statement: Statement): statement is ChangeStatement {
  return Object.hasOwn(changes, statement.kind);
}

/** Whether a statement defines something. */
export function isDefinition(statement: Statement): statement is DefinitionStatement {
  return Object.hasOwn(definitions, statement.kind);
}

/** The typed tree of a change. Throws a `SqlError`. */
export function resolveChange(statement: ChangeStatement, analysis: Analysis): ChangeTree {
  return byKind(changes, statement, analysis);
}

/** The typed tree of a definition. Throws a `SqlError`. */
export function resolveDefinition(statement: DefinitionStatement, analysis: Analysis): DefinitionTree {
  return byKind(definitions, statement, analysis);
}
