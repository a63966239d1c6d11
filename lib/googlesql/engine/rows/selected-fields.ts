/** The part of a schema that a reader asks for: columns, or fields of structs by their paths. */

import type { RestField } from '../../types/rest-schema.ts';
import type { SqlType } from '../../types/sql-type.ts';
import type { SqlValue } from '../../values/sql-value.ts';
import { failure } from '../failure.ts';
import { findField } from '../objects/table-rules.ts';
import { fieldType } from '../storage/physical.ts';

/** A column that is read, and how its value becomes what was asked for. */
export interface SelectedColumn {
  /** Position among the columns of the source. */
  readonly index: number;
  readonly field: RestField;
  readonly type: SqlType;
  readonly project: (value: SqlValue) => SqlValue;
}

/** Columns in order of the schema; all without paths. Throws `invalid` for a path that leads nowhere. */
export function selectFields(
  fields: readonly RestField[],
  paths: readonly string[] | undefined,
): readonly SelectedColumn[] {
  if (paths === undefined) {
    return fields.map((field, index) => ({ index, field, type: fieldType(field), project: (value) => value }));
  }
  for (const path of paths) checkPath(fields, path.trim());
  const wanted = paths.map((path) => path.trim().toLowerCase().split('.'));
  return pick(fields, wanted).map(({ index, field, project }) => ({ index, field, type: fieldType(field), project }));
}

function checkPath(fields: readonly RestField[], path: string): void {
  let inside: readonly RestField[] = fields;
  for (const part of path.split('.')) {
    const field = findField(inside, part);
    if (field === undefined) throw failure('invalid', `Unknown field ${path} in selectedFields`);
    inside = field.fields ?? [];
  }
}

type Picked = Omit<SelectedColumn, 'type'>;

function pick(fields: readonly RestField[], paths: readonly (readonly string[])[]): readonly Picked[] {
  return fields.flatMap((field, index) => {
    const own = paths.filter(([first]) => first === field.name.toLowerCase());
    if (own.length === 0) return [];
    const whole = own.some((path) => path.length === 1);
    if (whole) return [{ index, field, project: (value: SqlValue) => value }];
    const inner = pick(
      field.fields ?? [],
      own.map((path) => path.slice(1)),
    );
    const struct = (value: SqlValue): SqlValue =>
      Array.isArray(value)
        ? inner.map(({ index: at, project }) => project((value as readonly SqlValue[])[at] ?? null))
        : null;
    const repeated = field.mode?.toUpperCase() === 'REPEATED';
    const list = (value: SqlValue): SqlValue =>
      Array.isArray(value) ? (value as readonly SqlValue[]).map(struct) : value;
    return [{ index, field: { ...field, fields: inner.map((one) => one.field) }, project: repeated ? list : struct }];
  });
}
