import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Partition } from '#console/api/types.ts';
import { type Cell, type Grain, gridOf, neighbourOf, stripOf } from '#console/model/grid.ts';
import { keyAt, parsePartitionKey } from '#shared/pipelines/partition-key.ts';

function partitions(...keys: readonly string[]): readonly Partition[] {
  return keys.map((key) => ({ key, state: 'published', generation: 1, rows: 1 }));
}

function drawn(cells: readonly Cell[]): string {
  return cells.map(({ kind }) => ({ partition: '#', vacant: '.', outside: ' ' })[kind]).join('');
}

test('hours stand in rows of days, the newest day first', () => {
  const { rows } = gridOf('hour', partitions('2026-08-10T22', '2026-08-10T23', '2026-08-11T00', '2026-08-11T02'));
  assert.deepEqual(
    rows.map(({ label, cells }) => [label, drawn(cells)]),
    [
      ['11 Aug', `#.#${'.'.repeat(21)}`],
      ['10 Aug', `${'.'.repeat(22)}##`],
    ],
  );
});

test('days stand in rows of months that are as long as they are', () => {
  const { rows } = gridOf('day', partitions('2024-02-29', '2026-02-28'));
  assert.deepEqual(
    rows.map(({ label, cells }) => [label, drawn(cells)]),
    [
      ['Feb 2026', `${'.'.repeat(27)}#   `],
      ['Feb 2024', `${'.'.repeat(28)}#  `],
    ],
  );
});

test('months in which nothing is are left out and counted', () => {
  const { rows, unit } = gridOf('day', partitions('2015-05-17', '2026-11-20', '2026-12-01'));
  assert.deepEqual(
    [rows.map(({ id, skipped }) => [id, skipped]), unit],
    [
      [
        ['2026-12', 0],
        ['2026-11', 0],
        ['2015-05', 137],
      ],
      'months',
    ],
  );
});

test('weeks, months and the whole have their place, too', () => {
  assert.equal(drawn(gridOf('week', partitions('2026-W53')).rows[0]?.cells ?? []).indexOf('#'), 52);
  assert.equal(drawn(gridOf('month', partitions('2026-08')).rows[0]?.cells ?? []), '.......#....');
  assert.equal(drawn(gridOf('all', partitions('all')).rows[0]?.cells ?? []), '#');
});

const GRAINS: readonly Grain[] = ['hour', 'day', 'week', 'month'];

test('every partition has exactly one place, whatever its grain and time', () => {
  const times = fc.array(fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2060, 0) }), {
    minLength: 1,
    maxLength: 60,
  });
  fc.assert(
    fc.property(fc.constantFrom(...GRAINS), times, (grain, moments) => {
      const keys = [...new Set(moments.map((ms) => keyAt(grain, ms)))].sort();
      const cells = gridOf(grain, partitions(...keys)).rows.flatMap((row) => row.cells);
      const found = cells.flatMap((cell) => (cell.kind === 'partition' ? [cell.partition.key] : []));
      assert.deepEqual(found.sort(), keys);
      for (const key of found) assert.ok(parsePartitionKey(key) !== undefined);
    }),
  );
});

test('arrow keys lead to the nearest partition over what is not there, and stop at the edge', () => {
  const grid = gridOf('hour', partitions('2026-08-10T05', '2026-08-11T02', '2026-08-11T05', '2026-08-12T02'));
  const next = (arrow: string): string | undefined => neighbourOf(grid, '2026-08-11T05', arrow);
  assert.deepEqual(
    [next('ArrowLeft'), next('ArrowRight'), next('ArrowUp'), next('ArrowDown'), next('Enter')],
    ['2026-08-11T02', undefined, undefined, '2026-08-10T05', undefined],
  );
});

test('going one way and back ends where it began', () => {
  const hours = fc.uniqueArray(fc.integer({ min: 0, max: 200 }), { minLength: 2, maxLength: 60 });
  fc.assert(
    fc.property(
      hours,
      fc.constantFrom(['ArrowLeft', 'ArrowRight'], ['ArrowUp', 'ArrowDown']),
      (numbers, [there, back]) => {
        const keys = numbers.map((hour) => keyAt('hour', Date.UTC(2026, 7, 1) + hour * 3_600_000));
        const grid = gridOf('hour', partitions(...keys));
        for (const key of keys) {
          const next = neighbourOf(grid, key, there ?? '');
          if (next !== undefined) assert.equal(neighbourOf(grid, next, back ?? ''), key);
        }
      },
    ),
  );
});

test('a strip is parted where the calendar begins a new row, and where something is missing', () => {
  const begins = stripOf('hour', partitions('2026-08-10T22', '2026-08-10T23', '2026-08-11T00', '2026-08-11T02'));
  assert.deepEqual(
    begins.map((cell) => cell.begins),
    [false, false, true, true],
  );
});
