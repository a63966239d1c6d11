/** CREATE TABLE as a typed tree. */

import type { CreateTableStatement } from '../syntax/ast-statement.ts';
import { given } from '../syntax/given.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { CreateTableTree } from '../tree/definition.ts';
import type { Column, QueryTree } from '../tree/expression.ts';
import { fieldOfType, typeOfField } from '../types/rest-conversion.ts';
import type { RestField } from '../types/rest-schema.ts';
import type { ObjectPath } from './catalog.ts';
import type { Analysis } from './context.ts';
import { convertQuery, expandValueTable } from './convert-query.ts';
import { resolveColumns } from './resolve-column.ts';
import { typedOptions } from './resolve-options.ts';
import { resolvePartitionBy } from './resolve-partition.ts';
import { findTable, tablePath } from './table-path.ts';

/** CREATE TABLE. */
export function resolveCreateTable(node: CreateTableStatement, analysis: Analysis): CreateTableTree {
  const query =
    node.query === undefined ? undefined : analysis.resolve.query(node.query, { analysis, withTables: new Map() });
  const declared = node.columns === undefined ? undefined : resolveColumns(node.columns, analysis);
  const source = node.source === undefined ? undefined : resolveSource(node.source, analysis);
  const fields = declared ?? impliedFields(query, source, node.query?.at ?? node.at);
  return {
    kind: 'createTable',
    path: tableName(node, analysis),
    ifExists: node.ifExists,
    temporary: node.temporary,
    fields,
    clustering: node.clusterBy.map((path) => path.map((part) => part.name).join('.')),
    options: typedOptions(node.options, analysis),
    ...given({
      partitioning: node.partitionBy === undefined ? undefined : resolvePartitionBy(node.partitionBy, fields),
      query: query === undefined || declared === undefined ? query : declaredQuery(query, declared, analysis, node.at),
      source,
    }),
  };
}

type Source = NonNullable<CreateTableTree['source']>;

/** Temporary tables belong to no dataset. */
function tableName({ temporary, name }: CreateTableStatement, analysis: Analysis): ObjectPath {
  return temporary ? { project: '', dataset: '', name: name.at(-1)?.name ?? '' } : tablePath(name, analysis);
}

function resolveSource({ kind, table }: NonNullable<CreateTableStatement['source']>, analysis: Analysis): Source {
  return { kind, table: findTable(tablePath(table, analysis), analysis, table[0]?.at ?? 0).table };
}

function impliedFields(query: QueryTree | undefined, source: Source | undefined, at: number): readonly RestField[] {
  if (query !== undefined) return queryFields(query, at);
  if (source === undefined) throw new SqlError('No column definitions in CREATE TABLE', at);
  return source.table.columns.map(({ name, type }) => fieldOfType(name, type));
}

/** The fields of a query's columns, which must all have names, each its own. */
function queryFields(query: QueryTree, at: number): readonly RestField[] {
  const outputs = query.valueTable
    ? valueColumns(query)
    : query.columns.map(({ name, column }) => ({ name, type: column.type }));
  const seen = new Set<string>();
  return outputs.map(({ name, type }, i) => {
    if (name === '') throw new SqlError(`CREATE TABLE columns must be named, but column ${i + 1} has no name`, at);
    const lower = name.toLowerCase();
    if (seen.has(lower)) throw new SqlError(`CREATE TABLE has columns with duplicate name ${name}`, at);
    seen.add(lower);
    return fieldOfType(name, type);
  });
}

function valueColumns({ columns }: QueryTree): readonly { readonly name: string; readonly type: Column['type'] }[] {
  const type = columns[0]?.column.type;
  return type?.kind === 'STRUCT' ? type.fields : [];
}

/** The query's columns as the declared columns' types. */
function declaredQuery(query: QueryTree, fields: readonly RestField[], analysis: Analysis, at: number): QueryTree {
  const plain = expandValueTable(query, analysis, at);
  if (plain.columns.length !== fields.length) {
    throw new SqlError(
      `The number of columns in the column definition list does not match the number of columns produced by the query`,
      at,
    );
  }
  const targets = fields.map((field) => {
    const type = typeOfField(field);
    if (type === undefined) throw new Error('declared columns have types');
    return { name: field.name, type };
  });
  return convertQuery(plain, targets, analysis, { at, what: 'CREATE TABLE AS SELECT' });
}
