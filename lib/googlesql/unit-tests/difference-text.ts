/** A difference between rows as people read it. */

import type { Cell } from './cell.ts';
import type { ExpectedRow, RowsDifference } from './compare-rows.ts';

/** More rows than these are counted instead of shown. */
const MAX_ROWS = 20;
const MAX_CELL_CHARS = 40;

/**
 * A table of what differs: `-` was expected and not given, `+` was given and not expected, `~` is in both with other values,
 * shown as `expected → given`. Columns that say nothing are left out.
 */
export function differenceText(difference: RowsDifference): string {
  const { columns, changed, missing, unexpected, onlyOrder } = difference;
  const lines: TextRow[] = [
    ...changed.map(({ expected, given }) => ({
      mark: '~',
      cells: columns.map((_, i) => changedText(expected[i], given[i])),
    })),
    ...missing.map((row) => ({ mark: '-', cells: textsOf(columns, row) })),
    ...unexpected.map((row) => ({ mark: '+', cells: textsOf(columns, row) })),
  ];
  const shown = lines.slice(0, MAX_ROWS);
  const more = lines.length - shown.length;
  return [
    ...(onlyOrder ? ['The rows are right, their order is not:'] : []),
    ...table(columns, shown),
    ...(more === 0 ? [] : [`   and ${more} more`]),
    '- expected, not given   + given, not expected   ~ expected → given',
  ].join('\n');
}

interface TextRow {
  readonly mark: string;
  readonly cells: readonly string[];
}

function textsOf(columns: readonly string[], row: ExpectedRow): readonly string[] {
  return columns.map((_, i) => textOf(row[i]));
}

function textOf(cell: Cell | undefined): string {
  if (cell === undefined) return '';
  return cell.text.length <= MAX_CELL_CHARS ? cell.text : `${cell.text.slice(0, MAX_CELL_CHARS - 1)}…`;
}

function changedText(expected: Cell | undefined, given: Cell | undefined): string {
  if (expected === undefined || expected.key === given?.key) return textOf(given);
  return `${textOf(expected)} → ${textOf(given)}`;
}

function table(columns: readonly string[], rows: readonly TextRow[]): readonly string[] {
  const said = columns.map((_, i) => rows.some(({ cells }) => cells[i] !== ''));
  const widths = columns.map((column, i) =>
    Math.max(column.length, ...rows.map(({ cells }) => (cells[i] ?? '').length)),
  );
  const line = (mark: string, cells: readonly string[]): string => {
    const texts = cells.flatMap((cell, i) => (said[i] === true ? [cell.padEnd(widths[i] ?? 0)] : []));
    return `${mark}  ${texts.join('  ')}`.trimEnd();
  };
  return [line(' ', columns), ...rows.map(({ mark, cells }) => line(mark, cells))];
}
