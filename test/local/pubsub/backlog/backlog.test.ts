import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Backlog, type BacklogRules, type Progress } from '#local/pubsub/backlog/backlog.ts';
import type { Delivery, Holder, Lease } from '#local/pubsub/backlog/lease.ts';
import type { StoredMessage } from '#local/pubsub/log/batch.ts';
import { writeMessage } from '#local/pubsub/wire/pubsub-message.ts';

const RULES: BacklogRules = {
  filter: undefined,
  ordered: false,
  backoff: { minMs: 0, maxMs: 0 },
  maxAttempts: undefined,
};
const ALL = { messages: 1000, bytes: Infinity };
const EMPTY: Progress = { floor: 0, acked: [], failures: [] };
const LEASE_MS = 10_000;

class TestSource {
  readonly messages: { readonly key: string; readonly stored: StoredMessage }[] = [];
  readonly firstSequence = 0;

  get endSequence(): number {
    return this.messages.length;
  }

  publish(key = ''): void {
    const bytes = writeMessage({ data: Buffer.from('x'), attributes: {}, orderingKey: key });
    this.messages.push({ key, stored: { sequence: this.messages.length, publishTimeMs: 0, bytes } });
  }

  read(sequence: number): StoredMessage | undefined {
    return this.messages[sequence]?.stored;
  }
}

function holder(): Holder & { held: number } {
  return {
    oneOfKeyAtATime: false,
    held: 0,
    released() {
      this.held -= 1;
    },
  };
}

function newBacklog(source: TestSource, rules: Partial<BacklogRules> = {}, progress = EMPTY): Backlog {
  let leases = 0;
  return new Backlog({ source, rules: { ...RULES, ...rules }, newLeaseId: () => (leases += 1) }, progress);
}

function sequences(deliveries: readonly Delivery[]): number[] {
  return deliveries.map(({ message }) => message.sequence);
}

function publish(source: TestSource, ...keys: string[]): void {
  for (const key of keys) source.publish(key);
}

test('a message is leased once, and again after it was given back, with a higher attempt', () => {
  const source = new TestSource();
  publish(source, '', '');
  const backlog = newBacklog(source);
  const one = holder();
  const first = backlog.take(one, ALL, 0, LEASE_MS);
  assert.deepEqual(sequences(first), [0, 1]);
  assert.deepEqual(backlog.take(one, ALL, 0, LEASE_MS), []);
  assert.equal(backlog.fail(first[0]!.lease, 0, one), 'again');
  const [again] = backlog.take(one, ALL, 0, LEASE_MS);
  assert.equal(again?.message.sequence, 0);
  assert.equal(again?.attempt, 2);
  assert.notEqual(again?.lease.id, first[0]!.lease.id);
  assert.equal(backlog.lease(0, first[0]!.lease.id), undefined);
});

test('room limits how much is taken, by number and by bytes, but never to nothing', () => {
  const source = new TestSource();
  publish(source, '', '', '', '');
  const backlog = newBacklog(source);
  assert.equal(backlog.take(holder(), { messages: 2, bytes: Infinity }, 0, LEASE_MS).length, 2);
  assert.equal(backlog.take(holder(), { messages: 10, bytes: 1 }, 0, LEASE_MS).length, 1);
});

test('failures wait twice as long each time, up to the longest backoff', () => {
  const source = new TestSource();
  publish(source, '');
  const backlog = newBacklog(source, { backoff: { minMs: 10, maxMs: 35 } });
  let nowMs = 0;
  for (const waitMs of [10, 20, 35, 35]) {
    const [delivery] = backlog.take(holder(), ALL, nowMs, Infinity);
    backlog.fail(delivery!.lease, nowMs, holder());
    assert.equal(backlog.nextWakeMs, nowMs + waitMs);
    assert.deepEqual(backlog.take(holder(), ALL, nowMs + waitMs - 1, Infinity), []);
    nowMs += waitMs;
  }
  assert.equal(backlog.take(holder(), ALL, nowMs, Infinity).length, 1);
});

