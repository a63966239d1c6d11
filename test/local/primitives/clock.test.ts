import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { frozenClock, systemClock } from '#local/primitives/clock.ts';

test('a frozen clock stands still until it is moved', async () => {
  const clock = frozenClock(1000);
  assert.equal(clock.now(), 1000);
  await clock.advance(500);
  await clock.advance(0);
  assert.equal(clock.now(), 1500);
});

test('timers fire at their moment, never at once, and never before', async () => {
  const clock = frozenClock(0);
  const fired: number[] = [];
  clock.at(0, () => fired.push(clock.now()));
  clock.at(-5, () => fired.push(clock.now()));
  clock.at(100, () => fired.push(clock.now()));
  assert.deepEqual(fired, []);
  await clock.advance(0);
  assert.deepEqual(fired, [0, 0]);
  await clock.advance(99);
  assert.deepEqual(fired, [0, 0]);
  await clock.advance(1);
  assert.deepEqual(fired, [0, 0, 100]);
});

test('whatever is set, timers fire in order of time, those of the same moment in order of setting', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(50), { maxLength: 30 }), async (moments) => {
      const clock = frozenClock(0);
      const fired: { moment: number; index: number; nowMs: number }[] = [];
      for (const [index, moment] of moments.entries()) {
        clock.at(moment, () => fired.push({ moment, index, nowMs: clock.now() }));
      }
      await clock.advance(50);
      const expected = moments
        .map((moment, index) => ({ moment, index, nowMs: moment }))
        .sort((left, right) => left.moment - right.moment || left.index - right.index);
      assert.deepEqual(fired, expected);
      assert.equal(clock.now(), 50);
    }),
  );
});

test('a timer that is set while time moves fires within the same move when it is due', async () => {
  const clock = frozenClock(0);
  const fired: number[] = [];
  const again = (): void => {
    fired.push(clock.now());
    clock.at(clock.now() + 10, again);
  };
  clock.at(10, again);
  await clock.advance(35);
  assert.deepEqual(fired, [10, 20, 30]);
});

test('promise chains that a timer starts run before time moves on', async () => {
  const clock = frozenClock(0);
  const seen: number[] = [];
  const work = async (): Promise<void> => {
    await Promise.resolve();
    seen.push(clock.now());
  };
  clock.at(10, () => void work());
  clock.at(20, () => void work());
  await clock.advance(100);
  assert.deepEqual(seen, [10, 20]);
});

test('a cancelled timer does not fire, also when another of the same moment cancels it', async () => {
  const clock = frozenClock(0);
  const fired: string[] = [];
  const first = clock.at(10, () => fired.push('first'));
  clock.at(10, () => {
    fired.push('second');
    third.cancel();
  });
  const third = clock.at(10, () => fired.push('third'));
  first.cancel();
  first.cancel();
  await clock.advance(10);
  third.cancel();
  assert.deepEqual(fired, ['second']);
});

test("the system's clock fires what is due, and can be moved ahead of it", async () => {
  const clock = systemClock();
  const realMs = Date.now();
  await new Promise<void>((resolve) => clock.at(clock.now(), resolve));
  const fired = new Promise<void>((resolve) => clock.at(clock.now() + 3_600_000, resolve));
  await clock.advance(3_600_000);
  await fired;
  assert.ok(clock.now() >= realMs + 3_600_000);
});

test("the system's clock fires timers in order of time, whatever the order of setting, and many of them quickly", async () => {
  const clock = systemClock();
  const startMs = clock.now();
  const fired: number[] = [];
  const all = Promise.withResolvers<void>();
  const count = 50_000;
  for (let index = 0; index < count; index += 1) {
    const moment = (index * 7919) % count;
    clock.at(startMs - count + moment, () => {
      fired.push(moment);
      if (fired.length === count) all.resolve();
    });
  }
  await all.promise;
  assert.ok(fired.every((moment, index) => moment === index));
});

test("a moment beyond what the system's timers can hold does not fire early", async () => {
  const clock = systemClock();
  let early = false;
  const timer = clock.at(clock.now() + 2 ** 40, () => {
    early = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  await clock.advance(2 ** 39);
  assert.equal(early, false);
  timer.cancel();
});
