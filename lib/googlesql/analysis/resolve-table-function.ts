/** Table functions in FROM: a call stands for the function's query, its parameters for the arguments. */

import type { Query, TableArgument, TableFunctionItem } from '../syntax/ast-query.ts';
import { isUnsupported } from '../functions/unsupported.ts';
import { parseScriptOrThrow } from '../syntax/parse.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { Expression, QueryTree } from '../tree/expression.ts';
import { isVolatile } from '../tree/walk.ts';
import { typeName } from '../types/sql-type.ts';
import { pathText, type CatalogRoutine } from './catalog.ts';
import { coerce, coerces } from './coerce.ts';
import type { QueryScope } from './context.ts';
import { noNames, scopeOf, scopeOfExpressions, type NameScope } from './names.ts';
import { relationOf, type Relation } from './relation.ts';
import { findRoutine } from './resolve-routine.ts';
import { returnedTable } from './returned-table.ts';

/** The rows of a table function's call. */
export function resolveTableFunction(item: TableFunctionItem, scope: QueryScope): Relation {
  const { analysis } = scope;
  const found = findRoutine(item.path, analysis);
  if (found.kind !== 'found' || found.value.kind !== 'table') throw unknown(item);
  const routine = found.value;
  analysis.routines.set(pathText(routine.path), routine);
  const names = bindParameters(routine, item, scope);
  const query = analysis.inside(`Function ${pathText(routine.path)}`, () => expand(routine, names, scope, item.at));
  return relationOf(returnedTable(query, routine.returns, analysis, item.at), item.alias?.name);
}

function unknown({ path, at }: TableFunctionItem): SqlError {
  const name = path.map((part) => part.name).join('.');
  return isUnsupported(name.toUpperCase())
    ? new SqlError(`Function ${name.toUpperCase()} is not supported locally`, at, 'notImplemented')
    : new SqlError(`Table-valued function not found: ${name}`, at);
}

function bindParameters(routine: CatalogRoutine, item: TableFunctionItem, scope: QueryScope): NameScope {
  const { path, parameters } = routine;
  if (item.arguments.length !== parameters.length) {
    const count = parameters.length;
    throw new SqlError(
      `No matching signature for table-valued function ${path.name}\n  Signature requires ${count} argument${count === 1 ? '' : 's'}, found ${item.arguments.length}`,
      item.at,
    );
  }
  return scopeOfExpressions(
    parameters.map(({ name }, i) => ({ name, expression: argumentOf(routine, item.arguments[i], i, scope) })),
  );
}

/** An argument as its parameter's type. The body may name it often, so it must be the same each time. */
function argumentOf(
  { path, parameters }: CatalogRoutine,
  argument: TableArgument | undefined,
  index: number,
  { analysis, withTables }: QueryScope,
): Expression {
  if (argument?.kind !== 'expression' || argument.name !== undefined) {
    throw new SqlError(
      `Tables and names as arguments of table function ${path.name} are not supported locally`,
      argument?.kind === 'expression' ? argument.value.at : argument?.at,
      'notImplemented',
    );
  }
  const { at } = argument.value;
  const names = scopeOf(noNames);
  const value = analysis.resolve.expression(argument.value, { analysis, withTables, names, clause: 'FROM clause' });
  if (isVolatile(value)) {
    throw new SqlError('Arguments of table functions that vary are not supported locally', at, 'notImplemented');
  }
  const type = parameters[index]?.type;
  if (type === undefined) return value;
  if (coerces(value, type)) return coerce(value, type, { at, timeZone: analysis.options.timeZone });
  throw new SqlError(
    `No matching signature for table-valued function ${path.name}\n  Argument ${index + 1}: Unable to coerce type ${typeName(value.type)} to expected type ${typeName(type)}`,
    at,
  );
}

/** Places inside the body are not places of the query: errors point at the call. */
function expand(routine: CatalogRoutine, outer: NameScope, scope: QueryScope, at: number): QueryTree {
  const { path } = routine;
  const analysis = scope.analysis.under({
    ...(path.dataset === '' ? {} : { project: path.project, defaultDataset: path }),
    parameters: new Map(),
    variables: new Map(),
  });
  try {
    return analysis.resolve.query(parsedBody(routine), { analysis, outer, withTables: new Map() });
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    throw new SqlError(`Error in body of table function ${pathText(path)}: ${error.message}`, at, error.reason);
  }
}

const parsed = new WeakMap<CatalogRoutine, Query>();

function parsedBody(routine: CatalogRoutine): Query {
  const known = parsed.get(routine);
  if (known !== undefined) return known;
  const [statement, second] = parseScriptOrThrow(routine.body).statements;
  if (statement?.kind !== 'query' || second !== undefined) throw new SqlError('A table function is a single query');
  parsed.set(routine, statement.query);
  return statement.query;
}
