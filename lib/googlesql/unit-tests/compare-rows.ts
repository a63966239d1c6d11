/** What differs between the rows that a query gave and those that it should have given. */

import type { Cell } from './cell.ts';

/** A row that was given. */
export type GivenRow = readonly Cell[];

/** A row that was expected; undefined where anything will do. */
export type ExpectedRow = readonly (Cell | undefined)[];

/** How rows are compared. */
export interface Comparison {
  readonly columns: readonly string[];
  /** `subset`: more rows than those expected may be given. */
  readonly match: 'exact' | 'subset';
  readonly ordered: boolean;
}

/** Two rows that are near enough to be the same one with a mistake in it. */
export interface ChangedRow {
  readonly expected: ExpectedRow;
  readonly given: GivenRow;
}

/** What is wrong with rows; something always is. */
export interface RowsDifference {
  readonly columns: readonly string[];
  readonly changed: readonly ChangedRow[];
  readonly missing: readonly ExpectedRow[];
  readonly unexpected: readonly GivenRow[];
  /** All rows are there, in another order. */
  readonly onlyOrder: boolean;
}

/** The difference; undefined when there is none. */
export function compareRows(
  expected: readonly ExpectedRow[],
  given: readonly GivenRow[],
  comparison: Comparison,
): RowsDifference | undefined {
  const { columns, match, ordered } = comparison;
  const free = match === 'exact' ? withoutEqual(expected, given) : withoutMatched(expected, given);
  if (free.expected.length > 0 || (match === 'exact' && free.given.length > 0)) {
    const { changed, missing, unexpected } = paired(free.expected, free.given);
    return { columns, changed, missing, unexpected: match === 'exact' ? unexpected : [], onlyOrder: false };
  }
  if (!ordered || isInOrder(expected, given)) return undefined;
  return { columns, changed: [], missing: expected, unexpected: given, onlyOrder: true };
}

interface Rows {
  readonly expected: readonly ExpectedRow[];
  readonly given: readonly GivenRow[];
}

/** What is left of both when equal rows are taken away, as often as they occur in both. */
function withoutEqual(expected: readonly ExpectedRow[], given: readonly GivenRow[]): Rows {
  const counts = new Map<string, number>();
  for (const row of given) counts.set(rowKey(row), (counts.get(rowKey(row)) ?? 0) + 1);
  const takes = (row: ExpectedRow): boolean => {
    const count = counts.get(rowKey(row)) ?? 0;
    if (count > 0) counts.set(rowKey(row), count - 1);
    return count > 0;
  };
  const missing = expected.filter((row) => !takes(row));
  return { expected: missing, given: given.filter(takes) };
}

function rowKey(row: ExpectedRow): string {
  return JSON.stringify(row.map((cell) => cell?.key));
}

/** The same for rows that say less: each given row stands for one expected row at most, and as many as can are matched. */
function withoutMatched(expected: readonly ExpectedRow[], given: readonly GivenRow[]): Rows {
  const matchOf = new Map<number, number>();
  const place = (row: number, tried: Set<number>): boolean => {
    for (const [i, candidate] of given.entries()) {
      if (tried.has(i) || !fits(expected[row] ?? [], candidate)) continue;
      tried.add(i);
      const before = matchOf.get(i);
      if (before !== undefined && !place(before, tried)) continue;
      matchOf.set(i, row);
      return true;
    }
    return false;
  };
  const missing = expected.filter((_, row) => !place(row, new Set()));
  return { expected: missing, given: given.filter((_, i) => !matchOf.has(i)) };
}

function fits(expected: ExpectedRow, given: GivenRow): boolean {
  return expected.every((cell, i) => cell === undefined || cell.key === given[i]?.key);
}

/** Whether the expected rows come one behind the other. */
function isInOrder(expected: readonly ExpectedRow[], given: readonly GivenRow[]): boolean {
  let next = 0;
  for (const row of given) {
    const wanted = expected[next];
    if (wanted !== undefined && fits(wanted, row)) next++;
  }
  return next === expected.length;
}

/** Beyond so many pairs rows are not compared with each other. */
const MAX_PAIRS = 10_000;

function paired(
  expected: readonly ExpectedRow[],
  given: readonly GivenRow[],
): Pick<RowsDifference, 'changed' | 'missing' | 'unexpected'> {
  if (expected.length * given.length > MAX_PAIRS) return { changed: [], missing: expected, unexpected: given };
  const changed: ChangedRow[] = [];
  const missing: ExpectedRow[] = [];
  const free = new Set(given);
  for (const row of expected) {
    const nearest = nearestRow(row, free);
    if (nearest === undefined) missing.push(row);
    else {
      free.delete(nearest);
      changed.push({ expected: row, given: nearest });
    }
  }
  return { changed, missing, unexpected: [...free] };
}

/** The row with the most equal values; at least half of those that are said must be equal. */
function nearestRow(row: ExpectedRow, candidates: ReadonlySet<GivenRow>): GivenRow | undefined {
  const said = row.filter((cell) => cell !== undefined).length;
  let nearest: GivenRow | undefined;
  let most = Math.max(1, said / 2) - 1e-9;
  for (const candidate of candidates) {
    const equal = row.filter((cell, i) => cell !== undefined && cell.key === candidate[i]?.key).length;
    if (equal <= most) continue;
    most = equal;
    nearest = candidate;
  }
  return nearest;
}