test('after the last attempt a message is kept by the keeper and nobody gets it', () => {
  const source = new TestSource();
  publish(source, 'k', 'k');
  const backlog = newBacklog(source, { maxAttempts: 2, ordered: true });
  const keeper = holder();
  backlog.fail(backlog.take(holder(), ALL, 0, LEASE_MS)[0]!.lease, 0, keeper);
  const outcome = backlog.fail(backlog.take(holder(), ALL, 0, LEASE_MS)[0]!.lease, 0, keeper);
  assert.ok(outcome !== 'again');
  assert.equal(outcome.failures, 2);
  assert.deepEqual(backlog.take(holder(), ALL, 0, LEASE_MS), [], 'its key stands still');
  backlog.ack(outcome.kept.sequence);
  assert.deepEqual(sequences(backlog.take(holder(), ALL, 0, LEASE_MS)), [1]);
});

test('a filtered message counts as acknowledged', () => {
  const source = new TestSource();
  publish(source, '', '', '');
  const backlog = newBacklog(source, { filter: ({ sequence }) => sequence === 1 });
  const taken = backlog.take(holder(), ALL, 0, LEASE_MS);
  assert.deepEqual(sequences(taken), [1]);
  backlog.ack(1);
  assert.equal(backlog.floor, 3);
});

test('progress brings back exactly what was not acknowledged', () => {
  const source = new TestSource();
  publish(source, '', '', '', '', '');
  const backlog = newBacklog(source);
  const taken = backlog.take(holder(), ALL, 0, LEASE_MS);
  backlog.fail(taken[4]!.lease, 0, holder());
  for (const sequence of [0, 1, 3]) backlog.ack(sequence);
  const again = newBacklog(source, {}, JSON.parse(JSON.stringify(backlog.progress)) as Progress);
  const rest = again.take(holder(), ALL, 0, LEASE_MS);
  assert.deepEqual(sequences(rest), [2, 4]);
  assert.deepEqual(
    rest.map(({ attempt }) => attempt),
    [1, 2],
  );
});

test('seeking back replays everything after, seeking on acknowledges everything before', () => {
  const source = new TestSource();
  publish(source, '', '', '', '');
  const backlog = newBacklog(source);
  for (const { message } of backlog.take(holder(), ALL, 0, LEASE_MS)) backlog.ack(message.sequence);
  backlog.seek(1, 'keep-acked');
  assert.deepEqual(backlog.take(holder(), ALL, 0, LEASE_MS), []);
  backlog.seek(1, 'replay');
  assert.deepEqual(sequences(backlog.take(holder(), ALL, 0, LEASE_MS)), [1, 2, 3]);
  backlog.seek(3, 'replay');
  assert.deepEqual(sequences(backlog.take(holder(), ALL, 0, LEASE_MS)), [3]);
});

type Step =
  | { readonly do: 'publish'; readonly keys: readonly string[] }
  | { readonly do: 'take'; readonly holder: number; readonly messages: number }
  | { readonly do: 'ack' | 'nack' | 'release' | 'late-ack'; readonly pick: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'restart' };

const PICK = fc.nat(1000);
const STEP: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('publish' as const),
    keys: fc.array(fc.constantFrom('', 'a', 'b', 'c'), { minLength: 1, maxLength: 6 }),
  }),
  fc.record({ do: fc.constant('take' as const), holder: fc.nat(2), messages: fc.integer({ min: 1, max: 5 }) }),
  fc.record({
    do: fc.constantFrom('ack' as const, 'nack' as const, 'release' as const, 'late-ack' as const),
    pick: PICK,
  }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 50, 6000, 10_001) }),
  fc.record({ do: fc.constant('restart' as const) }),
);

/** Plays steps on a backlog and holds it to the promises of Pub/Sub after each. */
class Play {
  readonly source = new TestSource();
  readonly ordered: boolean;
  readonly acked = new Set<number>();
  readonly given: Lease[] = [];
  /** Those from before restarts too: their acknowledgements may come late. */
  readonly everGiven: Lease[] = [];
  holders = [holder(), holder(), holder()];
  backlog: Backlog;
  nowMs = 0;

  constructor(ordered: boolean) {
    this.ordered = ordered;
    this.backlog = this.open(EMPTY);
  }

  open(progress: Progress): Backlog {
    return newBacklog(this.source, { ordered: this.ordered, backoff: { minMs: 40, maxMs: 200 } }, progress);
  }

