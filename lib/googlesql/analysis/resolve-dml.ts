/** INSERT, UPDATE, DELETE and TRUNCATE as typed trees. */

import type { Expression as SyntaxExpression, Identifier } from '../syntax/ast-expression.ts';
import type {
  DeleteStatement,
  InsertRow,
  InsertStatement,
  TruncateStatement,
  UpdateItem,
  UpdateStatement,
} from '../syntax/ast-statement.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { Column, Expression, QueryTree } from '../tree/expression.ts';
import type { Scan } from '../tree/scan.ts';
import type { Assignment, DeleteTree, InsertTree, InsertValue, TruncateTree, UpdateTree } from '../tree/statement.ts';
import { TIMESTAMP } from '../types/sql-type.ts';
import type { CatalogColumn, CatalogTable } from './catalog.ts';
import { referTo, type Analysis, type ExpressionScope, type QueryScope } from './context.ts';
import { suggestion } from './closest-name.ts';
import { columnIndex, defaultValue, findTarget, scanTarget, targetColumn, valueFor } from './dml-target.ts';
import { fieldAt } from './field.ts';
import { noNames, scopeOf } from './names.ts';
import { resolveCondition } from './resolve-condition.ts';
import { resolveFrom } from './resolve-from.ts';
import { concatNames } from './resolve-join.ts';

/** INSERT. */
export function resolveInsert(node: InsertStatement, analysis: Analysis): InsertTree {
  const target = findTarget(node.target, analysis, 'INSERT');
  const columns = insertColumns(node, target);
  const query =
    node.source.kind === 'values'
      ? valuesQuery(node.source.rows, columns, target, analysis)
      : analysis.resolve.query(node.source.query, { analysis, withTables: new Map() });
  if (query.columns.length !== columns.length) {
    throw new SqlError(
      `Inserted row has wrong column count; Has ${query.columns.length}, expected ${columns.length}`,
      node.source.kind === 'query' ? node.source.query.at : node.at,
    );
  }
  return insertOf(target, columns, query, analysis);
}

/** A column that INSERT names: one of the table's, or `_PARTITIONTIME`. */
interface InsertColumn {
  /** -1: `_PARTITIONTIME`. */
  readonly index: number;
  readonly column: CatalogColumn;
  readonly at: number;
}

const partitionTime: CatalogColumn = { name: '_PARTITIONTIME', type: TIMESTAMP, required: false };

function insertColumns(node: InsertStatement, target: CatalogTable): readonly InsertColumn[] {
  if (node.columns === undefined) return target.columns.map((column, index) => ({ index, column, at: node.at }));
  const seen = new Set<number>();
  return node.columns.map((name) => {
    const found = insertColumn(name, target);
    if (seen.has(found.index)) throw new SqlError(`INSERT has columns with duplicate name: ${name.name}`, name.at);
    seen.add(found.index);
    return found;
  });
}

function insertColumn(name: Identifier, target: CatalogTable): InsertColumn {
  if (name.name.toUpperCase() === '_PARTITIONTIME' && target.partitioning?.kind === 'ingestion') {
    return { index: -1, column: partitionTime, at: name.at };
  }
  const index = targetColumn(target, name);
  const column = target.columns[index];
  if (column === undefined) throw new Error('the column has been found');
  return { index, column, at: name.at };
}

function valuesQuery(
  rows: readonly InsertRow[],
  columns: readonly InsertColumn[],
  target: CatalogTable,
  analysis: Analysis,
): QueryTree {
  const scope: ExpressionScope = { analysis, withTables: new Map(), names: scopeOf(noNames), clause: 'VALUES clause' };
  const typed = rows.map(({ at, values }) => {
    if (values.length !== columns.length) {
      throw new SqlError(`Inserted row has wrong column count; Has ${values.length}, expected ${columns.length}`, at);
    }
    return values.map((value, i) => insertValue(value, columns[i], target, scope));
  });
  const outputs = columns.map(({ column }) => ({
    name: column.name,
    column: analysis.column(column.name, column.type),
  }));
  const scan: Scan = { kind: 'values', columns: outputs.map(({ column }) => column), rows: typed };
  return { scan, columns: outputs, valueTable: false };
}

function insertValue(
  node: SyntaxExpression,
  column: InsertColumn | undefined,
  target: CatalogTable,
  scope: ExpressionScope,
): Expression {
  if (column === undefined) throw new Error('the number of values has been checked');
  if (node.kind === 'default') return defaultValue(target, column.index, scope.analysis);
  const value = scope.analysis.resolve.expression(node, scope);
  return valueFor(value, column.column, scope.analysis, { at: node.at, inserts: true });
}

/** The query's columns taken to the target's types, and the places of all columns of the target. */
function insertOf(
  target: CatalogTable,
  columns: readonly InsertColumn[],
  query: QueryTree,
  analysis: Analysis,
): InsertTree {
  const computed: { column: Column; value: Expression }[] = [];
  const given = new Map<number, Column>();
  for (const [i, { index, column, at }] of columns.entries()) {
    const source = query.columns[i]?.column;
    if (source === undefined) throw new Error('the number of columns has been checked');
    const value = valueFor(literalOf(query, source) ?? referTo(source, at), column, analysis, { at, inserts: true });
    if (value.kind === 'column') given.set(index, source);
    else {
      const converted = analysis.column(column.name, column.type);
      computed.push({ column: converted, value });
      given.set(index, converted);
    }
  }
  const scan: Scan = computed.length === 0 ? query.scan : { kind: 'project', input: query.scan, computed };
  const values = target.columns.map((_, index): InsertValue => {
    const column = given.get(index);
    return column === undefined
      ? { kind: 'default', value: defaultValue(target, index, analysis) }
      : { kind: 'given', column };
  });
  const time = given.get(-1);
  return {
    kind: 'insert',
    target,
    query: { ...query, scan },
    values,
    ...(time === undefined ? {} : { partitionTime: time }),
  };
}

