/** Columns of stored tables, and fields in them, as the ends that lineage leads to. */

import type { CatalogTable } from '../analysis/catalog.ts';
import type { SqlType } from '../types/sql-type.ts';

/** A column of a table that is read, or a field in it. There is one object for each, so that they compare by identity. */
export interface SourceColumn {
  readonly table: CatalogTable;
  /** As the table spells it; `_PARTITIONTIME` and its like too. */
  readonly column: string;
  /** The path to the field below the column; empty for the column as a whole. Arrays are looked through. */
  readonly fields: readonly string[];
  readonly type: SqlType;
  /** What the catalog's owner noted on the column. */
  readonly annotation?: unknown;
}

/** What a table has been asked for so far. Tables are immutable, so what is known of them stays true. */
interface KnownColumns {
  readonly stored: (SourceColumn | undefined)[];
  readonly pseudo: Map<string, SourceColumn>;
}

const known = new WeakMap<CatalogTable, KnownColumns>();
const knownFields = new WeakMap<SourceColumn, (SourceColumn | undefined)[]>();

/** A column by its position in the table. */
export function storedColumn(table: CatalogTable, index: number): SourceColumn {
  const { stored } = columnsOf(table);
  return (stored[index] ??= newColumn(table, index));
}

/** A column that every table of its kind has: `_PARTITIONTIME`. */
export function pseudoColumn(table: CatalogTable, name: string, type: SqlType): SourceColumn {
  const { pseudo } = columnsOf(table);
  const before = pseudo.get(name);
  if (before !== undefined) return before;
  const made: SourceColumn = { table, column: name, fields: [], type };
  pseudo.set(name, made);
  return made;
}

/** A field of a struct, or of the structs in an array; undefined when there is none at the position. */
export function fieldColumn(source: SourceColumn, index: number): SourceColumn | undefined {
  const type = elementType(source.type);
  const field = type.kind === 'STRUCT' ? type.fields[index] : undefined;
  if (field === undefined) return undefined;
  const before = knownFields.get(source) ?? [];
  knownFields.set(source, before);
  return (before[index] ??= { ...source, fields: [...source.fields, field.name], type: field.type });
}

/** The type of an array's elements, and any other type as it is. */
export function elementType(type: SqlType): SqlType {
  return type.kind === 'ARRAY' ? type.element : type;
}

function columnsOf(table: CatalogTable): KnownColumns {
  const before = known.get(table);
  if (before !== undefined) return before;
  const made: KnownColumns = { stored: [], pseudo: new Map() };
  known.set(table, made);
  return made;
}

function newColumn(table: CatalogTable, index: number): SourceColumn {
  const column = table.columns[index];
  if (column === undefined) throw new Error(`${table.path.name} has no column at ${index}`);
  const { name, type, annotation } = column;
  return { table, column: name, fields: [], type, ...(annotation === undefined ? {} : { annotation }) };
}
