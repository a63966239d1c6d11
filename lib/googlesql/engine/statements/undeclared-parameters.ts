/** Parameters that a statement names and its request does not give: what a dry run tells of them. */

import type { Expression } from '../../tree/expression.ts';
import type { SqlType } from '../../types/sql-type.ts';
import { scanExpressions, visitScans } from '../../tree/children.ts';
import { visitExpression, visitOwnExpression } from '../../tree/walk.ts';
import type { ReadRoots } from '../../reading/columns-read.ts';
import type { RestParameterType, UndeclaredParameter } from '../requests.ts';

/** By position, or in order of their names. Of several types that are wanted of one, the first that is. */
export function undeclaredParameters({
  queries = [],
  scans = [],
  expressions = [],
}: ReadRoots): readonly UndeclaredParameter[] {
  const types = new Map<string, { readonly type: SqlType; readonly settled: boolean }>();
  const see = (part: Expression): void => {
    if (part.kind !== 'literal' || part.undeclared === undefined) return;
    const settled = !part.untyped;
    if (types.get(part.undeclared)?.settled !== true) types.set(part.undeclared, { type: part.type, settled });
  };
  for (const scan of [...queries.map((query) => query.scan), ...scans]) {
    visitScans(scan, (part) => {
      for (const expression of scanExpressions(part)) visitOwnExpression(expression, see);
    });
  }
  for (const expression of expressions) visitExpression(expression, see);
  return [...types]
    .toSorted(([a], [b]) => (isPosition(a) && isPosition(b) ? Number(a) - Number(b) : a < b ? -1 : 1))
    .map(([key, { type }]) => ({ ...(isPosition(key) ? {} : { name: key }), parameterType: parameterType(type) }));
}

function isPosition(key: string): boolean {
  return /^\d+$/.test(key);
}

function parameterType(type: SqlType): RestParameterType {
  if (type.kind === 'ARRAY') return { type: 'ARRAY', arrayType: parameterType(type.element) };
  if (type.kind !== 'STRUCT') return { type: type.kind };
  const structTypes = type.fields.map((field) => ({
    ...(field.name === '' ? {} : { name: field.name }),
    type: parameterType(field.type),
  }));
  return { type: 'STRUCT', structTypes };
}