/** A literal of the SELECT list may still take the target's type. */
function literalOf({ scan }: QueryTree, column: Column): Expression | undefined {
  const value = scan.kind === 'project' ? scan.computed.find((one) => one.column.id === column.id)?.value : undefined;
  return value?.kind === 'literal' ? value : undefined;
}

/** UPDATE. */
export function resolveUpdate(node: UpdateStatement, analysis: Analysis): UpdateTree {
  if (node.where === undefined) throw new SqlError('UPDATE must have a WHERE clause', node.at);
  const scope: QueryScope = { analysis, withTables: new Map() };
  const target = findTarget(node.target, analysis, 'UPDATE');
  const alias = node.alias?.name ?? node.target.at(-1)?.name ?? '';
  const relation = scanTarget(target, alias, scope);
  const from = node.from === undefined ? undefined : resolveFrom(node.from, scope);
  const names = from === undefined ? relation.names : concatNames(relation.names, from.names);
  const joined: Scan =
    from === undefined
      ? relation.scan
      : { kind: 'join', join: 'CROSS', left: relation.scan, right: from.scan, lateral: false };
  const place: ExpressionScope = { ...scope, names: scopeOf(names), clause: 'WHERE clause' };
  const condition = resolveCondition(node.where, place);
  const assignments = resolveAssignments(
    node.items,
    target,
    relation.names.columns.map(({ column }) => column),
    { ...place, clause: 'UPDATE SET clause' },
  );
  return {
    kind: 'update',
    target,
    scan: { kind: 'filter', input: joined, condition },
    rowId: relation.rowId,
    assignments,
  };
}

/** `SET a = 1, s.b = 2`: a field's new value makes a new struct. */
export function resolveAssignments(
  items: readonly UpdateItem[],
  target: CatalogTable,
  columns: readonly Column[],
  scope: ExpressionScope,
): readonly Assignment[] {
  const assignments = new Map<number, Expression>();
  for (const { target: path, value } of items) {
    const [first, ...fields] = path;
    if (first === undefined) throw new Error('a path is never empty');
    const qualified = fields.length > 0 && columnIndex(target, first.name) < 0;
    const [name, rest] = qualified && fields[0] !== undefined ? [fields[0], fields.slice(1)] : [first, fields];
    const index = columnIndex(target, name.name);
    if (index < 0) {
      throw new SqlError(`Unrecognized name: ${name.name}${suggestion(name.name, scope.names.spellings())}`, name.at);
    }
    const column = target.columns[index];
    const own = columns[index];
    if (column === undefined || own === undefined) throw new Error('the target has the column');
    const known = assignments.get(index);
    if (known !== undefined && rest.length === 0)
      throw new SqlError(`Update item ${name.name} assigned more than once`, name.at);
    const base = known ?? referTo(own, name.at);
    const assigned =
      value.kind === 'default'
        ? defaultValue(target, index, scope.analysis)
        : scope.analysis.resolve.expression(value, scope);
    assignments.set(index, assignField(base, rest, { value: assigned, column, at: value.at }, scope.analysis));
  }
  return [...assignments.entries()].map(([index, value]) => ({ index, value }));
}

interface FieldValue {
  readonly value: Expression;
  readonly column: CatalogColumn;
  readonly at: number;
}

function assignField(base: Expression, path: readonly Identifier[], field: FieldValue, analysis: Analysis): Expression {
  const [name, ...rest] = path;
  if (name === undefined) return valueFor(field.value, { ...field.column, type: base.type }, analysis, field);
  const { type } = base;
  if (type.kind !== 'STRUCT')
    throw new SqlError(`Cannot access field ${name.name} on a value that is not a STRUCT`, name.at);
  const index = type.fields.findIndex((one) => one.name.toLowerCase() === name.name.toLowerCase());
  if (index < 0) throw new SqlError(`Field name ${name.name} does not exist in ${field.column.name}`, name.at);
  const fields = type.fields.map((_, i) => {
    const old = fieldAt(base, i);
    return i === index ? assignField(old, rest, field, analysis) : old;
  });
  return { kind: 'struct', type, fields, flexible: false };
}

/** DELETE. */
export function resolveDelete(node: DeleteStatement, analysis: Analysis): DeleteTree {
  if (node.where === undefined) throw new SqlError('DELETE must have a WHERE clause', node.at);
  const scope: QueryScope = { analysis, withTables: new Map() };
  const target = findTarget(node.target, analysis, 'DELETE');
  const { scan, names, rowId } = scanTarget(target, node.alias?.name ?? node.target.at(-1)?.name ?? '', scope);
  const condition = resolveCondition(node.where, { ...scope, names: scopeOf(names), clause: 'WHERE clause' });
  return { kind: 'delete', target, scan: { kind: 'filter', input: scan, condition }, rowId };
}

/** TRUNCATE TABLE. */
export function resolveTruncate(node: TruncateStatement, analysis: Analysis): TruncateTree {
  return { kind: 'truncate', target: findTarget(node.target, analysis, 'TRUNCATE') };
}
