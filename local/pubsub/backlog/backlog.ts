/** The message state of one subscription: what is acknowledged, who holds what, what comes next. */
import type { StoredMessage } from '../log/batch.ts';
import { readOrderingKey } from '../wire/pubsub-message.ts';
import { type Backoff, backoffMs } from './backoff.ts';
import { KeyLanes } from './key-lanes.ts';
import type { Delivery, Holder, Lease, Room } from './lease.ts';
import { SequenceSet } from './sequence-set.ts';
import { TimeHeap } from './time-heap.ts';

/** Messages of busy keys that are looked past, so that other keys do not wait behind them. */
const MAX_PARKED = 10_000;

/** The topic's log, as a backlog sees it. */
export interface MessageSource {
  /** The oldest sequence number still stored. */
  readonly firstSequence: number;
  /** One past the newest. */
  readonly endSequence: number;
  read(sequence: number): StoredMessage | undefined;
}

/** What of the subscription's settings matters here. */
export interface BacklogRules {
  /** Messages it refuses count as acknowledged. */
  readonly filter: ((message: StoredMessage) => boolean) | undefined;
  readonly ordered: boolean;
  readonly backoff: Backoff;
  /** Failed deliveries after which a message is given up; undefined for never. */
  readonly maxAttempts: number | undefined;
}

/** What outlives a restart. */
export interface Progress {
  /** Everything below is acknowledged. */
  readonly floor: number;
  /** Acknowledged above the floor: flat `[start, end, …]`. */
  readonly acked: readonly number[];
  /** Failed deliveries per sequence number. */
  readonly failures: readonly (readonly [number, number])[];
}

export interface BacklogParts {
  readonly source: MessageSource;
  readonly rules: BacklogRules;
  readonly newLeaseId: () => number;
}

interface Taking {
  readonly holder: Holder;
  readonly room: Room;
  readonly nowMs: number;
  readonly deadlineMs: number;
  readonly deliveries: Delivery[];
  bytes: number;
}

export class Backlog {
  readonly #source: MessageSource;
  readonly #newLeaseId: () => number;
  rules: BacklogRules;
  #floor: number;
  readonly #acked: SequenceSet;
  readonly #failures: Map<number, number>;
  /** The first sequence number that was never looked at since the start. */
  #next: number;
  readonly #leases = new Map<number, Lease>();
  /** No lease ends before; may be too early, because looking through all leases at every change would be slow. */
  #nextDeadlineMs = Infinity;
  /** To be delivered again, without an ordering key. */
  readonly #ready = new Set<number>();
  /** To be looked at again later; undefined only wakes lanes. */
  readonly #delayed = new TimeHeap<number | undefined>();
  readonly #lanes = new KeyLanes();

  constructor(parts: BacklogParts, progress: Progress) {
    this.#source = parts.source;
    this.#newLeaseId = parts.newLeaseId;
    this.rules = parts.rules;
    this.#acked = new SequenceSet(progress.acked);
    this.#floor = Math.max(progress.floor, parts.source.firstSequence);
    this.#floor = this.#acked.advance(this.#floor);
    this.#failures = new Map(progress.failures);
    this.#next = this.#floor;
  }

  get floor(): number {
    return this.#floor;
  }

