/** CREATE (but for tables), DROP and ALTER as typed trees. */

import type { PathName } from '../syntax/ast-expression.ts';
import type {
  AlterAction,
  AlterStatement,
  CreateFunctionStatement,
  CreateSchemaStatement,
  CreateViewStatement,
  DropStatement,
} from '../syntax/ast-statement.ts';
import { given } from '../syntax/given.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type {
  AlterTree,
  AlterTreeAction,
  CreateFunctionTree,
  CreateSchemaTree,
  CreateViewTree,
  DropTree,
} from '../tree/definition.ts';
import { fieldOfType } from '../types/rest-conversion.ts';
import { structOf, type SqlType } from '../types/sql-type.ts';
import { resolveTypeName } from '../types/type-name.ts';
import type { ObjectPath } from './catalog.ts';
import type { Analysis } from './context.ts';
import { resolveColumn } from './resolve-column.ts';
import { typedOptions } from './resolve-options.ts';
import { checkRemoteType } from './resolve-remote.ts';
import { routinePath } from './resolve-routine.ts';
import { checkTableBody } from './returned-table.ts';
import { tablePath } from './table-path.ts';

/** The full name of a dataset. */
function schemaPath(path: PathName, analysis: Analysis): ObjectPath {
  const parts = path.flatMap((part) => part.name.split('.'));
  const dataset = parts.at(-1) ?? '';
  return { project: parts.length > 1 ? parts.slice(0, -1).join('.') : analysis.options.project, dataset, name: '' };
}

/** CREATE SCHEMA. */
export function resolveCreateSchema(node: CreateSchemaStatement, analysis: Analysis): CreateSchemaTree {
  return {
    kind: 'createSchema',
    path: schemaPath(node.name, analysis),
    ifExists: node.ifExists,
    options: typedOptions(node.options, analysis),
  };
}

/** CREATE VIEW. */
export function resolveCreateView(node: CreateViewStatement, analysis: Analysis): CreateViewTree {
  const query = analysis.resolve.query(node.query, { analysis, withTables: new Map() });
  const fields = query.columns.map(({ name, column }, i) => {
    const shown = node.columns?.[i]?.name.name ?? name;
    if (shown === '')
      throw new SqlError(`CREATE VIEW columns must be named, but column ${i + 1} has no name`, node.query.at);
    return fieldOfType(shown, column.type);
  });
  if (node.columns !== undefined && node.columns.length !== query.columns.length) {
    throw new SqlError(
      'The number of columns in the column list does not match the number of columns in the query',
      node.at,
    );
  }
  return {
    kind: 'createView',
    path: tablePath(node.name, analysis),
    ifExists: node.ifExists,
    materialized: node.materialized,
    fields,
    options: typedOptions(node.options, analysis),
    queryText: node.queryText,
  };
}

/** CREATE FUNCTION of a SQL expression or query, or of an endpoint. */
export function resolveCreateFunction(node: CreateFunctionStatement, analysis: Analysis): CreateFunctionTree {
  refuseForeign(node);
  const body = node.remote === undefined ? node.body?.text : '';
  if (body === undefined) throw new SqlError('SQL function must have a body', node.at);
  const connection = node.remote === undefined ? undefined : remoteConnection(node, node.remote, analysis);
  return {
    kind: 'createFunction',
    path: functionName(node, analysis),
    ifExists: node.ifExists,
    temporary: node.temporary,
    form: node.form === 'table' ? 'table' : 'scalar',
    parameters: node.parameters.map(({ name, type }) => ({
      name: name.name,
      ...given({ type: type === undefined ? undefined : resolveTypeName(type) }),
    })),
    ...given({ returns: returnedType(node, analysis) }),
    body,
    ...given({ connection }),
    options: typedOptions(node.options, analysis),
  };
}

/** What the function is declared to return, a table's rows as a struct. A table function's body is looked at here. */
function returnedType(node: CreateFunctionStatement, analysis: Analysis): SqlType | undefined {
  if (node.form !== 'table') return node.returns === undefined ? undefined : resolveTypeName(node.returns);
  const table = node.parameters.find((parameter) => parameter.table);
  if (table !== undefined) {
    throw new SqlError('Table parameters of functions are not supported locally', table.name.at, 'notImplemented');
  }
  const returns =
    node.returnsTable === undefined
      ? undefined
      : structOf(node.returnsTable.map(({ name, type }) => ({ name: name.name, type: resolveTypeName(type) })));
  checkTableBody(node, returns, analysis);
  return returns;
}

