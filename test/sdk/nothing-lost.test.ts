/** Whatever happens to a client and its requests: every event that was on the disk arrives, and none after it was acknowledged. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Reply } from '../../sdk/core/effects.ts';
import {
  accept,
  type Answer,
  answer,
  createWorld,
  type Life,
  type SentBatch,
  settle,
  verdicts,
  type World,
} from './world.ts';

const LIMITS = { maxQueueEvents: 1000, batchEvents: 5, batchBytes: 900 };

type Step =
  | { readonly kind: 'track'; readonly events: number; readonly size: number }
  | { readonly kind: 'advance'; readonly ms: number }
  | { readonly kind: 'answers'; readonly mode: Mode }
  | { readonly kind: 'crash' | 'hide' | 'online' | 'flush' | 'disk' };

/** What happens to a request: whether collect gets it, and what the client hears of it. */
const MODES = [
  'fine',
  'unreachable',
  'lost reply',
  'no reply yet',
  'busy',
  'some retry',
  'all retry',
  'too large',
  'garbled',
] as const;
type Mode = (typeof MODES)[number];

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('track'),
    events: fc.integer({ min: 1, max: 8 }),
    size: fc.integer({ min: 0, max: 400 }),
  }),
  fc.record({ kind: fc.constant('advance'), ms: fc.integer({ min: 0, max: 20_000 }) }),
  fc.record({ kind: fc.constant('answers'), mode: fc.constantFrom(...MODES) }),
  fc.record({ kind: fc.constantFrom('crash', 'hide', 'online', 'flush', 'disk') }),
);

/** Collect as it is seen from outside: what it acknowledged durably, and what of it the client was told. */
class Ledger {
  readonly stored = new Map<string, string>();
  /** Told, and the client lived on to hear it: such an event may not be sent again in this life. */
  readonly heard = new Set<string>();
  #pending: (() => void)[] = [];
  mode: Mode = 'fine';

  readonly take: Answer = (batch) => {
    for (const { id } of batch.events) assert.ok(!this.heard.has(id), `${id} was sent after it was acknowledged`);
    switch (this.mode) {
      case 'fine':
        return this.#tell(batch, this.#accept(batch));
      case 'unreachable':
        return { kind: 'unreachable' };
      case 'lost reply':
        this.#accept(batch);
        return { kind: 'unreachable' };
      case 'no reply yet':
        return new Promise((resolve) => this.#pending.push(() => resolve(this.#tell(batch, this.#accept(batch)))));
      case 'busy':
        return answer(503, {}, '2');
      case 'some retry':
        return this.#tell(
          batch,
          this.#accept(batch, (index) => index % 2 === 0),
        );
      case 'all retry':
        return answer(503, { results: [] }, '1');
      case 'too large':
        return batch.events.length > 1 ? answer(413) : this.#tell(batch, this.#accept(batch));
      case 'garbled':
        this.#accept(batch);
        return { kind: 'answer', status: 200, retryAfter: null, text: '{"results":' };
    }
  };

  answerPending(): void {
    for (const resolve of this.#pending.splice(0)) resolve();
  }

  /** Nobody hears what was not answered yet; what is still on the disk will be sent again, though it was heard. */
  crashed(onDisk: readonly string[]): void {
    this.#pending = [];
    for (const id of onDisk) this.heard.delete(id);
  }

  #accept(batch: SentBatch, of: (index: number) => boolean = () => true): Reply {
    const accepted = new Set<string>();
    const again = new Set<string>();
    for (const [index, event] of batch.events.entries()) {
      if (!of(index)) continue;
      const text = JSON.stringify(event);
      assert.equal(this.stored.get(event.id) ?? text, text, 'the same id with another payload');
      (this.stored.has(event.id) ? again : accepted).add(event.id);
      this.stored.set(event.id, text);
    }
    return verdicts(
      batch,
      (id) => ({ status: accepted.has(id) ? 'accepted' : again.has(id) ? 'duplicate' : 'retry' }),
      '1',
    );
  }

  #tell(batch: SentBatch, reply: Reply): Reply {
    const { results } = JSON.parse(reply.kind === 'answer' ? reply.text : '{}') as {
      results: { id: string; status: string }[];
    };
    assert.equal(results.length, batch.events.length);
    for (const { id, status } of results) if (status !== 'retry') this.heard.add(id);
    return reply;
  }
}

/** A client through its lives, and what is owed of it. */
class Story {
  readonly #world: World;
  readonly #ledger = new Ledger();
  #life: Life;
  /** Whether the store of this life could be opened. */
  #kept = true;
  #next = 0;
  /** Queued in this life: only a crash before the write may lose them. */
  #fresh = new Set<string>();
  /** Were on the disk when a life ended. */
  readonly #owed = new Set<string>();

