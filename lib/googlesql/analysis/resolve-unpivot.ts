/** UNPIVOT: for each of a list of columns (or groups of columns), a row with its values and its label. */

import type { PathName } from '../syntax/ast-expression.ts';
import type { UnpivotOperator } from '../syntax/ast-query.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { Expression } from '../tree/expression.ts';
import type { ComputedColumn, Scan } from '../tree/scan.ts';
import { arrayOf, BOOL, equivalentTypes, structOf, typeName } from '../types/sql-type.ts';
import { callBuiltin } from './call-builtin.ts';
import { referTo, type QueryScope } from './context.ts';
import { fieldAt } from './field.ts';
import { noNames, scopeOf, type NamedColumn } from './names.ts';
import { stringConstant } from './literal.ts';
import { namesUnder, type Relation } from './relation.ts';

/** The rotated rows: the columns that UNPIVOT does not mention, the values, and the label. */
export function resolveUnpivot(relation: Relation, operator: UnpivotOperator, scope: QueryScope): Relation {
  const { names } = relation;
  if (names.columns.some(({ row }) => row === true)) {
    throw new SqlError('UNPIVOT is not allowed on value tables', operator.at);
  }
  const groups = operator.columns.map(({ columns }) => columnGroup(columns, relation, operator));
  checkTypes(groups, operator);
  const labels = labelsOf(operator, scope);
  const type = structOf([
    ...operator.values.map(({ name }, i) => ({ name, type: groups[0]?.[i]?.column.type ?? BOOL })),
    { name: operator.name.name, type: labels[0]?.type ?? BOOL },
  ]);
  const rows = groups.map((group, i): Expression => {
    const label = labels[i];
    const values = group.map(({ column }) => referTo(column, operator.at));
    return { kind: 'struct', type, fields: label === undefined ? values : [...values, label], flexible: false };
  });
  const array: Expression = { kind: 'array', type: arrayOf(type), elements: rows, flexible: false };
  const element = scope.analysis.column('', type);
  const joined: Scan = {
    kind: 'join',
    join: 'CROSS',
    left: relation.scan,
    right: { kind: 'unnest', array, element },
    lateral: true,
  };
  const computed = type.fields.map((field, i): ComputedColumn => ({
    column: scope.analysis.column(field.name, field.type),
    value: fieldAt(referTo(element, operator.at), i),
  }));
  const projected: Scan = { kind: 'project', input: joined, computed };
  const scan = operator.includeNulls
    ? projected
    : withoutNullRows(projected, computed.slice(0, -1), operator.at, scope);
  const used = new Set(groups.flat().map(({ column }) => column.id));
  const columns: readonly NamedColumn[] = [
    ...names.columns.filter(({ column }) => !used.has(column.id)),
    ...computed.map(({ column }) => ({ name: column.name, column })),
  ];
  return { scan, names: namesUnder(columns, operator.alias?.name) };
}

function columnGroup(
  paths: readonly PathName[],
  { names }: Relation,
  { values }: UnpivotOperator,
): readonly NamedColumn[] {
  if (paths.length !== values.length) {
    throw new SqlError(
      'All column groups in UNPIVOT IN clause must have the same number of columns',
      paths[0]?.[0]?.at,
    );
  }
  return paths.map((path) => {
    const [name, second] = path;
    if (name === undefined || second !== undefined) {
      throw new SqlError('UNPIVOT IN clause cannot have expressions, only column names are allowed', name?.at);
    }
    const lower = name.name.toLowerCase();
    const found = names.columns.find((column) => column.name.toLowerCase() === lower);
    if (found === undefined) throw new SqlError(`Unrecognized name: ${name.name}`, name.at);
    return found;
  });
}

function checkTypes(groups: readonly (readonly NamedColumn[])[], { columns, values }: UnpivotOperator): void {
  const seen = new Set<number>();
  for (const [i, group] of groups.entries()) {
    const at = columns[i]?.columns[0]?.[0]?.at;
    for (const [k, { column }] of group.entries()) {
      if (seen.has(column.id)) throw new SqlError('Column names in UNPIVOT IN clause cannot be repeated', at);
      seen.add(column.id);
      const first = groups[0]?.[k]?.column.type ?? column.type;
      if (equivalentTypes(column.type, first)) continue;
      throw new SqlError(
        `The datatype of column does not match with other datatypes in the IN clause. Expected ${typeName(first)}, Found ${typeName(column.type)}`,
        at,
      );
    }
  }
  const names = values.map(({ name }) => name.toLowerCase());
  const repeated = values.find(({ name }, i) => names.indexOf(name.toLowerCase()) !== i);
  if (repeated !== undefined) {
    throw new SqlError(`Duplicate alias ${repeated.name} found for values in UNPIVOT`, repeated.at);
  }
}

/** Labels given, or the columns' names. */
function labelsOf({ columns }: UnpivotOperator, { analysis, withTables }: QueryScope): readonly Expression[] {
  const place = { analysis, withTables, names: scopeOf(noNames), clause: 'UNPIVOT IN clause' };
  const labels = columns.map(({ columns: group, label }) => {
    if (label === undefined) return stringConstant(group.map((path) => path.at(-1)?.name ?? '').join('_'));
    const value = analysis.resolve.expression(label, place);
    if (value.kind !== 'literal' || !['STRING', 'INT64'].includes(value.type.kind)) {
      throw new SqlError('UNPIVOT column labels must be string or integer', label.at);
    }
    return value;
  });
  const other = labels.findIndex(({ type }) => type.kind !== labels[0]?.type.kind);
  if (other >= 0) {
    throw new SqlError(
      'All UNPIVOT labels must be the same type; when non-string labels are present then all labels must be explicitly provided',
      columns[other]?.columns[0]?.[0]?.at,
    );
  }
  return labels;
}

/** Rows in which every value is NULL are left out. */
function withoutNullRows(input: Scan, values: readonly ComputedColumn[], at: number, { analysis }: QueryScope): Scan {
  const present = values.map(({ column }) =>
    callBuiltin(analysis, 'NOT', [callBuiltin(analysis, 'IS NULL', [referTo(column, at)], { at })], { at }),
  );
  const [first] = present;
  const condition: Expression =
    present.length === 1 && first !== undefined
      ? first
      : { kind: 'logical', type: BOOL, operator: 'OR', operands: present };
  return { kind: 'filter', input, condition };
}
