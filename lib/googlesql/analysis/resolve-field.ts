/** Fields and elements of computed values. */

import type {
  Expression as SyntaxExpression,
  FieldAccess,
  FunctionCall,
  IndexAccess,
} from '../syntax/ast-expression.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { Expression } from '../tree/expression.ts';
import { INT64, typeName } from '../types/sql-type.ts';
import { callBuiltin } from './call-builtin.ts';
import { coerce, coerces } from './coerce.ts';
import type { ExpressionScope } from './context.ts';
import { fieldAt, fieldOf } from './field.ts';

/** `base.name`. */
export function resolveField(node: FieldAccess, scope: ExpressionScope): Expression {
  return fieldOf(scope.analysis, scope.analysis.resolve.expression(node.base, scope), node.name);
}

/** The ways to count elements. */
const wrappers: ReadonlySet<string> = new Set(['OFFSET', 'ORDINAL', 'SAFE_OFFSET', 'SAFE_ORDINAL']);

/** `base[OFFSET(n)]` and its siblings, `json[key]`, `struct[OFFSET(n)]`. */
export function resolveIndex(node: IndexAccess, scope: ExpressionScope): Expression {
  const { analysis } = scope;
  const base = analysis.resolve.expression(node.base, scope);
  const { mode, index } = resolvePosition(node.index, scope);
  const { at } = node.index;
  if (base.type.kind === 'JSON') return resolveJsonSubscript(base, index, scope, at);
  if (base.type.kind === 'STRUCT') return resolveStructPosition(base, mode, index, at);
  if (base.type.kind !== 'ARRAY') {
    throw new SqlError(
      `Subscript access using [INT64] is not supported on values of type ${typeName(base.type)}`,
      node.at,
    );
  }
  if (!coerces(index, INT64)) {
    throw new SqlError(
      `Array position in [] must be coercible to INT64 type, but has type ${typeName(index.type)}`,
      at,
    );
  }
  const position = coerce(index, INT64, { at, timeZone: analysis.options.timeZone });
  return callBuiltin(analysis, `ARRAY_AT_${mode}`, [base, position], { at });
}

function resolvePosition(
  node: SyntaxExpression,
  scope: ExpressionScope,
): { readonly mode: string; readonly index: Expression } {
  const wrapped = wrapperOf(node);
  const mode = wrapped?.name ?? 'OFFSET';
  return { mode, index: scope.analysis.resolve.expression(wrapped?.position ?? node, scope) };
}

function wrapperOf(node: SyntaxExpression): { readonly name: string; readonly position: SyntaxExpression } | undefined {
  if (node.kind !== 'call') return undefined;
  const call: FunctionCall = node;
  const name = call.path.length === 1 ? call.path[0]?.name.toUpperCase() : undefined;
  const [position, second] = call.arguments;
  if (name === undefined || !wrappers.has(name) || position === undefined || second !== undefined) return undefined;
  return { name, position };
}

function resolveJsonSubscript(base: Expression, index: Expression, scope: ExpressionScope, at: number): Expression {
  const name = index.type.kind === 'STRING' ? 'JSON_FIELD' : 'JSON_ELEMENT';
  return callBuiltin(scope.analysis, name, [base, index], { at });
}

function resolveStructPosition(base: Expression, mode: string, index: Expression, at: number): Expression {
  const value = index.kind === 'literal' && typeof index.value === 'bigint' ? Number(index.value) : undefined;
  if (value === undefined) throw new SqlError('Field element access is only supported for literal positions', at);
  const position = mode.endsWith('ORDINAL') ? value - 1 : value;
  const count = base.type.kind === 'STRUCT' ? base.type.fields.length : 0;
  if (position < 0 || position >= count) {
    throw new SqlError(`Field ordinal out of bounds in ${typeName(base.type)}`, at);
  }
  return fieldAt(base, position);
}
