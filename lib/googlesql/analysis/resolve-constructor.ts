/** Arrays and structs written out. */

import type { ArrayExpression, StructExpression } from '../syntax/ast-expression.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { Expression } from '../tree/expression.ts';
import {
  arrayOf,
  INT64,
  structOf,
  typeName,
  withoutParameters,
  type SqlType,
  type StructType,
} from '../types/sql-type.ts';
import { commonSupertype } from '../types/supertype.ts';
import { resolveTypeName } from '../types/type-name.ts';
import { coerce, coerces } from './coerce.ts';
import type { ExpressionScope } from './context.ts';
import { candidateOf, standingOf } from './literal.ts';

/** `[a, b]`, `ARRAY<type>[a, b]`. */
export function resolveArray(node: ArrayExpression, scope: ExpressionScope): Expression {
  const elements = node.elements.map((element) => scope.analysis.resolve.expression(element, scope));
  const place = { at: node.at, timeZone: scope.analysis.options.timeZone };
  if (node.elementType !== undefined) {
    const type = withoutParameters(resolveTypeName(node.elementType));
    for (const [i, element] of elements.entries()) checkElement(element, type, node.elements[i]?.at ?? node.at);
    return arrayOfElements(
      type,
      elements.map((element) => coerce(element, type, place)),
      false,
    );
  }
  const type = elements.length === 0 ? INT64 : commonSupertype(elements.map(candidateOf));
  if (type === undefined) {
    const types = [...new Set(elements.map((element) => typeName(element.type)))].join(', ');
    throw new SqlError(`Array elements of types {${types}} do not have a common supertype`, node.at);
  }
  if (type.kind === 'ARRAY') {
    throw new SqlError(
      `Cannot construct array with element type ${typeName(type)} because nested arrays are not supported`,
      node.elements.find((_, i) => elements[i]?.type.kind === 'ARRAY')?.at ?? node.at,
    );
  }
  const flexible = elements.every((element) => standingOf(element) === 'literal');
  return arrayOfElements(
    withoutParameters(type),
    elements.map((element) => coerce(element, type, place)),
    flexible,
  );
}

function arrayOfElements(element: SqlType, elements: readonly Expression[], flexible: boolean): Expression {
  return { kind: 'array', type: arrayOf(element), elements, flexible };
}

function checkElement(element: Expression, type: SqlType, at: number): void {
  if (coerces(element, type)) return;
  throw new SqlError(`Array element type ${typeName(element.type)} does not coerce to ${typeName(type)}`, at);
}

/** `STRUCT(a, b AS c)`, `STRUCT<type, …>(a, b)`, `(a, b)`. */
export function resolveStruct(node: StructExpression, scope: ExpressionScope): Expression {
  const fields = node.fields.map((field) => scope.analysis.resolve.expression(field.value, scope));
  if (node.type !== undefined) return resolveTyped(node, fields, scope);
  const names = node.fields.map((field) => field.alias?.name ?? inferredName(node, field.value));
  const type = structOf(fields.map((field, i) => ({ name: names[i] ?? '', type: field.type })));
  const flexible = fields.length > 0 && fields.every((field) => standingOf(field) === 'literal');
  return { kind: 'struct', type, fields, flexible };
}

/** `STRUCT(a.b)` names its field `b`; a parenthesised list names nothing. */
function inferredName(node: StructExpression, value: StructExpression['fields'][number]['value']): string {
  if (node.tuple) return '';
  if (value.kind === 'path') return value.path.at(-1)?.name ?? '';
  return value.kind === 'field' ? value.name.name : '';
}

function resolveTyped(node: StructExpression, fields: readonly Expression[], scope: ExpressionScope): Expression {
  const type = node.type === undefined ? undefined : withoutParameters(resolveTypeName(node.type));
  if (type?.kind !== 'STRUCT') throw new Error('a struct constructor has a struct type');
  const struct: StructType = type;
  if (fields.length !== struct.fields.length) {
    throw new SqlError(
      `STRUCT type has ${struct.fields.length} fields but constructor call has ${fields.length} fields`,
      node.at,
    );
  }
  const place = { at: node.at, timeZone: scope.analysis.options.timeZone };
  const converted = fields.map((field, i) => {
    const wanted = struct.fields[i]?.type ?? field.type;
    const at = node.fields[i]?.value.at ?? node.at;
    if (node.fields[i]?.alias !== undefined) {
      throw new SqlError('STRUCT constructors cannot specify both an explicit type and field names with AS', at);
    }
    if (!coerces(field, wanted)) {
      throw new SqlError(
        `Struct field ${i + 1} has type ${typeName(field.type)} which does not coerce to ${typeName(wanted)}`,
        at,
      );
    }
    return coerce(field, wanted, place);
  });
  return { kind: 'struct', type: struct, fields: converted, flexible: false };
}
