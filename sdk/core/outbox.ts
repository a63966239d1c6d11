// Owns the queue: which events wait, which are on their way, when to send next, and what becomes of each. It does no input or output.
import { backoffMs, slowBackoffMs } from './backoff.ts';
import type { QueuedEvent, RandomBytes } from './effects.ts';
import { EXPIRY_MS, type QueueLimits } from './limits.ts';
import type { Outcome, Verdict } from './reply.ts';

/** Events sent together. */
export interface Flight {
  readonly events: readonly QueuedEvent[];
  readonly bytes: number;
}

/** An event that is refused for good. Nothing of what was tracked is in here. */
export interface Rejected {
  readonly id: string;
  readonly type: string;
  readonly code: string;
  /** The declared field that is wrong. */
  readonly path?: string | undefined;
  readonly hint?: string | undefined;
}

/** What a reply has settled. */
export interface Settled {
  /** Ids that need not be kept any longer. */
  readonly gone: readonly string[];
  readonly rejected: readonly Rejected[];
}

/** What became of all events so far. */
export interface Tally {
  accepted: number;
  duplicate: number;
  rejected: number;
  /** Oldest events that had to go because the queue was full. */
  dropped: number;
  /** Events that found no connection for 30 days. */
  expired: number;
  /** Events removed because their purpose was withdrawn. */
  purged: number;
}

interface Entry {
  readonly event: QueuedEvent;
  flying: boolean;
  /** An event that was answered `retry` waits by itself until then, while the others go on; 0 when it does not. */
  notBeforeMs: number;
  retries: number;
}

/** What a beacon carried is sent again if nobody said what became of it. */
const UNKNOWN_WAIT_MS = 60_000;
/** The share of a full batch by which a split batch grows again with each success. */
const GROWTH = 1 / 32;

export class Outbox {
  readonly tally: Tally = { accepted: 0, duplicate: 0, rejected: 0, dropped: 0, expired: 0, purged: 0 };
  readonly #limits: QueueLimits;
  readonly #random: RandomBytes;
  /** By id, oldest first. */
  #entries = new Map<string, Entry>();
  #bytes = 0;
  #flying = 0;
  /** How many wait by themselves. */
  #held = 0;
  #failures = 0;
  #holdUntilMs = 0;
  #heldByServer = false;
  #batchBytes: number;

  constructor(limits: QueueLimits, random: RandomBytes) {
    this.#limits = limits;
    this.#random = random;
    this.#batchBytes = limits.batchBytes;
  }

