/** Names that a query can use, and what each of them means. */

import type { Column, Expression } from '../tree/expression.ts';

/** A column under a name. */
export interface NamedColumn {
  readonly name: string;
  readonly column: Column;
  /** The row of a value table: `*` shows the fields of a STRUCT instead. */
  readonly row?: boolean;
}

/** A table alias: its columns, reachable as `alias.column`, and the row itself as `alias`. */
export interface RangeVariable {
  readonly name: string;
  readonly columns: readonly NamedColumn[];
  /** Columns that only an explicit name reaches: `_PARTITIONTIME`. */
  readonly pseudo: readonly NamedColumn[];
  /** Of a value table (an array's elements): the column that holds the whole row. */
  readonly row?: Column;
}

/** What FROM brings into scope, in the order of `*`. */
export interface NameList {
  readonly columns: readonly NamedColumn[];
  readonly pseudo: readonly NamedColumn[];
  readonly ranges: readonly RangeVariable[];
  /** Value-table rows whose fields are visible without a qualifier. */
  readonly rows: readonly Column[];
}

export const noNames: NameList = { columns: [], pseudo: [], ranges: [], rows: [] };

/** What a name means. */
export type NameTarget =
  | { readonly kind: 'column'; readonly column: Column }
  | { readonly kind: 'range'; readonly range: RangeVariable }
  /** A field of a value table's row. */
  | { readonly kind: 'rowField'; readonly row: Column; readonly index: number }
  /** A name for a value: a WITH expression's, a function's parameter, a select-list alias. */
  | { readonly kind: 'expression'; readonly expression: Expression }
  | { readonly kind: 'ambiguous' };

/** A level of names, and the enclosing queries' levels behind it. */
export class NameScope {
  readonly #targets: ReadonlyMap<string, NameTarget>;
  readonly #rows: readonly Column[];
  readonly #spelling: readonly string[];
  readonly #parent: NameScope | undefined;

  constructor(
    targets: ReadonlyMap<string, NameTarget>,
    rest: { spelling: readonly string[]; rows?: readonly Column[]; parent?: NameScope | undefined },
  ) {
    this.#targets = targets;
    this.#rows = rest.rows ?? [];
    this.#spelling = rest.spelling;
    this.#parent = rest.parent;
  }

  /** What the name means here or in an enclosing query; case does not matter. */
  find(name: string): NameTarget | undefined {
    const lower = name.toLowerCase();
    const own = this.#targets.get(lower);
    const field = own === undefined || own.kind === 'column' ? this.#rowField(lower) : undefined;
    if (field !== undefined) return own === undefined ? field : { kind: 'ambiguous' };
    return own ?? this.#parent?.find(name);
  }

  #rowField(lower: string): NameTarget | undefined {
    let found: NameTarget | undefined;
    for (const row of this.#rows) {
      const fields = row.type.kind === 'STRUCT' ? row.type.fields : [];
      const index = fields.findIndex((field) => field.name.toLowerCase() === lower);
      if (index < 0) continue;
      if (found !== undefined) return { kind: 'ambiguous' };
      found = { kind: 'rowField', row, index };
    }
    return found;
  }

  /** Every name that can be written here, for suggestions. */
  spellings(): readonly string[] {
    const fields = this.#rows.flatMap((row) => (row.type.kind === 'STRUCT' ? row.type.fields : []));
    return [...this.#spelling, ...fields.map((field) => field.name), ...(this.#parent?.spellings() ?? [])];
  }
}

/** The scope of what FROM brings. Table aliases win over columns of the same name; equal columns are ambiguous. */
export function scopeOf(list: NameList, parent?: NameScope): NameScope {
  const targets = new Map<string, NameTarget>();
  const spelling: string[] = [];
  for (const range of list.ranges) {
    const lower = range.name.toLowerCase();
    targets.set(lower, targets.has(lower) ? { kind: 'ambiguous' } : { kind: 'range', range });
    spelling.push(range.name);
  }
  for (const { name, column } of list.columns) {
    addColumn(targets, name, column);
    spelling.push(name);
  }
  for (const { name, column } of list.pseudo) addColumn(targets, name, column);
  return new NameScope(targets, { spelling, rows: list.rows, parent });
}

function addColumn(targets: Map<string, NameTarget>, name: string, column: Column): void {
  if (name === '') return;
  const lower = name.toLowerCase();
  const existing = targets.get(lower);
  if (existing === undefined) targets.set(lower, { kind: 'column', column });
  else if (existing.kind === 'column' && existing.column.id !== column.id) targets.set(lower, { kind: 'ambiguous' });
}

/** A scope of named values in front of another. */
export function scopeOfExpressions(
  named: readonly { readonly name: string; readonly expression: Expression }[],
  parent?: NameScope,
): NameScope {
  const targets = new Map<string, NameTarget>();
  for (const { name, expression } of named) {
    if (name === '') continue;
    const lower = name.toLowerCase();
    targets.set(lower, targets.has(lower) ? { kind: 'ambiguous' } : { kind: 'expression', expression });
  }
  return new NameScope(targets, { spelling: named.map(({ name }) => name), parent });
}
