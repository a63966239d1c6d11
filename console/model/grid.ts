// Owns laying partitions out by the calendar: hours by day, days by month, weeks and months by year.
import type { Endpoint, Partition } from '../api/types.ts';
import { formatDay, monthName } from './format.ts';

export type Grain = Endpoint['grain'];

/** One place of the calendar: a partition, one that is not there, or a day that its month does not have. */
export type Cell =
  | { readonly kind: 'partition'; readonly partition: Partition }
  | { readonly kind: 'vacant' }
  | { readonly kind: 'outside' };

export interface GridRow {
  /** What the partitions of the row have in common: `2026-08-11`, `2026-08`, `2026`. */
  readonly id: string;
  readonly label: string;
  readonly cells: readonly Cell[];
  /** Rows without any partition that were left out between this row and the one above. */
  readonly skipped: number;
}

/** Newest row first. */
export interface Grid {
  readonly columns: readonly string[];
  readonly rows: readonly GridRow[];
  /** What a left-out row is, for a sentence about several. */
  readonly unit: string;
}

interface Layout {
  readonly unit: string;
  readonly columns: readonly string[];
  /** Row and column, from 0, of a key. */
  readonly place: (key: string) => readonly [row: string, column: number];
  readonly label: (row: string) => string;
  /** The number of a row in the calendar, so that rows left out can be counted. */
  readonly ordinal: (row: string) => number;
  /** How many columns the row really has. */
  readonly length: (row: string) => number;
}

const numbered = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => String(from + index));

const DAY_MS = 86_400_000;

const LAYOUTS: { readonly [G in Grain]: Layout } = {
  hour: {
    unit: 'days',
    columns: numbered(0, 23).map((hour) => hour.padStart(2, '0')),
    place: (key) => [key.slice(0, 10), Number(key.slice(11))],
    label: formatDay,
    ordinal: (row) => Date.parse(row) / DAY_MS,
    length: () => 24,
  },
  day: {
    unit: 'months',
    columns: numbered(1, 31),
    place: (key) => [key.slice(0, 7), Number(key.slice(8)) - 1],
    label: (row) => `${monthName(Number(row.slice(5)))} ${row.slice(0, 4)}`,
    ordinal: (row) => Number(row.slice(0, 4)) * 12 + Number(row.slice(5)),
    length: (row) => new Date(Date.UTC(Number(row.slice(0, 4)), Number(row.slice(5)), 0)).getUTCDate(),
  },
  week: {
    unit: 'years',
    columns: numbered(1, 53),
    place: (key) => [key.slice(0, 4), Number(key.slice(6)) - 1],
    label: (row) => row,
    ordinal: Number,
    length: () => 53,
  },
  month: {
    unit: 'years',
    columns: numbered(1, 12).map((month) => monthName(Number(month))),
    place: (key) => [key.slice(0, 4), Number(key.slice(5)) - 1],
    label: (row) => row,
    ordinal: Number,
    length: () => 12,
  },
  all: { unit: '', columns: ['all'], place: () => ['all', 0], label: () => '', ordinal: () => 0, length: () => 1 },
};

/** Partitions of one grain, laid out. */
export function gridOf(grain: Grain, partitions: readonly Partition[]): Grid {
  const layout = LAYOUTS[grain];
  const byRow = new Map<string, Map<number, Partition>>();
  for (const partition of partitions) {
    const [row, column] = layout.place(partition.key);
    const cells = byRow.get(row) ?? new Map<number, Partition>();
    byRow.set(row, cells.set(column, partition));
  }
  const ids = [...byRow.keys()].sort().reverse();
  const rows = ids.map((id, index): GridRow => {
    const above = ids[index - 1];
    return {
      id,
      label: layout.label(id),
      cells: layout.columns.map((_, column) => cellOf(layout, id, column, byRow.get(id)?.get(column))),
      skipped: above === undefined ? 0 : layout.ordinal(above) - layout.ordinal(id) - 1,
    };
  });
  return { columns: layout.columns, rows, unit: layout.unit };
}

function cellOf(layout: Layout, row: string, column: number, partition: Partition | undefined): Cell {
  if (partition !== undefined) return { kind: 'partition', partition };
  return { kind: column < layout.length(row) ? 'vacant' : 'outside' };
}

/** Where an arrow key leads from a partition: to the nearest one in that direction; undefined at the edge. */
export function neighbourOf(grid: Grid, key: string, arrow: string): string | undefined {
  const row = grid.rows.findIndex(({ cells }) => cells.some((cell) => keyOf(cell) === key));
  const cells = grid.rows[row]?.cells ?? [];
  const column = cells.findIndex((cell) => keyOf(cell) === key);
  switch (arrow) {
    case 'ArrowLeft':
      return cells.slice(0, column).map(keyOf).findLast(isKey);
    case 'ArrowRight':
      return cells
        .slice(column + 1)
        .map(keyOf)
        .find(isKey);
    case 'ArrowUp':
      return inColumn(grid.rows.slice(0, row), column).findLast(isKey);
    case 'ArrowDown':
      return inColumn(grid.rows.slice(row + 1), column).find(isKey);
    default:
      return undefined;
  }
}

function inColumn(rows: readonly GridRow[], column: number): readonly (string | undefined)[] {
  return rows.map(({ cells }) => {
    const cell = cells[column];
    return cell === undefined ? undefined : keyOf(cell);
  });
}

function keyOf(cell: Cell): string | undefined {
  return cell.kind === 'partition' ? cell.partition.key : undefined;
}

function isKey(key: string | undefined): key is string {
  return key !== undefined;
}

/** A partition in a row of the newest ones. */
export interface StripCell {
  readonly partition: Partition;
  /** Whether it begins a new row of the calendar, or partitions are missing before it. */
  readonly begins: boolean;
}

/** The newest partitions in one row, oldest first. */
export function stripOf(grain: Grain, partitions: readonly Partition[]): readonly StripCell[] {
  const { place } = LAYOUTS[grain];
  return partitions.map((partition, index) => {
    const before = partitions[index - 1];
    if (before === undefined) return { partition, begins: false };
    const [[row, column], [rowBefore, columnBefore]] = [place(partition.key), place(before.key)];
    return { partition, begins: row !== rowBefore || column !== columnBefore + 1 };
  });
}
