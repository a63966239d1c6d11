/** Names: columns, table aliases, parameters, variables, and the fields behind them. */

import type { Identifier, Parameter, PathExpression } from '../syntax/ast-expression.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { Expression } from '../tree/expression.ts';
import { structOf } from '../types/sql-type.ts';
import { suggestion } from './closest-name.ts';
import { referTo, type ExpressionScope } from './context.ts';
import { fieldOf } from './field.ts';
import type { NameTarget, RangeVariable } from './names.ts';
import { untypedNull } from './literal.ts';
import { resolveCall } from './resolve-call.ts';

/** Functions that may be called without parentheses. */
const bareFunctions: ReadonlySet<string> = new Set([
  'CURRENT_DATE',
  'CURRENT_DATETIME',
  'CURRENT_TIME',
  'CURRENT_TIMESTAMP',
]);

/** What a dotted name means. */
export function resolvePath(node: PathExpression, scope: ExpressionScope): Expression {
  const [first, ...rest] = node.path;
  if (first === undefined) throw new Error('a path is never empty');
  const target = scope.names.find(first.name);
  if (target === undefined) return resolveUnknown(node, first, rest, scope);
  const { base, used } = resolveTarget(target, first, rest);
  return rest.slice(used).reduce((value, name) => fieldOf(scope.analysis, value, name), base);
}

function resolveTarget(
  target: NameTarget,
  first: Identifier,
  rest: readonly Identifier[],
): { readonly base: Expression; readonly used: number } {
  switch (target.kind) {
    case 'column':
      return { base: referTo(target.column, first.at), used: 0 };
    case 'expression':
      return { base: placed(target.expression, first.at), used: 0 };
    case 'rowField': {
      const { row, index } = target;
      const type = row.type.kind === 'STRUCT' ? row.type.fields[index]?.type : undefined;
      if (type === undefined) throw new Error('a row field is a field of a struct');
      return { base: { kind: 'field', type, base: referTo(row, first.at), index }, used: 0 };
    }
    case 'ambiguous':
      throw new SqlError(`Column name ${first.name} is ambiguous`, first.at);
    case 'range':
      return resolveRange(target.range, first, rest);
  }
}

/** A named value, with the place where it is named now. */
function placed(expression: Expression, at: number): Expression {
  return expression.kind === 'column' ? { ...expression, at } : expression;
}

function resolveRange(
  range: RangeVariable,
  first: Identifier,
  rest: readonly Identifier[],
): { readonly base: Expression; readonly used: number } {
  const [second] = rest;
  if (second === undefined) return { base: rowOf(range, first.at), used: 0 };
  const lower = second.name.toLowerCase();
  const matches = [...range.columns, ...range.pseudo].filter((column) => column.name.toLowerCase() === lower);
  const [match] = matches;
  if (match !== undefined) {
    if (matches.some(({ column }) => column.id !== match.column.id)) {
      throw new SqlError(`Name ${second.name} is ambiguous inside ${first.name}`, second.at);
    }
    return { base: referTo(match.column, first.at), used: 1 };
  }
  if (range.row !== undefined) return { base: referTo(range.row, first.at), used: 0 };
  const names = range.columns.map((column) => column.name);
  throw new SqlError(`Name ${second.name} not found inside ${first.name}${suggestion(second.name, names)}`, second.at);
}

/** A table alias as a value: its row. */
function rowOf(range: RangeVariable, at: number): Expression {
  if (range.row !== undefined) return referTo(range.row, at);
  const fields = range.columns.map(({ name, column }) => ({ name, type: column.type }));
  return {
    kind: 'struct',
    type: structOf(fields),
    fields: range.columns.map(({ column }) => referTo(column, at)),
    flexible: false,
  };
}

function resolveUnknown(
  node: PathExpression,
  first: Identifier,
  rest: readonly Identifier[],
  scope: ExpressionScope,
): Expression {
  const { analysis } = scope;
  const type = analysis.options.variables.get(first.name.toLowerCase());
  if (type !== undefined) {
    const variable: Expression = { kind: 'variable', type, name: first.name.toLowerCase() };
    return rest.reduce<Expression>((value, name) => fieldOf(analysis, value, name), variable);
  }
  if (rest.length === 0 && bareFunctions.has(first.name.toUpperCase())) {
    return resolveCall(
      { kind: 'call', at: node.at, path: node.path, arguments: [], namedArguments: [], distinct: false, orderBy: [] },
      scope,
    );
  }
  throw new SqlError(`Unrecognized name: ${first.name}${suggestion(first.name, scope.names.spellings())}`, first.at);
}

/** `@name` or `?`. */
export function resolveParameter(node: Parameter, { analysis }: ExpressionScope): Expression {
  const key = node.name?.toLowerCase() ?? String(node.position ?? 0);
  const type = analysis.options.parameters.get(key);
  if (type === undefined) {
    if (analysis.options.unknownParameters === 'inferred') return { ...untypedNull, undeclared: key };
    const message =
      node.name === undefined
        ? `Query parameter number ${node.position ?? 0} is not defined`
        : `Query parameter '${node.name}' not found`;
    throw new SqlError(message, node.at);
  }
  return { kind: 'parameter', type, key };
}