  /** Events that wait or are on their way. */
  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a batch is full, so that nothing is gained by waiting for more. */
  get full(): boolean {
    return this.#entries.size - this.#flying - this.#held >= this.#limits.batchEvents;
  }

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  /** Queues an event; an id that is queued already stays as it is. Answers the ids that had to go for it. */
  add(event: QueuedEvent): readonly string[] {
    if (this.#entries.has(event.id)) return [];
    this.#insert(event);
    return this.#makeRoom();
  }

  /** Queues what an earlier life left, in its place by age. Answers the ids that had to go. */
  recover(events: readonly QueuedEvent[]): readonly string[] {
    for (const event of events) if (!this.#entries.has(event.id)) this.#insert(event);
    const byAge = [...this.#entries].sort(([, a], [, b]) => a.event.queuedAtMs - b.event.queuedAtMs);
    this.#entries = new Map(byAge);
    return this.#makeRoom();
  }

  /** Removes the events that found no connection for too long; answers their ids. */
  expire(nowMs: number): readonly string[] {
    const old: Entry[] = [];
    for (const entry of this.#entries.values()) {
      if (entry.event.queuedAtMs + EXPIRY_MS > nowMs) break;
      if (!entry.flying) old.push(entry);
    }
    this.tally.expired += old.length;
    return this.#removeAll(old);
  }

  /** Removes events, also those on their way: they will not be sent again. Answers their ids. */
  purge(matches: (event: QueuedEvent) => boolean): readonly string[] {
    const found = [...this.#entries.values()].filter(({ event }) => matches(event));
    this.tally.purged += found.length;
    return this.#removeAll(found);
  }

  /** When to send next, in epoch milliseconds: a full batch at once, else when the oldest has waited for `gatherMs`. */
  dueAtMs(gatherMs: number): number | undefined {
    const { full } = this;
    let dueMs = Infinity;
    for (const { event, flying, notBeforeMs } of this.#entries.values()) {
      if (flying) continue;
      const readyMs = notBeforeMs > 0 ? notBeforeMs : full ? 0 : event.queuedAtMs + gatherMs;
      dueMs = Math.min(dueMs, readyMs);
      // Those behind are younger.
      if (notBeforeMs === 0) break;
    }
    return dueMs === Infinity ? undefined : Math.max(dueMs, this.#holdUntilMs);
  }

  /** The next events to send, if any may be sent now; with a cap when there is no room for more. */
  take(nowMs: number, capBytes = Infinity): Flight | undefined {
    if (nowMs < this.#holdUntilMs) return undefined;
    const limit = Math.min(this.#batchBytes, capBytes);
    const taken: Entry[] = [];
    let bytes = 0;
    for (const entry of this.#entries.values()) {
      if (entry.flying || entry.notBeforeMs > nowMs || entry.event.bytes > capBytes) continue;
      if (taken.length > 0 && bytes + entry.event.bytes > limit) break;
      taken.push(entry);
      bytes += entry.event.bytes + 1;
      if (taken.length === this.#limits.batchEvents) break;
    }
    if (taken.length === 0) return undefined;
    for (const entry of taken) {
      entry.flying = true;
      this.#holdBack(entry, 0);
    }
    this.#flying += taken.length;
    return { events: taken.map(({ event }) => event), bytes };
  }

  /** The network may be back, or there is no later: what only waits for the network need not wait. */
  hurry(): void {
    if (!this.#heldByServer) this.#holdUntilMs = 0;
  }

  /** Takes in what a reply means. What was removed in the meantime stays so. */
  settle(flight: Flight, outcome: Outcome, nowMs: number): Settled {
    const entries = flight.events.map(({ id }) => this.#land(id));
    switch (outcome.kind) {
      case 'verdicts':
        this.#failures = 0;
        this.#batchBytes = Math.min(this.#limits.batchBytes, this.#batchBytes + this.#limits.batchBytes * GROWTH);
        return this.#judge(entries, outcome, nowMs);
      case 'later':
        this.#failures += 1;
        this.#hold(nowMs + backoffMs(this.#failures, outcome.waitMs, this.#random), outcome.asked);
        return NOTHING;
      case 'refused':
        this.#failures += 1;
        this.#hold(nowMs + slowBackoffMs(this.#random), true);
        return NOTHING;
      case 'split':
        if (entries.length === 1) return this.#judge(entries, rejectedAs(outcome.code), nowMs);
        this.#batchBytes = Math.max(1, flight.bytes / 2);
        return NOTHING;
      case 'unknown':
        for (const entry of entries) if (entry !== undefined) this.#holdBack(entry, nowMs + UNKNOWN_WAIT_MS);
        return NOTHING;
    }
  }

  #judge(
    entries: readonly (Entry | undefined)[],
    { verdicts, waitMs }: { readonly verdicts: readonly Verdict[]; readonly waitMs?: number | undefined },
    nowMs: number,
  ): Settled {
    const settled: Entry[] = [];
    const rejected: Rejected[] = [];
    for (const [index, { status, code = '', path, hint }] of verdicts.entries()) {
      const entry = entries[index];
      if (entry === undefined) continue;
      if (status === 'retry') {
        entry.retries += 1;
        this.#holdBack(entry, nowMs + backoffMs(entry.retries, waitMs, this.#random));
        continue;
      }
      this.tally[status] += 1;
      settled.push(entry);
      if (status === 'rejected') rejected.push({ id: entry.event.id, type: entry.event.type, code, path, hint });
    }
    return { gone: this.#removeAll(settled), rejected };
  }

  #hold(untilMs: number, byServer: boolean): void {
    this.#holdUntilMs = untilMs;
    this.#heldByServer = byServer;
  }

  #holdBack(entry: Entry, untilMs: number): void {
    this.#held += Number(untilMs > 0) - Number(entry.notBeforeMs > 0);
    entry.notBeforeMs = untilMs;
  }

  #insert(event: QueuedEvent): void {
    this.#entries.set(event.id, { event, flying: false, notBeforeMs: 0, retries: 0 });
    this.#bytes += event.bytes;
  }

  /** The event is back; undefined when it was removed in the meantime. */
  #land(id: string): Entry | undefined {
    const entry = this.#entries.get(id);
    if (entry?.flying !== true) return undefined;
    entry.flying = false;
    this.#flying -= 1;
    return entry;
  }

  /** Drops the oldest until the caps hold. What is on its way stays: it may be acknowledged this very moment. */
  #makeRoom(): readonly string[] {
    const dropped: Entry[] = [];
    let { size } = this.#entries;
    let bytes = this.#bytes;
    for (const entry of this.#entries.values()) {
      if (size <= this.#limits.maxQueueEvents && bytes <= this.#limits.maxQueueBytes) break;
      if (entry.flying) continue;
      dropped.push(entry);
      size -= 1;
      bytes -= entry.event.bytes;
    }
    this.tally.dropped += dropped.length;
    return this.#removeAll(dropped);
  }

  #removeAll(entries: readonly Entry[]): readonly string[] {
    for (const entry of entries) {
      this.#entries.delete(entry.event.id);
      this.#bytes -= entry.event.bytes;
      this.#holdBack(entry, 0);
      if (entry.flying) this.#flying -= 1;
    }
    return entries.map(({ event }) => event.id);
  }
}

const NOTHING: Settled = { gone: [], rejected: [] };

function rejectedAs(code: string): { readonly verdicts: readonly Verdict[] } {
  return { verdicts: [{ id: null, status: 'rejected', code }] };
}
