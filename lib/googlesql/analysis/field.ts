/** One field of a value. */

import type { Identifier } from '../syntax/ast-expression.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { Expression } from '../tree/expression.ts';
import { typeName } from '../types/sql-type.ts';
import { callBuiltin } from './call-builtin.ts';
import { suggestion } from './closest-name.ts';
import type { Analysis } from './context.ts';
import { stringConstant } from './literal.ts';

/** `value.name`: a field of a STRUCT, or a member of a JSON object. */
export function fieldOf(analysis: Analysis, value: Expression, name: Identifier): Expression {
  const { type } = value;
  if (type.kind === 'JSON') {
    return callBuiltin(analysis, 'JSON_FIELD', [value, stringConstant(name.name)], { at: name.at });
  }
  if (type.kind !== 'STRUCT') {
    throw new SqlError(`Cannot access field ${name.name} on a value with type ${typeName(type)}`, name.at);
  }
  const lower = name.name.toLowerCase();
  const index = type.fields.findIndex((field) => field.name.toLowerCase() === lower);
  const field = type.fields[index];
  if (field === undefined) {
    const names = type.fields.map((one) => one.name);
    throw new SqlError(
      `Field name ${name.name} does not exist in ${typeName(type)}${suggestion(name.name, names)}`,
      name.at,
    );
  }
  if (type.fields.findLastIndex((one) => one.name.toLowerCase() === lower) !== index) {
    throw new SqlError(`Struct field name ${name.name} is ambiguous`, name.at);
  }
  return fieldAt(value, index);
}

/** The field at a position; of a constructor, what was put there. */
export function fieldAt(value: Expression, index: number): Expression {
  const { type } = value;
  const field = type.kind === 'STRUCT' ? type.fields[index] : undefined;
  if (field === undefined) throw new Error('a field is taken of a struct that has it');
  if (value.kind === 'struct') {
    const inner = value.fields[index];
    if (inner !== undefined && inner.kind === 'column') return inner;
  }
  return { kind: 'field', type: field.type, base: value, index };
}
