/** UNION, INTERSECT, EXCEPT. */

import type { SetOperation } from '../syntax/ast-query.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { Column, Expression, OutputColumn, QueryTree } from '../tree/expression.ts';
import type { Scan, SetInput } from '../tree/scan.ts';
import { isGroupable, ungroupablePart } from '../types/capabilities.ts';
import { equivalentTypes, typeName, withoutParameters, type SqlType } from '../types/sql-type.ts';
import { commonSupertype } from '../types/supertype.ts';
import { coerce } from './coerce.ts';
import { referTo, type QueryScope } from './context.ts';
import { candidateOf, constant } from './literal.ts';
import { operationName, pairColumns, type PairedColumn } from './set-columns.ts';

/** The operation's query. */
export function resolveSetOperation(operation: SetOperation, scope: QueryScope): QueryTree {
  if (!operation.distinct && operation.operator !== 'UNION') {
    throw new SqlError(`${operation.operator} ALL is not supported`, operation.at, 'notImplemented');
  }
  return combineInputs(
    operation,
    operation.inputs.map((input) => scope.analysis.resolve.body(input, scope)),
    scope,
  );
}

/** The same over inputs that are resolved already. */
export function combineInputs(operation: SetOperation, trees: readonly QueryTree[], scope: QueryScope): QueryTree {
  const paired = pairColumns(operation, trees);
  const types = paired.map((pair, i) => commonType(pair, i, trees, operation));
  if (operation.distinct) checkGroupable(types, operation);
  const inputs = trees.map((tree, n) =>
    convertInput(
      tree,
      paired.map((pair) => pair.inputs[n]),
      types,
      scope,
    ),
  );
  const columns = paired.map(({ name }, i): OutputColumn => ({ name, column: newColumn(name, types[i], scope) }));
  const scan: Scan = {
    kind: 'set',
    operator: operation.operator,
    distinct: operation.distinct,
    inputs,
    columns: columns.map(({ column }) => column),
  };
  return { scan, columns, valueTable: trees.every((tree) => tree.valueTable) };
}

function newColumn(name: string, type: SqlType | undefined, scope: QueryScope): Column {
  if (type === undefined) throw new Error('every paired column has a type');
  return scope.analysis.column(name, type);
}

function commonType(pair: PairedColumn, i: number, trees: readonly QueryTree[], operation: SetOperation): SqlType {
  const present = pair.inputs.flatMap((output, n) => {
    const tree = trees[n];
    return output === undefined || tree === undefined ? [] : [candidateOf(valueOf(tree, output.column))];
  });
  const type = commonSupertype(present);
  if (type === undefined) {
    const types = present.map((candidate) => typeName(candidate.type)).join(', ');
    throw new SqlError(
      `Column ${i + 1} in ${operationName(operation)} has incompatible types: ${types}`,
      operation.inputs[1]?.at ?? operation.at,
    );
  }
  return withoutParameters(type);
}

/** A literal in the SELECT list itself, which may still take another type; otherwise the column. */
function valueOf(tree: QueryTree, column: Column): Expression {
  const { scan } = tree;
  const computed =
    scan.kind === 'project' ? scan.computed.find((one) => one.column.id === column.id)?.value : undefined;
  return computed?.kind === 'literal' || computed?.kind === 'array' || computed?.kind === 'struct'
    ? computed
    : referTo(column, 0);
}

function checkGroupable(types: readonly SqlType[], operation: SetOperation): void {
  for (const [i, type] of types.entries()) {
    if (!isGroupable(type)) {
      throw new SqlError(
        `Column ${i + 1} in ${operationName(operation)} has type that does not support set operation comparisons: ${ungroupablePart(type)}`,
        operation.at,
      );
    }
  }
}

/** The input with its columns paired and taken to the common types; a missing one is NULL. */
function convertInput(
  tree: QueryTree,
  outputs: readonly (OutputColumn | undefined)[],
  types: readonly SqlType[],
  scope: QueryScope,
): SetInput {
  const computed: { column: Column; value: Expression }[] = [];
  const columns = outputs.map((output, i) => {
    const type = types[i];
    if (type === undefined) throw new Error('every paired column has a type');
    if (output !== undefined && equivalentTypes(output.column.type, type)) return output.column;
    const column = scope.analysis.column(output?.name ?? '', type);
    const place = { at: 0, timeZone: scope.analysis.options.timeZone };
    const value = output === undefined ? constant(type, null) : coerce(valueOf(tree, output.column), type, place);
    computed.push({ column, value });
    return column;
  });
  const scan: Scan = computed.length === 0 ? tree.scan : { kind: 'project', input: tree.scan, computed };
  return { scan, columns };
}