  get current(): Lease[] {
    return this.given.filter((lease) => this.backlog.lease(lease.sequence, lease.id) === lease);
  }

  step(step: Step): void {
    if (step.do === 'publish') publish(this.source, ...step.keys);
    else if (step.do === 'take') this.take(this.holders[step.holder]!, step.messages);
    else if (step.do === 'wait') this.wait(step.ms);
    else if (step.do === 'restart') this.restart();
    else this.settle(step.do, step.pick);
    for (const [index, one] of this.holders.entries()) {
      assert.equal(
        one.held,
        this.current.filter((lease) => lease.holder === one).length,
        `holder ${index} counts its leases`,
      );
    }
  }

  take(one: Holder & { held: number }, messages: number): void {
    const outstanding = this.current;
    const leased = new Map(outstanding.map((lease) => [lease.sequence, lease.holder]));
    for (const { message, lease } of this.backlog.take(
      one,
      { messages, bytes: Infinity },
      this.nowMs,
      this.nowMs + LEASE_MS,
    )) {
      const { sequence } = message;
      assert.ok(!this.acked.has(sequence), `acknowledged message ${sequence} came again`);
      assert.ok(!leased.has(sequence), `message ${sequence} is leased twice`);
      const key = this.source.messages[sequence]?.key ?? '';
      if (this.ordered && key !== '') this.checkOrder(sequence, key, { one, leased });
      leased.set(sequence, one);
      one.held += 1;
      this.given.push(lease);
      this.everGiven.push(lease);
    }
  }

  checkOrder(sequence: number, key: string, { one, leased }: { one: Holder; leased: Map<number, Holder> }): void {
    for (const [other, { key: otherKey }] of this.source.messages.entries()) {
      if (otherKey !== key || this.acked.has(other) || other === sequence) continue;
      if (other < sequence) assert.equal(leased.get(other), one, `${sequence} came before ${other} of its key was out`);
      else assert.ok(!leased.has(other), `${sequence} came after ${other} of its key`);
    }
  }

  settle(what: 'ack' | 'nack' | 'release' | 'late-ack', pick: number): void {
    const among = what === 'late-ack' ? this.everGiven : this.current;
    const lease = among[pick % Math.max(among.length, 1)];
    if (lease === undefined) return;
    if (what === 'nack') this.backlog.fail(lease, this.nowMs, holder());
    else if (what === 'release') this.backlog.giveBack(lease, 0);
    else {
      this.backlog.ack(lease.sequence);
      this.acked.add(lease.sequence);
    }
  }

  wait(ms: number): void {
    this.nowMs += ms;
    for (const lease of this.backlog.advance(this.nowMs)) {
      if (this.backlog.lease(lease.sequence, lease.id)) this.backlog.fail(lease, this.nowMs, holder());
    }
  }

  restart(): void {
    this.backlog = this.open(JSON.parse(JSON.stringify(this.backlog.progress)) as Progress);
    this.given.length = 0;
    this.holders = [holder(), holder(), holder()];
  }

  /** Acknowledges whatever still comes; in the end nothing may be left. */
  drain(): void {
    for (let round = 0; round < 50 && this.acked.size < this.source.endSequence; round += 1) {
      this.wait(LEASE_MS + 1000);
      this.take(this.holders[0]!, 1000);
      for (let left = this.current.length; left > 0; left -= 1) this.settle('ack', 0);
    }
    assert.equal(this.acked.size, this.source.endSequence, 'every message came until it was acknowledged');
    assert.equal(this.backlog.floor, this.source.endSequence);
    this.wait(LEASE_MS);
    this.take(this.holders[0]!, 1000);
    assert.equal(this.current.length, 0);
    assert.equal(this.backlog.mayHaveMore, false);
  }
}

for (const ordered of [false, true]) {
  test(`whatever happens, nothing is lost, doubled${ordered ? ' or out of order within its key' : ''}`, () => {
    fc.assert(
      fc.property(fc.array(STEP, { maxLength: 120, size: 'max' }), (steps) => {
        const play = new Play(ordered);
        for (const step of steps) play.step(step);
        play.drain();
      }),
      { numRuns: 1500 },
    );
  });
}
