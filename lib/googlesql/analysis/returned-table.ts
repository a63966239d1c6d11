/** RETURNS TABLE: what a table function's query must give, and what becomes of what it gives. */

import type { CreateFunctionStatement } from '../syntax/ast-statement.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { QueryTree } from '../tree/expression.ts';
import { typeName, type SqlType } from '../types/sql-type.ts';
import { resolveTypeName } from '../types/type-name.ts';
import { coerces } from './coerce.ts';
import { referTo, type Analysis } from './context.ts';
import { convertQuery, expandValueTable } from './convert-query.ts';
import { scopeOfExpressions } from './names.ts';

/** The query with the declared columns, found by their names; others are left out. */
export function returnedTable(
  query: QueryTree,
  returns: SqlType | undefined,
  analysis: Analysis,
  at: number,
): QueryTree {
  if (returns?.kind !== 'STRUCT') return query;
  const plain = expandValueTable(query, analysis, at);
  const columns = returns.fields.map(({ name, type }) => {
    const [found, second] = plain.columns.filter((column) => column.name.toLowerCase() === name.toLowerCase());
    const times = found === undefined ? 'not returned' : 'returned multiple times';
    if (found === undefined || second !== undefined) {
      throw new SqlError(`Required column name ${name} ${times} from SQL body of CREATE TABLE FUNCTION statement`, at);
    }
    if (!coerces(referTo(found.column, at), type)) {
      throw new SqlError(
        `Column ${name} for the output table of a CREATE TABLE FUNCTION statement has type ${typeName(type)}, but the SQL body provides incompatible type ${typeName(found.column.type)} for this column`,
        at,
      );
    }
    return found;
  });
  return convertQuery({ ...plain, columns }, returns.fields, analysis, { at, what: 'CREATE TABLE FUNCTION' });
}

/** Looks at the body with its parameters standing for any value; one of ANY TYPE is known only where it is called. */
export function checkTableBody(node: CreateFunctionStatement, returns: SqlType | undefined, analysis: Analysis): void {
  const { body, parameters, at } = node;
  if (body?.query === undefined || parameters.some(({ type }) => type === undefined)) return;
  const outer = scopeOfExpressions(
    parameters.flatMap(({ name, type }) =>
      type === undefined
        ? []
        : [{ name: name.name, expression: referTo(analysis.column(name.name, resolveTypeName(type)), name.at) }],
    ),
  );
  returnedTable(analysis.resolve.query(body.query, { analysis, outer, withTables: new Map() }), returns, analysis, at);
}