  constructor(world: World) {
    this.#world = world;
    world.collect.answer = this.#ledger.take;
    this.#life = this.#begin();
  }

  async take(step: Step): Promise<void> {
    const { clock, disk } = this.#world;
    if (step.kind === 'track') this.#track(step.events, step.size);
    else if (step.kind === 'advance') await clock.advance(step.ms);
    else if (step.kind === 'answers') this.#ledger.mode = step.mode;
    else if (step.kind === 'disk') disk.broken = !disk.broken;
    else if (step.kind === 'crash') await this.#crash();
    else if (step.kind === 'hide') this.#life.hide();
    else if (step.kind === 'online') this.#life.online();
    else {
      void this.#life.client.flush(3000);
      await clock.advance(3000);
    }
    assert.ok(this.#life.client.counts().queued <= LIMITS.maxQueueEvents);
  }

  async end(): Promise<void> {
    const { clock, disk } = this.#world;
    const { client } = this.#life;
    this.#ledger.mode = 'fine';
    this.#ledger.answerPending();
    disk.broken = false;
    await clock.advance(3_600_000);
    this.#track(1, 0);
    await clock.advance(3_600_000);
    assert.equal(client.counts().queued, 0);
    assert.equal(client.counts().dropped, 0);
    if (this.#kept) assert.deepEqual([...disk.events.keys()], [], 'what is acknowledged is off the disk');
    // A life that began while the disk was broken did without; what the disk held is for the next one.
    await this.#crash();
    await clock.advance(3_600_000);
    for (const id of [...this.#fresh, ...this.#owed]) assert.ok(this.#ledger.stored.has(id), `${id} is lost`);
  }

  #begin(): Life {
    this.#kept = !this.#world.disk.broken;
    return this.#world.start({ userId: 'listener-1' }, LIMITS);
  }

  #track(events: number, size: number): void {
    for (let index = 0; index < events; index += 1) {
      const id = `e${this.#next++}`;
      this.#life.client.track('listening.TrackPlayed', { text: 'x'.repeat(size) }, { id });
      this.#fresh.add(id);
    }
  }

  async #crash(): Promise<void> {
    await settle();
    const { events } = this.#world.disk;
    for (const id of this.#fresh) if (events.has(id)) this.#owed.add(id);
    this.#fresh = new Set();
    this.#life.crash();
    this.#ledger.crashed([...events.keys()]);
    this.#life = this.#begin();
    // The disk does not break while it is being read.
    await settle();
  }
}

test('no event that reached the disk is lost, and none is sent after its acknowledgement was heard', async () => {
  const runs = Number(process.env['TRIBUTARY_TEST_RUNS'] ?? 150);
  const run = async (steps: readonly Step[], seed: number): Promise<void> => {
    const story = new Story(createWorld(seed));
    for (const step of steps) await story.take(step);
    await story.end();
  };
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), fc.nat(), run), { numRuns: runs });
});

test('the caps hold whatever happens, and what is dropped is the oldest, counted', async () => {
  const caps = { maxQueueEvents: 12, maxQueueBytes: 3000, batchEvents: 4, batchBytes: 1200, gatherMs: 1000 };
  const run = async (sizes: readonly number[], seed: number): Promise<void> => {
    const { clock, collect, disk, start } = createWorld(seed);
    const arrived = new Set<string>();
    let open = false;
    collect.answer = (batch) => {
      if (!open) return { kind: 'unreachable' };
      for (const { id } of batch.events) arrived.add(id);
      return accept(batch);
    };
    const { client } = start({ userId: 'listener-1' }, caps);
    for (const [index, size] of sizes.entries()) {
      client.track('listening.TrackPlayed', { text: 'x'.repeat(size) }, { id: String(index) });
      await clock.advance(size);
      const { queued, queuedBytes } = client.counts();
      assert.ok(
        queued <= caps.maxQueueEvents && queuedBytes <= caps.maxQueueBytes,
        `${queued} events, ${queuedBytes} bytes`,
      );
    }
    await client.saved();
    const { dropped, queued } = client.counts();
    assert.equal(dropped + queued, sizes.length);
    const youngest = sizes.map((_, index) => String(index)).slice(dropped);
    assert.deepEqual([...disk.events.keys()].toSorted(byNumber), youngest);
    open = true;
    await clock.advance(3_600_000);
    assert.deepEqual([...arrived].toSorted(byNumber), youngest);
  };
  const sizes = fc.array(fc.integer({ min: 0, max: 900 }), { maxLength: 60 });
  await fc.assert(fc.asyncProperty(sizes, fc.nat(), run), { numRuns: 60 });
});

function byNumber(a: string, b: string): number {
  return Number(a) - Number(b);
}
