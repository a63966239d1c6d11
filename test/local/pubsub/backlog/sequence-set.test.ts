import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { SequenceSet } from '#local/pubsub/backlog/sequence-set.ts';

const RANGE = fc
  .tuple(fc.nat(60), fc.integer({ min: 0, max: 8 }))
  .map(([start, size]) => [start, start + size] as const);

test('a set of sequence numbers holds exactly what was added, as few ranges as possible, in order', () => {
  fc.assert(
    fc.property(fc.array(RANGE, { maxLength: 40 }), (added) => {
      const set = new SequenceSet();
      const model = new Set<number>();
      for (const [start, end] of added) {
        set.add(start, end);
        for (let sequence = start; sequence < end; sequence += 1) model.add(sequence);
      }
      for (let sequence = 0; sequence < 80; sequence += 1) assert.equal(set.has(sequence), model.has(sequence));
      const { ranges } = set;
      for (let index = 1; index < ranges.length; index += 1) assert.ok((ranges[index] ?? 0) > (ranges[index - 1] ?? 0));
      assert.deepEqual(new SequenceSet(ranges).ranges, ranges);
      assert.equal(set.isEmpty, model.size === 0);
      assert.equal(set.end, Math.max(0, ...[...model].map((sequence) => sequence + 1)));
    }),
  );
});

test('advancing a floor ends at the first number that is missing and forgets everything below', () => {
  fc.assert(
    fc.property(fc.array(RANGE, { maxLength: 40 }), fc.nat(70), (added, floor) => {
      const set = new SequenceSet(added.flat());
      const before = (sequence: number): boolean => added.some(([start, end]) => sequence >= start && sequence < end);
      let expected = floor;
      while (before(expected)) expected += 1;
      assert.equal(set.advance(floor), expected);
      for (let sequence = 0; sequence < 80; sequence += 1) {
        assert.equal(set.has(sequence), sequence >= expected && before(sequence));
      }
    }),
  );
});
