/** Table functions in FROM. */

import type { TableFunctionItem } from '../syntax/ast-query.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { QueryScope } from './context.ts';
import type { Relation } from './relation.ts';

/** The rows of a table function's call. */
export function resolveTableFunction(item: TableFunctionItem, _scope: QueryScope): Relation {
  const name = item.path.map((part) => part.name).join('.');
  throw new SqlError(`Table function ${name} is not supported locally`, item.at, 'notImplemented');
}
