/** WITH RECURSIVE: a base query, and a step that adds rows from the rows before. */

import type { CommonTable, PipeOperator, Query, SetOperation } from '../syntax/ast-query.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { QueryTree } from '../tree/expression.ts';
import type { WithTable } from '../tree/scan.ts';
import { checkRecursion } from './check-recursion.ts';
import { withOneMore, type QueryScope, type VisibleWithTable } from './context.ts';
import { combineInputs } from './resolve-set.ts';

/** The table, recursive only if its query, a union, really names itself. */
export function resolveRecursive({ name, query }: CommonTable, id: number, scope: QueryScope): WithTable {
  const union = unionOf(query);
  if (union === undefined) {
    return {
      id,
      name: name.name,
      query: scope.analysis.resolve.query(query, withoutSelf(name.name, scope, NO_UNION)),
      recursive: false,
    };
  }
  const base = resolveBase(union, name.name, scope);
  const references: number[] = [];
  const self: VisibleWithTable = {
    table: { id, name: name.name },
    columns: base.columns.map((output) => ({ name: output.name, type: output.column.type })),
    valueTable: base.valueTable,
    onReference: (at) => references.push(at),
  };
  const withTables = withOneMore(scope.withTables, name.name.toLowerCase(), self);
  const [, ...steps] = union.inputs;
  const terms = steps.map((step) => scope.analysis.resolve.body(step, { ...scope, withTables }));
  const [at, second] = references;
  if (second !== undefined) {
    throw new SqlError(`Multiple recursive references to table '${name.name}' are not allowed`, second);
  }
  if (at !== undefined) for (const term of terms) checkRecursion(term.scan, id, at);
  const tree = combineInputs(union, [base, ...terms], scope);
  return { id, name: name.name, query: tree, recursive: at !== undefined };
}

/** The union that a query ends in, in set operator or pipe syntax; its own WITH clause is not part of it. */
export function unionOf(query: Query): SetOperation | undefined {
  const { body, pipes, orderBy, limit } = query;
  const last = pipes.at(-1);
  if (last !== undefined) return last.kind === 'setOperation' ? pipedUnion(query, last) : undefined;
  const isUnion = body.kind === 'setOperation' && body.operator === 'UNION';
  return isUnion && orderBy.length === 0 && limit === undefined ? body : undefined;
}

function pipedUnion(query: Query, pipe: Extract<PipeOperator, { kind: 'setOperation' }>): SetOperation | undefined {
  if (pipe.operator !== 'UNION') return undefined;
  const { with: _own, ...rest } = query;
  const inputs = [{ ...rest, pipes: query.pipes.slice(0, -1) }, ...pipe.queries];
  return {
    kind: 'setOperation',
    at: pipe.at,
    operator: pipe.operator,
    distinct: pipe.distinct,
    matching: pipe.matching,
    inputs: inputs.map((input) => ({ kind: 'nested', at: input.at, query: input })),
  };
}

const NO_UNION = 'Recursive query does not have the form <non-recursive-term> UNION [ALL|DISTINCT] <recursive-term>';
const NO_STEP = 'Recursive reference is not allowed in non-recursive UNION term';

/** What is visible where the table must not name itself; `message` is told where it does. */
export function withoutSelf(name: string, scope: QueryScope, message = NO_STEP): QueryScope {
  return { ...scope, withTables: withOneMore(scope.withTables, name.toLowerCase(), refused(name, message)) };
}

function resolveBase(union: SetOperation, name: string, scope: QueryScope): QueryTree {
  const [first] = union.inputs;
  if (first === undefined) throw new Error('a set operation has inputs');
  return scope.analysis.resolve.body(first, withoutSelf(name, scope));
}

/** A reference where recursion has no meaning. */
function refused(name: string, message: string): VisibleWithTable {
  return {
    table: { id: 0, name },
    columns: [],
    valueTable: false,
    onReference: (at) => {
      throw new SqlError(message, at);
    },
  };
}
