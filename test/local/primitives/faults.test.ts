import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '#local/primitives/errors.ts';
import { createFaults, type FaultRule, parseFaultRules, ReplyDropped } from '#local/primitives/faults.ts';

const PUBLISH = 'google.pubsub.v1.Publisher.Publish';

/** Faults with these rules, and a count of how often the work was done. */
function withRules(...rules: FaultRule[]) {
  const faults = createFaults();
  faults.set(rules);
  let done = 0;
  const call = (method = PUBLISH): Promise<number> => faults.around(method, () => Promise.resolve((done += 1)));
  return { faults, call, done: () => done };
}

test('without rules the work is done', async () => {
  const { call } = withRules();
  assert.equal(await call(), 1);
});

test('an error is answered instead of doing the work', async () => {
  const { call, done } = withRules({ method: PUBLISH, error: { status: 'UNAVAILABLE', message: 'Try later.' } });
  await assert.rejects(call(), (error) => error instanceof ApiError && error.status === 'UNAVAILABLE');
  await assert.rejects(call(), /Try later\./);
  assert.equal(done(), 0);
});

test('a rule applies to its method, or to all that begin like it, and to no other', async () => {
  const error = { status: 'INTERNAL' } as const;
  const { faults, call } = withRules({ method: 'google.pubsub.v1.*', error });
  await assert.rejects(call());
  assert.equal(await call('storage.objects.get'), 1);
  faults.set([{ method: 'google.pubsub.v1.Publisher', error }]);
  assert.equal(await call(), 2);
  faults.set([{ method: '*', error }]);
  await assert.rejects(call('storage.objects.get'));
});

test('a rule with a number of times is used up, then the next one counts', async () => {
  const { call } = withRules(
    { method: PUBLISH, error: { status: 'UNAVAILABLE' }, times: 2 },
    { method: PUBLISH, error: { status: 'ABORTED' }, times: 1 },
  );
  const statuses: string[] = [];
  for (let calls = 0; calls < 4; calls += 1) {
    statuses.push(
      await call().then(
        () => 'done',
        (error: ApiError) => error.status,
      ),
    );
  }
  assert.deepEqual(statuses, ['UNAVAILABLE', 'UNAVAILABLE', 'ABORTED', 'done']);
});

test('a dropped reply does the work first', async () => {
  const { call, done } = withRules({ method: PUBLISH, dropReply: true, times: 1 });
  await assert.rejects(call(), ReplyDropped);
  assert.equal(done(), 1);
  assert.equal(await call(), 2);
});

test('a delay delays and then does the work, and setting rules replaces all', async () => {
  const { faults, call } = withRules({ method: PUBLISH, latencyMs: 1 });
  assert.equal(await call(), 1);
  faults.set([]);
  assert.equal(await call(), 2);
});

test('what the work itself throws comes through', async () => {
  const faults = createFaults();
  faults.set([{ method: PUBLISH, latencyMs: 0 }]);
  await assert.rejects(
    faults.around(PUBLISH, () => Promise.reject(new RangeError('own'))),
    RangeError,
  );
});

test('rules from outside are checked and told apart', () => {
  const rules = [{ method: 'a.*', error: { status: 'ABORTED' }, latencyMs: 5, dropReply: true, times: 3 }];
  assert.deepEqual(parseFaultRules(rules), rules);
  const wrong: [unknown, RegExp][] = [
    ['text', /expected a list/],
    [[5], /rule 0: expected an object/],
    [[{ method: 5 }], /rule 0: method must be a string/],
    [[{ method: 'a' }, { error: { status: 'ABORTED' } }], /rule 1: method/],
    [[{ method: 'a', error: { status: 'NO_SUCH' } }], /rule 0: error\.status must be one of/],
    [[{ method: 'a', error: 'ABORTED' }], /rule 0: error\.status/],
    [[{ method: 'a', latencyMs: 'long' }], /rule 0: latencyMs/],
    [[{ method: 'a', latencyMs: -1 }], /rule 0: latencyMs/],
    [[{ method: 'a', dropReply: 'yes' }], /rule 0: dropReply/],
    [[{ method: 'a', times: 0 }], /rule 0: times/],
    [[{ method: 'a', tmies: 1 }], /rule 0: unknown field "tmies"/],
    [[{ method: 'a', error: { status: 'constructor' } }], /rule 0: error\.status/],
  ];
  for (const [value, message] of wrong) {
    assert.throws(() => parseFaultRules(value), message, JSON.stringify(value));
  }
});
