/** Column definitions of DDL as REST schema fields. */

import type { ColumnDefinition, ColumnType, Options } from '../syntax/ast-statement.ts';
import { SqlError } from '../syntax/sql-error.ts';
import { fieldOfType } from '../types/rest-conversion.ts';
import type { RestField } from '../types/rest-schema.ts';
import { resolveTypeName } from '../types/type-name.ts';
import { coerces } from './coerce.ts';
import type { Analysis, ExpressionScope } from './context.ts';
import { noNames, scopeOf } from './names.ts';

/** The fields of a column list; names may not repeat. */
export function resolveColumns(columns: readonly ColumnDefinition[], analysis: Analysis): readonly RestField[] {
  const seen = new Set<string>();
  return columns.map((column) => {
    const lower = column.name.name.toLowerCase();
    if (seen.has(lower)) {
      throw new SqlError(`Duplicate column name ${column.name.name} in CREATE TABLE`, column.name.at);
    }
    seen.add(lower);
    return resolveColumn(column, analysis);
  });
}

/** One column. */
export function resolveColumn(column: ColumnDefinition, analysis: Analysis): RestField {
  const field = fieldOf(column.name.name, column.type, analysis);
  if (column.notNull && field.mode === 'REPEATED') {
    throw new SqlError('NOT NULL cannot be applied to ARRAY columns', column.name.at);
  }
  const description = descriptionOf(column.options, analysis);
  checkDefault(column, analysis);
  return {
    ...field,
    mode: column.notNull ? 'REQUIRED' : (field.mode ?? 'NULLABLE'),
    ...(description === undefined ? {} : { description }),
    ...(column.default === undefined ? {} : { defaultValueExpression: column.default.text }),
  };
}

function fieldOf(name: string, type: ColumnType, analysis: Analysis): RestField {
  switch (type.kind) {
    case 'type':
      return fieldOfType(name, resolveTypeName(type.type));
    case 'struct':
      return { name, type: 'RECORD', mode: 'NULLABLE', fields: resolveColumns(type.fields, analysis) };
    case 'array':
      return { ...fieldOf(name, type.element, analysis), mode: 'REPEATED' };
  }
}

function descriptionOf(options: Options, analysis: Analysis): string | undefined {
  const option = options.find((one) => one.name.name.toLowerCase() === 'description');
  if (option === undefined) return undefined;
  const value = analysis.resolve.expression(option.value, constantScope(analysis));
  return value.kind === 'literal' && typeof value.value === 'string' ? value.value : undefined;
}

function checkDefault(column: ColumnDefinition, analysis: Analysis): void {
  if (column.default === undefined || column.type.kind !== 'type') return;
  const value = analysis.resolve.expression(column.default.value, constantScope(analysis));
  if (!coerces(value, resolveTypeName(column.type.type))) {
    throw new SqlError(
      `Default value of column ${column.name.name} cannot be coerced to the column's type`,
      column.default.value.at,
    );
  }
}

/** A place where only constants can be written. */
export function constantScope(analysis: Analysis): ExpressionScope {
  return { analysis, withTables: new Map(), names: scopeOf(noNames), clause: 'constant expression' };
}
