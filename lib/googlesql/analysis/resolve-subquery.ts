/** Queries and named values inside expressions. */

import type { SubqueryExpression, WithExpression } from '../syntax/ast-expression.ts';
import type { Query } from '../syntax/ast-query.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { Column, Expression, QueryTree, SubqueryNode } from '../tree/expression.ts';
import { isEquatable } from '../types/capabilities.ts';
import { arrayOf, BOOL, typeName, type SqlType } from '../types/sql-type.ts';
import { commonSupertype } from '../types/supertype.ts';
import { coerce } from './coerce.ts';
import { referTo, type ExpressionScope } from './context.ts';
import { candidateOf } from './literal.ts';
import { scopeOfExpressions } from './names.ts';
import { noMatchingSignature } from './signature-error.ts';

/** `(query)`, `ARRAY(query)`, `EXISTS(query)`. */
export function resolveSubquery(node: SubqueryExpression, scope: ExpressionScope): Expression {
  const query = innerQuery(node.query, node.form, scope);
  const ordered = node.query.orderBy.length > 0 || node.query.pipes.some((pipe) => pipe.kind === 'orderBy');
  if (node.form === 'EXISTS') return { kind: 'subquery', type: BOOL, form: 'EXISTS', query, ordered: false };
  const column = onlyColumn(query, node);
  if (node.form === 'SCALAR') {
    return { kind: 'subquery', type: column.type, form: 'SCALAR', query, ordered };
  }
  if (column.type.kind === 'ARRAY') {
    throw new SqlError(
      `Cannot use array subquery with column of type ${typeName(column.type)} because nested arrays are not supported`,
      node.at,
    );
  }
  return { kind: 'subquery', type: arrayOf(column.type), form: 'ARRAY', query, ordered };
}

function innerQuery(query: Query, form: SubqueryNode['form'], scope: ExpressionScope): QueryTree {
  const { analysis, withTables, names } = scope;
  return analysis.asValue(query.at, form, () => analysis.resolve.query(query, { analysis, withTables, outer: names }));
}

function onlyColumn(query: QueryTree, node: SubqueryExpression): Column {
  const [first, second] = query.columns;
  if (first === undefined || second !== undefined) {
    const what = node.form === 'ARRAY' ? 'ARRAY' : 'Scalar';
    throw new SqlError(
      `${what} subquery cannot have more than one column unless using SELECT AS STRUCT to build STRUCT values`,
      node.at,
    );
  }
  return first.column;
}

/** The one column of a query as an array, for an operator over many values. */
export function resolveArrayOf(query: Query, operator: string, scope: ExpressionScope): Expression {
  const tree = innerQuery(query, 'ARRAY', scope);
  const [first, second] = tree.columns;
  if (first === undefined || second !== undefined) {
    throw new SqlError(`Subquery of type ${operator} must have only one output column`, query.at);
  }
  return { kind: 'subquery', type: arrayOf(first.column.type), form: 'ARRAY', query: tree, ordered: false };
}

/** `operand IN (query)`. */
export function resolveInQuery(query: Query, operand: Expression, scope: ExpressionScope, at: number): Expression {
  const tree = innerQuery(query, 'IN', scope);
  const [first, second] = tree.columns;
  if (first === undefined || second !== undefined) {
    throw new SqlError(`Subquery of type IN must have only one output column`, query.at);
  }
  const type = commonSupertype([
    candidateOf(operand),
    { type: first.column.type, standing: 'expression', untyped: false },
  ]);
  if (type === undefined) throw noMatchingSignature('IN', [operand, referTo(first.column, at)], [], at);
  if (!isEquatable(type)) throw new SqlError(`IN is not defined for arguments of type ${typeName(type)}`, at);
  const place = { at, timeZone: scope.analysis.options.timeZone };
  return {
    kind: 'subquery',
    type: BOOL,
    form: 'IN',
    query: convertColumn(tree, type, scope, at),
    operand: coerce(operand, type, place),
    ordered: false,
  };
}

/** The query with its one column taken to another type. */
function convertColumn(tree: QueryTree, type: SqlType, scope: ExpressionScope, at: number): QueryTree {
  const [output] = tree.columns;
  if (output === undefined) return tree;
  const place = { at, timeZone: scope.analysis.options.timeZone };
  const value = coerce(referTo(output.column, at), type, place);
  if (value.kind === 'column') return tree;
  const column = scope.analysis.column(output.name, type);
  return {
    ...tree,
    scan: { kind: 'project', input: tree.scan, computed: [{ column, value }] },
    columns: [{ name: output.name, column }],
  };
}

/** `WITH(name AS value, …, body)`. */
export function resolveWith(node: WithExpression, scope: ExpressionScope): Expression {
  let names = scope.names;
  const bindings: { column: Column; value: Expression }[] = [];
  for (const binding of node.bindings) {
    const value = scope.analysis.resolve.expression(binding.value, { ...scope, names });
    const column = scope.analysis.column(binding.name.name, value.type);
    bindings.push({ column, value });
    names = scopeOfExpressions([{ name: binding.name.name, expression: referTo(column, binding.name.at) }], names);
  }
  const body = scope.analysis.resolve.expression(node.body, { ...scope, names });
  return { kind: 'let', type: body.type, bindings, body };
}
