/** How many events of one subject are taken: beyond its rate they are to be sent again, and nobody else waits for them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { SubjectRates } from '#functions/collect/state/subject-rates.ts';
import { BURST_SECONDS } from '#functions/collect/state/token-bucket.ts';
import { SUBJECT_EVENTS_PER_SECOND } from '#shared/events/limits.ts';
import { collectGarbage, heldBytes, MAX_GROWTH_BYTES } from './heap.ts';
import { putWriteKey, WRITE_KEY } from './test-app.ts';
import { type Answer, AUTHORIZED, type CollectWorld, play, startCollect } from './world.ts';

const SLOW = { ...WRITE_KEY, name: 'slow', subjectEventsPerSecond: 1 };

/** Collect, and a client whose key lends each subject one event a second. */
async function startSlow(): Promise<{
  readonly world: CollectWorld;
  readonly post: (body: object, path?: string) => Promise<Answer>;
}> {
  const world = await startCollect();
  const secret = `tw_${'S'.repeat(43)}`;
  await putWriteKey(world.state, secret, SLOW);
  const headers = { ...AUTHORIZED, authorization: `Bearer ${secret}` };
  return { world, post: (body, path = '/v1/events') => world.post(path, { headers, body: JSON.stringify(body) }) };
}

test('one subject beyond its rate gets retry, the others of the batch are taken, and nothing is lost', async () => {
  const { world, post } = await startSlow();
  const many = Array.from({ length: 12 }, () => play({ userId: 'busy' }));
  const { status, results, headers: answered } = await post({ events: [...many, play({ userId: 'calm' })] });
  assert.equal(status, 200);
  assert.deepEqual(
    results.map(({ status: verdict }) => verdict),
    [...Array<string>(10).fill('accepted'), 'retry', 'retry', 'accepted'],
  );
  assert.equal(results[10]?.code, 'subject_rate_limited');
  assert.match(answered.get('retry-after') ?? '', /^[1-3]$/);
  const all = await post({ events: many.slice(10) });
  assert.deepEqual([all.status, all.body['code']], [503, 'overloaded'], 'when all are to be sent again');
  await world.advance(2000);
  const again = await post({ events: many.slice(10) });
  assert.deepEqual(
    again.results.map(({ status: verdict }) => verdict),
    ['accepted', 'accepted'],
  );
  assert.equal(world.published.length, 13);
});

test('who sends a whole batch again draws only for what is not here yet, so that the batch comes to its end', async () => {
  const { world, post } = await startSlow();
  const events = Array.from({ length: 30 }, () => play({ userId: 'busy' }));
  const counts: string[] = [];
  for (let sending = 0; sending < 6; sending += 1) {
    const { results } = await post({ events });
    const of = (wanted: string): number => results.filter(({ status }) => status === wanted).length;
    counts.push(`${of('accepted')} ${of('duplicate')} ${of('retry')}`);
    await world.advance(5000);
  }
  assert.deepEqual(counts, ['10 0 20', '5 10 15', '5 15 10', '5 20 5', '5 25 0', '0 30 0']);
  assert.equal(world.published.length, 30);
});

test('an import is not held to the rate of its subjects, and neither is a try', async () => {
  const { post } = await startSlow();
  const { body } = await post({}, '/v1/imports');
  const events = Array.from({ length: 30 }, () => play({ userId: 'busy' }));
  assert.ok((await post({ import: body['id'], events })).results.every(({ status }) => status === 'accepted'));
  const tried = { events: events.map((event, n) => ({ ...event, id: `t${n}` })) };
  assert.ok((await post(tried, '/v1/events?validate')).results.every(({ status }) => status === 'accepted'));
});

test('within any span a subject gets no more than its burst and what the span brings, whatever others do', () => {
  const step = fc.record({
    waitMs: fc.nat({ max: 4000 }),
    subject: fc.constantFrom('a', 'b', 'c'),
    events: fc.nat(15),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const clock = { nowMs: 1_000_000, now: () => clock.nowMs };
      const startedMs = clock.nowMs;
      const rates = new SubjectRates(clock);
      const taken = new Map<string, number>();
      for (const { waitMs, subject, events } of steps) {
        clock.nowMs += waitMs;
        for (let event = 0; event < events; event += 1) {
          if (rates.take(SLOW, subject)) taken.set(subject, (taken.get(subject) ?? 0) + 1);
        }
        const allowed = BURST_SECONDS + (clock.nowMs - startedMs) / 1000;
        assert.ok((taken.get(subject) ?? 0) <= allowed);
      }
    }),
  );
});

test('a subject that keeps to its rate is never told to wait', () => {
  const clock = { nowMs: 0, now: () => clock.nowMs };
  const rates = new SubjectRates(clock);
  for (let second = 0; second < 100; second += 1) {
    assert.ok(rates.take(SLOW, 'steady'));
    clock.nowMs += 1000;
  }
});

test('without a rate of its own a key has the default one, and with null none', () => {
  const clock = { nowMs: 0, now: () => clock.nowMs };
  const burst = SUBJECT_EVENTS_PER_SECOND * BURST_SECONDS;
  const taken = (key: typeof WRITE_KEY): number => {
    const rates = new SubjectRates(clock);
    return Array.from({ length: burst + 5 }).filter(() => rates.take(key, 'one')).length;
  };
  assert.equal(taken(WRITE_KEY), burst);
  assert.equal(taken({ ...WRITE_KEY, subjectEventsPerSecond: null }), burst + 5);
});

test('a million subjects take no more memory than thousands', () => {
  const clock = { nowMs: 0, now: () => clock.nowMs };
  const rates = new SubjectRates(clock);
  collectGarbage();
  const before = heldBytes();
  for (let subject = 0; subject < 1_000_000; subject += 1) rates.take(WRITE_KEY, `subject-${subject}`);
  collectGarbage();
  const grownBytes = heldBytes() - before;
  assert.ok(grownBytes < MAX_GROWTH_BYTES, `${grownBytes} bytes`);
});
