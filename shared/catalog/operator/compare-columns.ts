// Owns the difference between the columns that a table should have and those it has.
import type { Difference } from './difference.ts';
import type { ColumnResource } from './resource.ts';

/** The differences, and the columns of the table once they are gone. */
export interface ColumnsComparison {
  readonly differences: readonly Difference[];
  readonly merged: readonly ColumnResource[];
}

/**
 * Compares by name. New columns are added at the end; a column that is no longer wanted stays, because dropping it would lose
 * what it holds, but may be empty from now on.
 */
export function compareColumns(
  want: readonly ColumnResource[],
  have: readonly ColumnResource[],
  path = '',
): ColumnsComparison {
  const differences: Difference[] = [];
  const kept = have.map((column) => {
    const wanted = want.find(({ name }) => sameName(name, column.name));
    const compared = compareColumn(wanted, column, `${path}${column.name}`);
    differences.push(...compared.differences);
    return compared.merged;
  });
  const added = want.filter(({ name }) => !have.some((column) => sameName(column.name, name)));
  for (const { name, type } of added)
    differences.push({ effect: 'update', text: `column ${path}${name} ${type} added` });
  return { differences, merged: [...kept, ...added] };
}

/** BigQuery's names of columns differ by more than case. */
function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function compareColumn(
  want: ColumnResource | undefined,
  have: ColumnResource,
  path: string,
): { readonly differences: readonly Difference[]; readonly merged: ColumnResource } {
  const relaxed = { ...have, mode: have.mode === 'REQUIRED' ? 'NULLABLE' : have.mode } as const;
  const differences: Difference[] = [];
  if (relaxed.mode !== have.mode) differences.push({ effect: 'update', text: `column ${path} may be empty` });
  if (want === undefined) return { differences, merged: relaxed };
  if (want.type !== have.type || want.mode !== relaxed.mode) {
    const text = `column ${path} is ${words(have)}, not ${words(want)}`;
    return { differences: [{ effect: 'refuse', text, rule: 'change-type', column: path }], merged: relaxed };
  }
  if (want.description !== undefined && want.description !== have.description) {
    differences.push({ effect: 'update', text: `column ${path} described anew` });
  }
  const described = want.description === undefined ? relaxed : { ...relaxed, description: want.description };
  if (want.fields === undefined) return { differences, merged: described };
  const inner = compareColumns(want.fields, have.fields ?? [], `${path}.`);
  return { differences: [...differences, ...inner.differences], merged: { ...described, fields: inner.merged } };
}

function words({ type, mode }: ColumnResource): string {
  return mode === 'NULLABLE' ? type : `${type} ${mode}`;
}
