/** A world for clients of the SDK: a clock that tests move, randomness from a seed, a store that survives crashes, and collect as a script. */
import { type Client, type ClientOptions, createClient } from '../../sdk/core/client.ts';
import type { Clock, QueuedEvent, QueueStore, RandomBytes, Reply, Transport } from '../../sdk/core/effects.ts';
import { NODE_LIMITS, type QueueLimits } from '../../sdk/core/limits.ts';
import type { Verdict } from '../../sdk/core/reply.ts';

export const START_MS = Date.UTC(2026, 7, 1, 12);

/** Lets everything run that needs neither time nor input and output. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export class FakeClock implements Clock {
  nowMs = START_MS;
  #timers = new Map<number, { readonly atMs: number; readonly run: () => void }>();
  #next = 0;

  now(): number {
    return this.nowMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const id = this.#next++;
    this.#timers.set(id, { atMs: this.nowMs + Math.max(0, delayMs), run });
    return () => this.#timers.delete(id);
  }

  /** When the next timer is due. */
  get nextMs(): number | undefined {
    const all = [...this.#timers.values()].map(({ atMs }) => atMs);
    return all.length === 0 ? undefined : Math.min(...all);
  }

  /** Moves on, running what becomes due on the way, in order. */
  async advance(byMs: number): Promise<void> {
    const untilMs = this.nowMs + byMs;
    await settle();
    for (let next = this.nextMs; next !== undefined && next <= untilMs; next = this.nextMs) {
      this.nowMs = Math.max(this.nowMs, next);
      for (const [id, { atMs, run }] of this.#timers) {
        if (atMs > this.nowMs) continue;
        this.#timers.delete(id);
        run();
      }
      await settle();
    }
    this.nowMs = untilMs;
    await settle();
  }
}

/** Bytes of a linear congruential generator (Numerical Recipes); the middle ones, because the low bits have short periods. */
export function seededRandom(seed: number): RandomBytes {
  let state = seed >>> 0;
  return (count) =>
    Uint8Array.from({ length: count }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    });
}

/** What a disk holds; a store opened on it sees what an earlier one wrote. */
export class FakeDisk {
  readonly events = new Map<string, QueuedEvent>();
  scrubs = 0;
  /** Writes fail while it is so. */
  broken = false;

  /** A store of one life; after `crash` it does nothing more. */
  store(): QueueStore & { crash(): void } {
    let alive = true;
    // Every write takes a turn, so that a crash may come before it.
    const turn = async (change: () => void): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve));
      if (!alive) return new Promise(() => undefined);
      if (this.broken) throw new Error('no space left');
      change();
    };
    return {
      open: (recovered) => turn(() => recovered([...this.events.values()])),
      write: (added, removed) =>
        turn(() => {
          for (const event of added) this.events.set(event.id, event);
          for (const id of removed) this.events.delete(id);
        }),
      scrub: () => turn(() => (this.scrubs += 1)),
      close: () => Promise.resolve(),
      crash: () => {
        alive = false;
      },
    };
  }
}

export interface SentBatch {
  readonly atMs: number;
  readonly sentAt: string;
  readonly last: boolean;
  readonly bytes: number;
  readonly events: readonly { readonly id: string; readonly type: string; readonly [key: string]: unknown }[];
}

/** How a request is answered. */
export type Answer = (batch: SentBatch) => Reply | Promise<Reply>;

export function answer(status: number, json: unknown = {}, retryAfter: string | null = null): Reply {
  return { kind: 'answer', status, retryAfter, text: JSON.stringify(json) };
}

/** Verdicts for a batch, by what a rule says of each event. */
export function verdicts(batch: SentBatch, of: (id: string) => Omit<Verdict, 'id'>, retryAfter?: string): Reply {
  const results = batch.events.map(({ id }) => ({ id, ...of(id) }));
  return answer(200, { results }, retryAfter ?? null);
}

export const accept: Answer = (batch) => verdicts(batch, () => ({ status: 'accepted' }));
export const unreachable: Answer = () => ({ kind: 'unreachable' });

export class FakeCollect implements Transport {
  readonly batches: SentBatch[] = [];
  answer: Answer = accept;
  room = 60 * 1024;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  send(body: string, bytes: number): Promise<Reply> {
    return this.#take(body, bytes, false);
  }

  async sendLast(body: string, bytes: number): Promise<Reply> {
    this.room -= bytes;
    const reply = await this.#take(body, bytes, true);
    this.room += bytes;
    return reply;
  }

  lastRoom(): number {
    return this.room;
  }

  /** Ids in the order in which they were sent. */
  get ids(): readonly string[] {
    return this.batches.flatMap(({ events }) => events.map(({ id }) => id));
  }

  async #take(body: string, bytes: number, last: boolean): Promise<Reply> {
    const { sentAt, events } = JSON.parse(body) as Pick<SentBatch, 'sentAt' | 'events'>;
    const batch: SentBatch = { atMs: this.#clock.now(), sentAt, last, bytes, events };
    this.batches.push(batch);
    return this.answer(batch);
  }
}

export interface World {
  readonly clock: FakeClock;
  readonly disk: FakeDisk;
  readonly collect: FakeCollect;
  /** Starts a client, as after a restart. */
  readonly start: (options?: Partial<ClientOptions>, limits?: Partial<QueueLimits>) => Life;
}

/** One life of a client. */
export interface Life {
  readonly client: Client;
  /** The page is hidden. */
  readonly hide: () => void;
  /** The network is back. */
  readonly online: () => void;
  /** The process is gone, without notice; it sends and writes nothing any more. */
  readonly crash: () => void;
}

export function createWorld(seed = 1): World {
  const clock = new FakeClock();
  const disk = new FakeDisk();
  const collect = new FakeCollect(clock);
  const random = seededRandom(seed);
  return {
    clock,
    disk,
    collect,
    start(options = {}, limits = {}) {
      let alive = true;
      const store = disk.store();
      const whileAlive = <Result>(work: () => Promise<Result>): Promise<Result> => {
        const never = new Promise<Result>(() => undefined);
        return alive ? work().then((result) => (alive ? result : never)) : never;
      };
      const { client, sender } = createClient(
        { url: 'https://collect.example.com', writeKey: 'tw_key', ...options },
        {
          limits: { ...NODE_LIMITS, ...limits },
          clock: { now: () => clock.now(), after: (ms, run) => clock.after(ms, () => alive && run()) },
          random,
          store,
          transport: {
            send: (body, bytes) => whileAlive(() => collect.send(body, bytes)),
            sendLast: (body, bytes) => whileAlive(() => collect.sendLast(body, bytes)),
            lastRoom: () => collect.lastRoom(),
          },
        },
      );
      return {
        client,
        hide: () => sender.lastCall(),
        online: () => sender.hurry(),
        crash: () => {
          alive = false;
          store.crash();
        },
      };
    },
  };
}