  get progress(): Progress {
    return { floor: this.#floor, acked: this.#acked.ranges, failures: [...this.#failures] };
  }

  /** How many messages were never looked at since the start. */
  get unseen(): number {
    return this.#source.endSequence - this.#next;
  }

  /** Makes `nextWakeMs` no later than this. */
  wakeAt(atMs: number): void {
    this.#delayed.push(atMs, undefined);
  }

  /** False when a `take` would surely bring nothing. */
  get mayHaveMore(): boolean {
    return this.#ready.size > 0 || this.#lanes.waitingCount > 0 || this.#next < this.#source.endSequence;
  }

  /** When something may happen by itself (a lease ends, a delayed message is due), or a little earlier. Infinity for never. */
  get nextWakeMs(): number {
    return Math.min(this.#delayed.nextMs, this.#nextDeadlineMs);
  }

  /** Leases messages to a holder: redeliveries first, then what was not delivered yet. */
  take(holder: Holder, room: Room, nowMs: number, deadlineMs: number): Delivery[] {
    const taking: Taking = { holder, room, nowMs, deadlineMs, deliveries: [], bytes: 0 };
    this.#wakeDelayed(nowMs);
    this.#takeReady(taking);
    this.#takeLanes(taking);
    this.#takeFresh(taking);
    return taking.deliveries;
  }

  /** The lease of a delivery, if it is still the message's current one. */
  lease(sequence: number, leaseId: number): Lease | undefined {
    const lease = this.#leases.get(sequence);
    return lease?.id === leaseId ? lease : undefined;
  }

  isAcked(sequence: number): boolean {
    return sequence < this.#floor || this.#acked.has(sequence);
  }

  ack(sequence: number): void {
    if (sequence < this.#floor || sequence >= this.#source.endSequence) return;
    const lease = this.#leases.get(sequence);
    if (lease !== undefined) {
      if (lease.orderingKey !== '') this.#lanes.settle(lease.orderingKey, sequence);
      this.#end(lease);
    }
    this.#ready.delete(sequence);
    this.#failures.delete(sequence);
    if (sequence > this.#floor) this.#acked.add(sequence);
    else this.#floor = this.#acked.isEmpty ? sequence + 1 : this.#acked.advance(sequence + 1);
    this.#next = Math.max(this.#next, this.#floor);
  }

  /** A delivery failed: it comes again after the backoff. `exhausted` when it was the last; then the message stands still. */
  fail(lease: Lease, nowMs: number, keeper: Holder): 'again' | { readonly kept: Lease; readonly failures: number } {
    const failures = (this.#failures.get(lease.sequence) ?? 0) + 1;
    this.#failures.set(lease.sequence, failures);
    if (this.rules.maxAttempts !== undefined && failures >= this.rules.maxAttempts) {
      return { kept: this.#keep(lease, keeper), failures };
    }
    const waitMs = backoffMs(this.rules.backoff, failures);
    this.giveBack(lease, waitMs === 0 ? 0 : nowMs + waitMs);
    return 'again';
  }

  /** Ends a lease without counting a failure; the message comes again, not before a time (0: at once). */
  giveBack(lease: Lease, notBeforeMs: number): void {
    this.#end(lease);
    if (lease.orderingKey !== '') {
      const after = this.#lanes.takeBack(lease.orderingKey, lease.sequence, notBeforeMs);
      this.#endAll(after);
      if (notBeforeMs > 0) this.#delayed.push(notBeforeMs, undefined);
    } else if (notBeforeMs === 0) this.#ready.add(lease.sequence);
    else this.#delayed.push(notBeforeMs, lease.sequence);
  }

  /** Moves the end of a lease. */
  extend(lease: Lease, deadlineMs: number): void {
    lease.deadlineMs = deadlineMs;
    this.#nextDeadlineMs = Math.min(this.#nextDeadlineMs, deadlineMs);
  }

  /**
   * Lets time pass: what was delayed until now can be taken. Returns the leases that have run out, in order of sequence;
   * the caller fails each that is still current by then.
   */
  advance(nowMs: number): Lease[] {
    this.#wakeDelayed(nowMs);
    const expired: Lease[] = [];
    this.#nextDeadlineMs = Infinity;
    for (const lease of this.#leases.values()) {
      if (lease.deadlineMs <= nowMs) expired.push(lease);
      else this.#nextDeadlineMs = Math.min(this.#nextDeadlineMs, lease.deadlineMs);
    }
    return expired.sort((left, right) => left.sequence - right.sequence);
  }

  /** Makes what was delayed until now available. */
  #wakeDelayed(nowMs: number): void {
    for (const sequence of this.#delayed.popDue(nowMs)) {
      if (sequence !== undefined && !this.isAcked(sequence)) this.#ready.add(sequence);
    }
  }

  /**
   * Acknowledges everything before a sequence number and, when `replay` says so, nothing after it.
   * Source: https://cloud.google.com/pubsub/docs/replay-overview#seek_semantics
   */
  seek(sequence: number, replay: 'replay' | 'keep-acked'): void {
    for (const lease of this.#leases.values()) lease.holder.released(lease);
    this.#leases.clear();
    this.#ready.clear();
    this.#delayed.clear();
    this.#lanes.clear();
    this.#failures.clear();
    if (replay === 'replay') {
      this.#acked.clear();
      this.#floor = Math.max(sequence, this.#source.firstSequence);
    } else this.#floor = this.#acked.advance(Math.max(sequence, this.#floor));
    this.#next = this.#floor;
  }

  /** Gives up everything before a sequence number: it is past its retention. */
  dropBefore(sequence: number): void {
    if (sequence <= this.#floor) return;
    for (const lease of this.#leases.values()) {
      if (lease.sequence < sequence) this.ack(lease.sequence);
    }
    for (const old of this.#ready) if (old < sequence) this.#ready.delete(old);
    for (const old of this.#failures.keys()) if (old < sequence) this.#failures.delete(old);
    this.#floor = this.#acked.advance(sequence);
    this.#next = Math.max(this.#next, this.#floor);
  }

  #takeReady(taking: Taking): void {
    for (const sequence of this.#ready) {
      if (isFull(taking)) return;
      this.#ready.delete(sequence);
      const message = this.#source.read(sequence);
      if (message === undefined) this.ack(sequence);
      else this.#deliver(taking, message, '');
    }
  }

  #takeLanes(taking: Taking): void {
    for (const lane of this.#lanes.open(taking.holder, taking.nowMs)) {
      while (!isFull(taking)) {
        const sequence = this.#lanes.take(lane, taking.holder, taking.nowMs);
        if (sequence === undefined) break;
        const message = this.isAcked(sequence) ? undefined : this.#source.read(sequence);
        if (message !== undefined) this.#deliver(taking, message, lane.key);
        else {
          this.#lanes.settle(lane.key, sequence);
          this.ack(sequence);
        }
      }
      if (isFull(taking)) return;
    }
  }

  #takeFresh(taking: Taking): void {
    while (!isFull(taking) && this.#next < this.#source.endSequence && this.#lanes.waitingCount < MAX_PARKED) {
      const sequence = this.#next;
      this.#next += 1;
      if (sequence < this.#acked.end && this.#acked.has(sequence)) continue;
      const message = this.#source.read(sequence);
      if (message === undefined || this.rules.filter?.(message) === false) this.ack(sequence);
      else this.#deliverFresh(taking, message);
    }
  }

  #deliverFresh(taking: Taking, message: StoredMessage): void {
    const key = this.rules.ordered ? readOrderingKey(message.bytes) : '';
    if (key === '') {
      this.#deliver(taking, message, '');
      return;
    }
    const lane = this.#lanes.park(key, message.sequence);
    // Only the first of a lane may go out; if others wait, they were not open to this holder a moment ago.
    if (lane.waiting.length > 1) return;
    if (this.#lanes.take(lane, taking.holder, taking.nowMs) !== undefined) this.#deliver(taking, message, key);
  }

  #deliver(taking: Taking, message: StoredMessage, orderingKey: string): void {
    const lease: Lease = {
      id: this.#newLeaseId(),
      sequence: message.sequence,
      holder: taking.holder,
      bytes: message.bytes.length,
      orderingKey,
      deadlineMs: taking.deadlineMs,
    };
    this.#leases.set(message.sequence, lease);
    this.#nextDeadlineMs = Math.min(this.#nextDeadlineMs, taking.deadlineMs);
    const attempt = (this.#failures.size === 0 ? 0 : (this.#failures.get(message.sequence) ?? 0)) + 1;
    taking.deliveries.push({ message, lease, attempt });
    taking.bytes += lease.bytes;
  }

  /** Moves a message to a keeper that never lets go by itself. */
  #keep(lease: Lease, keeper: Holder): Lease {
    this.#end(lease);
    if (lease.orderingKey !== '') this.#endAll(this.#lanes.handOver(lease.orderingKey, lease.sequence, keeper));
    const kept: Lease = { ...lease, id: this.#newLeaseId(), holder: keeper, deadlineMs: Infinity };
    this.#leases.set(lease.sequence, kept);
    return kept;
  }

  #endAll(sequences: readonly number[]): void {
    for (const sequence of sequences) {
      const lease = this.#leases.get(sequence);
      if (lease !== undefined) this.#end(lease);
    }
  }

  #end(lease: Lease): void {
    this.#leases.delete(lease.sequence);
    lease.holder.released(lease);
  }
}

function isFull(taking: Taking): boolean {
  return taking.deliveries.length >= taking.room.messages || taking.bytes >= taking.room.bytes;
}
