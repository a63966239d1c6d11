/** The SELECT list: stars expanded, every item typed and named. */

import type { Expression as SyntaxExpression } from '../syntax/ast-expression.ts';
import type { SelectItem, StarModifiers } from '../syntax/ast-query.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { Expression } from '../tree/expression.ts';
import { typeName } from '../types/sql-type.ts';
import { referTo, type ExpressionScope } from './context.ts';
import { fieldAt } from './field.ts';
import type { NamedColumn, NameList } from './names.ts';

/** One output column before aggregation: its name (empty when anonymous) and value. */
export interface SelectColumn {
  readonly name: string;
  readonly value: Expression;
  readonly at: number;
  /** Whether the query itself gave the name: an alias. */
  readonly aliased: boolean;
}

/** All output columns of a list. */
export function resolveSelectList(
  items: readonly SelectItem[],
  names: NameList | undefined,
  scope: ExpressionScope,
): readonly SelectColumn[] {
  return items.flatMap((item) => resolveItem(item, names, scope));
}

function resolveItem(item: SelectItem, names: NameList | undefined, scope: ExpressionScope): readonly SelectColumn[] {
  switch (item.kind) {
    case 'star':
      if (names === undefined) throw new SqlError('SELECT * must have a FROM clause', item.at);
      return modify(expandColumns(names.columns, item.at), item.modifiers, scope, item.at);
    case 'dotStar':
      return modify(expandDotStar(item.base, scope), item.modifiers, scope, item.at);
    case 'expression': {
      const value = scope.analysis.resolve.expression(item.value, scope);
      // CURRENT_DATE without parentheses is a call, and calls have no name.
      const inferred =
        item.value.kind === 'path' && value.kind === 'call' && item.value.path.length === 1
          ? ''
          : inferredName(item.value);
      const name = item.alias?.name ?? inferred;
      return [{ name, value, at: item.value.at, aliased: item.alias !== undefined }];
    }
  }
}

/** The name that an expression gives itself: the last part of a path or field. */
export function inferredName(node: SyntaxExpression): string {
  if (node.kind === 'path') return node.path.at(-1)?.name ?? '';
  return node.kind === 'field' ? node.name.name : '';
}

/** Columns as `*` shows them; the row of a value table shows its fields. */
function expandColumns(columns: readonly NamedColumn[], at: number): readonly SelectColumn[] {
  return columns.flatMap(({ name, column, row }) => {
    const value = referTo(column, at);
    if (row === true && column.type.kind === 'STRUCT') return expandFields(value, at);
    return [{ name, value, at, aliased: false }];
  });
}

function expandFields(value: Expression, at: number): readonly SelectColumn[] {
  const fields = value.type.kind === 'STRUCT' ? value.type.fields : [];
  return fields.map((field, i) => ({ name: field.name, value: fieldAt(value, i), at, aliased: false }));
}

function expandDotStar(base: SyntaxExpression, scope: ExpressionScope): readonly SelectColumn[] {
  if (base.kind === 'path' && base.path.length === 1) {
    const target = scope.names.find(base.path[0]?.name ?? '');
    if (target?.kind === 'range' && target.range.row === undefined) return expandColumns(target.range.columns, base.at);
  }
  const value = scope.analysis.resolve.expression(base, scope);
  if (value.type.kind !== 'STRUCT') {
    throw new SqlError(`Dot-star is not supported for type ${typeName(value.type)}`, base.at);
  }
  return expandFields(value, base.at);
}

function modify(
  columns: readonly SelectColumn[],
  { except, replace }: StarModifiers,
  scope: ExpressionScope,
  at: number,
): readonly SelectColumn[] {
  const has = (name: string): boolean => columns.some((column) => column.name.toLowerCase() === name.toLowerCase());
  for (const { name, at: place } of except) {
    if (!has(name)) throw new SqlError(`Column ${name} in SELECT * EXCEPT list does not exist`, place);
  }
  const excepted = new Set(except.map(({ name }) => name.toLowerCase()));
  const replaced = new Map<string, Expression>();
  for (const { value, alias } of replace) {
    if (!has(alias.name)) throw new SqlError(`Column ${alias.name} in SELECT * REPLACE list does not exist`, alias.at);
    replaced.set(alias.name.toLowerCase(), scope.analysis.resolve.expression(value, scope));
  }
  const kept = columns.filter((column) => !excepted.has(column.name.toLowerCase()));
  if (kept.length === 0 && columns.length > 0) {
    throw new SqlError('SELECT * expands to zero columns after applying EXCEPT', at);
  }
  return kept.map((column) => ({ ...column, value: replaced.get(column.name.toLowerCase()) ?? column.value }));
}
