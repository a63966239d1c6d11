/** WITH RECURSIVE: a base query, and a step that adds rows from the rows before. */

import type { CommonTable, SetOperation } from '../syntax/ast-query.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { QueryTree } from '../tree/expression.ts';
import type { WithTable } from '../tree/scan.ts';
import { withOneMore, type QueryScope, type VisibleWithTable } from './context.ts';
import { combineInputs } from './resolve-set.ts';

/** The table, recursive only if its query really names itself. */
export function resolveRecursive({ name, query }: CommonTable, id: number, scope: QueryScope): WithTable {
  const { body } = query;
  const shaped =
    body.kind === 'setOperation' &&
    body.operator === 'UNION' &&
    query.orderBy.length === 0 &&
    query.limit === undefined;
  if (!shaped || query.with !== undefined) {
    return { id, name: name.name, query: resolvePlain(query, name.name, scope), recursive: false };
  }
  const base = resolveBase(body, name.name, scope);
  let referred = false;
  const self: VisibleWithTable = {
    table: { id, name: name.name },
    columns: base.columns.map((output) => ({ name: output.name, type: output.column.type })),
    valueTable: base.valueTable,
    onReference: () => {
      referred = true;
    },
  };
  const withTables = withOneMore(scope.withTables, name.name.toLowerCase(), self);
  const [, ...steps] = body.inputs;
  const terms = steps.map((step) => scope.analysis.resolve.body(step, { ...scope, withTables }));
  const tree = combineInputs(body, [base, ...terms], scope);
  return { id, name: name.name, query: tree, recursive: referred };
}

function resolvePlain(query: CommonTable['query'], name: string, scope: QueryScope): QueryTree {
  const withTables = withOneMore(scope.withTables, name.toLowerCase(), refused(name));
  return scope.analysis.resolve.query(query, { ...scope, withTables });
}

function resolveBase(body: SetOperation, name: string, scope: QueryScope): QueryTree {
  const [first] = body.inputs;
  if (first === undefined) throw new Error('a set operation has inputs');
  const withTables = withOneMore(scope.withTables, name.toLowerCase(), refused(name));
  return scope.analysis.resolve.body(first, { ...scope, withTables });
}

/** A reference where recursion has no meaning. */
function refused(name: string): VisibleWithTable {
  return {
    table: { id: 0, name },
    columns: [],
    valueTable: false,
    onReference: () => {
      throw new SqlError(`Recursive reference '${name}' is only allowed in the recursive term of a UNION`);
    },
  };
}
