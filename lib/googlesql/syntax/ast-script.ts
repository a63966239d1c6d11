/** Scripting statements as written. */

import type { Expression, Identifier, PathName } from './ast-expression.ts';
import type { Query } from './ast-query.ts';
import type { Statement } from './ast-statement.ts';
import type { TypeName } from './ast-type.ts';

interface Node<Kind extends string> {
  readonly kind: Kind;
  readonly at: number;
  readonly end: number;
}

export interface DeclareStatement extends Node<'declare'> {
  readonly names: readonly Identifier[];
  readonly type?: TypeName;
  readonly default?: Expression;
}

/** `SET a = 1`, `SET (a, b) = (1, 2)`, `SET @@time_zone = '…'`. */
export interface SetStatement extends Node<'set'> {
  readonly targets: readonly { readonly path: PathName; readonly system: boolean }[];
  readonly value: Expression;
}

export interface IfStatement extends Node<'if'> {
  readonly branches: readonly { readonly condition: Expression; readonly body: readonly Statement[] }[];
  readonly otherwise?: readonly Statement[];
}

export interface CaseStatement extends Node<'caseStatement'> {
  readonly operand?: Expression;
  readonly branches: readonly { readonly when: Expression; readonly body: readonly Statement[] }[];
  readonly otherwise?: readonly Statement[];
}

export interface LoopStatement extends Node<'loop'> {
  readonly form: 'LOOP' | 'WHILE' | 'REPEAT';
  readonly label?: Identifier;
  /** WHILE: goes on while true; REPEAT: ends when true. */
  readonly condition?: Expression;
  readonly body: readonly Statement[];
}

export interface ForStatement extends Node<'forIn'> {
  readonly variable: Identifier;
  readonly label?: Identifier;
  readonly query: Query;
  readonly body: readonly Statement[];
}

export interface JumpStatement extends Node<'jump'> {
  readonly jump: 'BREAK' | 'CONTINUE' | 'RETURN';
  readonly label?: Identifier;
}

export interface BlockStatement extends Node<'block'> {
  readonly label?: Identifier;
  readonly body: readonly Statement[];
  /** EXCEPTION WHEN ERROR THEN. */
  readonly handler?: readonly Statement[];
}

export interface RaiseStatement extends Node<'raise'> {
  readonly message?: Expression;
}

export interface ExecuteImmediateStatement extends Node<'executeImmediate'> {
  readonly sql: Expression;
  readonly into: readonly Identifier[];
  readonly using: readonly { readonly value: Expression; readonly alias?: Identifier }[];
}

export interface CallStatement extends Node<'callProcedure'> {
  readonly name: PathName;
  readonly arguments: readonly Expression[];
}

export interface TransactionStatement extends Node<'transaction'> {
  readonly action: 'BEGIN' | 'COMMIT' | 'ROLLBACK';
}

export type ScriptStatement =
  | DeclareStatement
  | SetStatement
  | IfStatement
  | CaseStatement
  | LoopStatement
  | ForStatement
  | JumpStatement
  | BlockStatement
  | RaiseStatement
  | ExecuteImmediateStatement
  | CallStatement
  | TransactionStatement;