function refuseForeign({ language, form, at }: CreateFunctionStatement): void {
  const what = language === 'SQL' ? form === 'aggregate' && 'SQL aggregate functions' : `Functions in ${language}`;
  if (what !== false) throw new SqlError(`${what} are not supported locally`, at, 'notImplemented');
}

/** The connection's full name. Refuses what remote functions cannot have. */
function remoteConnection(
  { temporary, form, body, parameters, returns, at }: CreateFunctionStatement,
  connection: PathName,
  analysis: Analysis,
): string {
  if (temporary) throw new SqlError('Remote functions cannot be temporary', at);
  if (form === 'table') throw new SqlError('Remote functions cannot be table functions', at);
  if (body !== undefined) throw new SqlError('Remote functions cannot have a body', at);
  if (returns === undefined) throw new SqlError('Remote functions must have a RETURNS clause', at);
  checkRemoteType(resolveTypeName(returns), at);
  for (const { type } of parameters) checkRemoteType(type === undefined ? undefined : resolveTypeName(type), at);
  const parts = connection.flatMap((part) => part.name.split('.'));
  const [name, location, ...rest] = parts.toReversed();
  if (name === undefined || location === undefined) {
    throw new SqlError('Connection name must be of the form [project.]location.connection', connection[0]?.at ?? at);
  }
  const project = rest.length === 0 ? analysis.options.project : rest.toReversed().join('.');
  return `projects/${project}/locations/${location}/connections/${name}`;
}

function functionName({ temporary, name, at }: CreateFunctionStatement, analysis: Analysis): ObjectPath {
  if (temporary) return { project: '', dataset: '', name: name.at(-1)?.name ?? '' };
  const path = routinePath(name, analysis);
  if (path.dataset === '') throw new SqlError('Function name must be qualified with a dataset', at);
  return path;
}

/** DROP. */
export function resolveDrop(node: DropStatement, analysis: Analysis): DropTree {
  const path =
    node.dropped === 'SCHEMA'
      ? schemaPath(node.name, analysis)
      : node.dropped.includes('FUNCTION') || node.dropped === 'PROCEDURE'
        ? routinePath(node.name, analysis)
        : tablePath(node.name, analysis);
  return { kind: 'drop', dropped: node.dropped, path, ifExists: node.ifExists, cascade: node.cascade };
}

/** ALTER. */
export function resolveAlter(node: AlterStatement, analysis: Analysis): AlterTree {
  return {
    kind: 'alter',
    altered: node.altered,
    path: node.altered === 'SCHEMA' ? schemaPath(node.name, analysis) : tablePath(node.name, analysis),
    ifExists: node.ifExists,
    actions: node.actions.map((action) => resolveAction(action, analysis, node.at)),
  };
}

function resolveAction(action: AlterAction, analysis: Analysis, at: number): AlterTreeAction {
  switch (action.kind) {
    case 'setOptions':
      return { kind: 'setOptions', options: typedOptions(action.options, analysis) };
    case 'addColumn':
      if (action.column.notNull)
        throw new SqlError(`Column ${action.column.name.name} cannot be added as NOT NULL`, action.column.name.at);
      return { kind: 'addColumn', field: resolveColumn(action.column, analysis), ifNotExists: action.ifNotExists };
    case 'dropColumn':
      return { kind: 'dropColumn', name: action.name.name, ifExists: action.ifExists };
    case 'renameColumn':
      return { kind: 'renameColumn', from: action.from.name, to: action.to.name, ifExists: action.ifExists };
    case 'renameTo':
      return { kind: 'renameTo', name: action.name.name };
    case 'columnOptions':
      return { kind: 'columnOptions', name: action.name.name, options: typedOptions(action.options, analysis) };
    case 'columnDropNotNull':
      return { kind: 'relaxColumn', name: action.name.name };
    case 'columnType':
      return { kind: 'columnType', name: action.name.name, type: resolveTypeName(action.type) };
    case 'columnDefault':
      return {
        kind: 'columnDefault',
        name: action.name.name,
        ...(action.default === undefined ? {} : { defaultSql: action.default.text }),
      };
    case 'unsupported':
      throw new SqlError(`ALTER ${action.text} is not supported locally`, at, 'notImplemented');
  }
}
