import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { type BootReport, completenessOf, missingOf } from '#shared/events/completeness.ts';
import {
  countOf,
  difference,
  has,
  NO_SEQUENCES,
  parseRanges,
  rangesOf,
  rangesOfNumbers,
  type SequenceRange,
  type SequenceRanges,
  union,
} from '#shared/events/sequence-ranges.ts';
import { type BootId, parseId } from '#shared/platform/ids.ts';

const anyNumbers = fc.array(fc.nat(60), { maxLength: 40 });
const anyRange = fc.tuple(fc.nat(60), fc.nat(8)).map(([first, more]): SequenceRange => [first, first + more]);

function numbersOf(ranges: SequenceRanges): Set<number> {
  return new Set(ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i)));
}

function boot(name: string): BootId {
  const id = parseId('boot', name);
  assert.ok(id !== undefined);
  return id;
}

test('ranges behave as the set of their numbers does', () => {
  fc.assert(
    fc.property(fc.array(anyRange, { maxLength: 12 }), fc.array(anyRange, { maxLength: 12 }), (first, second) => {
      const [a, b] = [rangesOf(first), rangesOf(second)];
      const [setA, setB] = [numbersOf(a), numbersOf(b)];
      assert.deepEqual(setA, numbersOf(first.toSorted(([x], [y]) => x - y)));
      assert.equal(countOf(a), setA.size);
      assert.deepEqual(numbersOf(union(a, b)), new Set([...setA, ...setB]));
      assert.deepEqual(numbersOf(difference(a, b)), new Set([...setA].filter((number) => !setB.has(number))));
      for (let number = 0; number < 70; number += 1) assert.equal(has(a, number), setA.has(number));
      for (const set of [a, union(a, b), difference(a, b)])
        assert.deepEqual(parseRanges(JSON.parse(JSON.stringify(set))), set);
    }),
    { numRuns: 1000 },
  );
});

test('numbers in any order, with repeats, make one canonical set', () => {
  fc.assert(
    fc.property(anyNumbers, (numbers) => {
      assert.deepEqual(rangesOfNumbers(numbers), rangesOfNumbers(numbers.toReversed()));
      assert.deepEqual(numbersOf(rangesOfNumbers(numbers)), new Set(numbers.toSorted((a, b) => a - b)));
    }),
  );
  assert.deepEqual(rangesOfNumbers([3, 1, 2, 7]), [
    [1, 3],
    [7, 7],
  ]);
});

test('only a canonical set is read back', () => {
  for (const bad of [
    null,
    {},
    [1],
    [[1]],
    [[1, 2, 3]],
    [[2, 1]],
    [
      [1, 2],
      [3, 4],
    ],
    [
      [5, 6],
      [1, 2],
    ],
    [[-1, 2]],
    [[0.5, 2]],
    [['0', '1']],
  ]) {
    assert.equal(parseRanges(bad), undefined, JSON.stringify(bad));
  }
  assert.deepEqual(parseRanges([]), NO_SEQUENCES);
});

test('a partition is complete when every boot is final and all it acknowledged has landed', () => {
  const [a, b] = [boot('boot-aaaa'), boot('boot-bbbb')];
  const reports: readonly BootReport[] = [
    { boot: a, acknowledged: [[0, 9]], final: true },
    { boot: b, acknowledged: [[5, 6]], final: true },
  ];
  const all = new Map([
    [a, rangesOf([[0, 12]])],
    [b, rangesOf([[5, 6]])],
  ]);
  assert.deepEqual(completenessOf(reports, all, 'in-time'), { kind: 'complete' });
  assert.deepEqual(completenessOf([], new Map(), 'in-time'), { kind: 'complete' });
  const some = new Map([
    [
      a,
      rangesOf([
        [0, 3],
        [5, 9],
      ]),
    ],
  ]);
  assert.deepEqual(completenessOf(reports, some, 'in-time'), { kind: 'waiting', open: [], missing: 3 });
  assert.deepEqual(completenessOf(reports, some, 'deadline-passed'), { kind: 'incomplete', open: [], missing: 3 });
  assert.deepEqual(missingOf(reports[0]!, some), [[4, 4]]);
  const open = reports.map((report) => ({ ...report, final: report.boot === a }));
  assert.deepEqual(completenessOf(open, all, 'in-time'), { kind: 'waiting', open: [b], missing: 0 });
  assert.deepEqual(completenessOf(open, all, 'deadline-passed'), { kind: 'unconfirmed', open: [b] });
  assert.deepEqual(completenessOf(open, some, 'deadline-passed'), { kind: 'incomplete', open: [b], missing: 3 });
});

test('landing never makes a partition less complete', () => {
  fc.assert(
    fc.property(
      fc.array(anyRange, { maxLength: 8 }),
      fc.array(anyRange, { maxLength: 8 }),
      fc.array(anyRange, { maxLength: 8 }),
      (acknowledged, first, more) => {
        const report: BootReport = { boot: boot('boot-aaaa'), acknowledged: rangesOf(acknowledged), final: true };
        const before = missingOf(report, new Map([[report.boot, rangesOf(first)]]));
        const after = missingOf(report, new Map([[report.boot, union(rangesOf(first), rangesOf(more))]]));
        assert.deepEqual(difference(after, before), NO_SEQUENCES);
      },
    ),
  );
});
