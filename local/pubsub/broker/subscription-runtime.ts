/** A subscription that is being served: hands its messages to whoever takes them and keeps time over them. */
import type { CloudClock, Timer } from '../../primitives/clock.ts';
import type { ApiError } from '../../primitives/errors.ts';
import { describeFailure, type Log } from '../../primitives/log.ts';
import { backoffOf } from '../backlog/backoff.ts';
import { Backlog, type BacklogRules, type Progress } from '../backlog/backlog.ts';
import type { Delivery, Holder, Lease, Room } from '../backlog/lease.ts';
import { toMs } from '../durations.ts';
import { compileFilter } from '../filter/filter.ts';
import { RETENTION_MS } from '../limits.ts';
import type { StoredMessage } from '../log/batch.ts';
import type { LogReader } from '../log/log-reader.ts';
import type { DestinationState, Subscription } from '../resources.ts';
import { readAttributes } from '../wire/pubsub-message.ts';
import type { ProgressOwner, ProgressStore } from './progress-store.ts';
import type { TopicRuntime } from './topic-runtime.ts';

/** Somebody who takes messages when there are some. */
export interface Consumer {
  /** Takes what it has room for; true when it took something and might take more. */
  pump(): boolean;
  /** The subscription was deleted or detached: there will be nothing more. */
  ended(reason: ApiError): void;
}

/** A failed delivery that was the last one. */
export interface DeadLetter {
  readonly subscription: Subscription;
  readonly message: StoredMessage;
  readonly failures: number;
  /** Why it could not be delivered, where the server knows. */
  readonly reason: string | undefined;
}

export interface SubscriptionParts {
  readonly number: number;
  readonly topic: TopicRuntime;
  readonly clock: CloudClock;
  readonly progress: ProgressStore;
  readonly log: Log;
  readonly newLeaseId: () => number;
  /** Publishes to the dead-letter topic; rejects when that is not possible now. */
  readonly forward: (letter: DeadLetter) => Promise<void>;
}

/** When a message cannot be forwarded (its dead-letter topic is gone), it is tried again after this long. */
const FORWARD_AGAIN_MS = 10_000;

/** Holds messages that are on their way to the dead-letter topic. */
const FORWARDER: Holder = { oneOfKeyAtATime: true, released: () => undefined };

export class SubscriptionRuntime implements ProgressOwner {
  readonly number: number;
  readonly topic: TopicRuntime;
  readonly #parts: SubscriptionParts;
  readonly #reader: LogReader;
  readonly #backlog: Backlog;
  #config: Subscription;
  /** Whether its BigQuery table can be written to; ACTIVE for all others. */
  destination: DestinationState = 'ACTIVE';
  /** In the order in which they are served next. */
  readonly #consumers: Consumer[] = [];
  #pumpPlanned = false;
  #timer: Timer | undefined;
  #timerMs = Infinity;
  #closed = false;

  constructor(config: Subscription, progress: Progress, parts: SubscriptionParts) {
    this.number = parts.number;
    this.topic = parts.topic;
    this.#parts = parts;
    this.#config = config;
    const { messages } = parts.topic;
    this.#reader = messages.reader();
    const read = (sequence: number): StoredMessage | undefined => this.#reader.read(sequence);
    const source = {
      get firstSequence() {
        return messages.firstSequence;
      },
      get endSequence() {
        return messages.endSequence;
      },
      read,
    };
    this.#backlog = new Backlog({ source, rules: rulesOf(config), newLeaseId: parts.newLeaseId }, progress);
  }

  get config(): Subscription {
    return this.#config;
  }

  set config(config: Subscription) {
    this.#config = config;
    this.#backlog.rules = rulesOf(config);
    this.wake();
  }

  get progress(): Progress {
    return this.#backlog.progress;
  }

  /** Exactly-once promises that an acknowledged message never comes again, whatever happens. */
  get strict(): boolean {
    return this.#config.enableExactlyOnceDelivery;
  }

  /** Adds a consumer, and offers it what there is. */
  attach(consumer: Consumer): void {
    this.#consumers.push(consumer);
    this.wake();
  }

  /** The consumer takes nothing more. What it holds stays leased until it is settled or runs out. */
  detach(consumer: Consumer): void {
    const index = this.#consumers.indexOf(consumer);
    if (index !== -1) this.#consumers.splice(index, 1);
  }

  /** There may be something to deliver, or room to take it: consumers are asked in the next turn of the event loop. */
  wake(): void {
    if (this.#pumpPlanned || this.#closed) return;
    this.#pumpPlanned = true;
    setImmediate(() => this.#guarded(() => this.#pump()));
  }

  /** Messages that were never looked at yet. */
  get behind(): number {
    return this.#backlog.unseen;
  }

  /** Asks consumers again after a while. */
  wakeAfter(ms: number): void {
    this.#backlog.wakeAt(this.#parts.clock.now() + ms);
    this.#plan();
  }

  /** Leases messages to a holder for so long; Infinity where the server itself settles every one. */
  take(holder: Holder, room: Room, leaseMs: number): Delivery[] {
    if (this.#closed || !this.#backlog.mayHaveMore) return [];
    const nowMs = this.#parts.clock.now();
    const deliveries = this.#backlog.take(holder, room, nowMs, nowMs + leaseMs);
    this.#changed();
    return deliveries;
  }

  /** The lease that an ack id speaks of, while it is the current one. */
  lease(sequence: number, leaseId: number): Lease | undefined {
    return this.#backlog.lease(sequence, leaseId);
  }

  isAcked(sequence: number): boolean {
    return this.#backlog.isAcked(sequence);
  }

  ack(sequences: Iterable<number>): void {
    for (const sequence of sequences) this.#backlog.ack(sequence);
    this.#changed();
    this.wake();
  }

  /** Resolves when every acknowledgement so far is kept, as safely as the subscription asks for. */
  commit(): Promise<void> {
    return this.#parts.progress.commit(this);
  }

  extend(lease: Lease, byMs: number): void {
    this.#backlog.extend(lease, this.#parts.clock.now() + byMs);
    this.#plan();
  }

  /** A delivery was refused or ran out. */
  fail(lease: Lease, reason?: string): void {
    const outcome = this.#backlog.fail(lease, this.#parts.clock.now(), FORWARDER);
    if (outcome !== 'again') void this.#forward(outcome.kept, outcome.failures, reason);
    this.#changed();
    this.wake();
  }

  /** Ends leases without counting failures: the messages come again after a while. */
  giveBack(leases: Iterable<Lease>, afterMs: number): void {
    const notBeforeMs = afterMs === 0 ? 0 : this.#parts.clock.now() + afterMs;
    // The first of an ordering key takes those after it along.
    for (const lease of [...leases].sort((left, right) => left.sequence - right.sequence)) {
      if (this.#backlog.lease(lease.sequence, lease.id)) this.#backlog.giveBack(lease, notBeforeMs);
    }
    this.#changed();
    this.wake();
  }

  /** Moves to the first message published at or after a time; later ones that are still stored come again. */
  async seek(timeMs: number): Promise<void> {
    const replay = this.#config.retainAckedMessages || this.topic.config?.messageRetentionDuration;
    this.#backlog.seek(this.topic.messages.firstSince(timeMs), replay ? 'replay' : 'keep-acked');
    this.#changed();
    this.wake();
    await this.commit();
  }

  /** Forgets its messages; nothing is delivered any more. */
  dropAll(): void {
    this.#backlog.seek(this.topic.messages.endSequence, 'keep-acked');
    this.#changed();
  }

  /** Gives up what is past its retention. */
  expire(nowMs: number): void {
    const before = this.topic.messages.firstSince(nowMs - retentionMs(this.#config));
    if (before <= this.#backlog.floor) return;
    this.#backlog.dropBefore(before);
    this.#changed();
  }

  /** The oldest sequence number that it may still deliver. */
  neededFrom(nowMs: number): number {
    const { floor } = this.#backlog;
    if (!this.#config.retainAckedMessages) return floor;
    return Math.min(floor, this.topic.messages.segmentSince(nowMs - retentionMs(this.#config)));
  }

  /** Tells everybody who waits for messages that there will be none. */
  endConsumers(reason: ApiError): void {
    for (const consumer of this.#consumers.splice(0)) consumer.ended(reason);
  }

  /** Stops handing out messages and keeping time. */
  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#consumers.length = 0;
  }

  #pump(): void {
    this.#pumpPlanned = false;
    let active = this.#consumers.length;
    while (active > 0 && this.#backlog.mayHaveMore && !this.#closed) {
      const consumer = this.#consumers.shift();
      if (consumer === undefined) return;
      // To the back of the line: nobody is served twice before everybody was asked.
      this.#consumers.push(consumer);
      active = consumer.pump() ? this.#consumers.length : active - 1;
    }
    if (!this.#backlog.mayHaveMore) this.#reader.rest();
  }

  async #forward(kept: Lease, failures: number, reason: string | undefined): Promise<void> {
    try {
      const message = this.#reader.read(kept.sequence);
      if (message !== undefined) {
        await this.#parts.forward({ subscription: this.#config, message, failures, reason });
      }
      this.ack([kept.sequence]);
    } catch {
      this.giveBack([kept], FORWARD_AGAIN_MS);
    }
  }

  #changed(): void {
    if (!this.#closed) this.#parts.progress.touch(this);
    this.#plan();
  }

  #plan(): void {
    const wakeMs = this.#backlog.nextWakeMs;
    if (wakeMs >= this.#timerMs || this.#closed) return;
    this.#timer?.cancel();
    this.#timerMs = wakeMs;
    this.#timer = this.#parts.clock.at(wakeMs, () => this.#guarded(() => this.#onTime()));
  }

  /** What goes wrong outside of a request must not take the cloud down. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#parts.log('ERROR', 'delivery failed', { subscription: this.#config.name, failure: describeFailure(error) });
    }
  }

  #onTime(): void {
    this.#timerMs = Infinity;
    const nowMs = this.#parts.clock.now();
    for (const lease of this.#backlog.advance(nowMs)) {
      // An expired message of an ordering key takes those after it along.
      if (this.#backlog.lease(lease.sequence, lease.id)) this.fail(lease);
    }
    this.wake();
    this.#plan();
  }
}

function rulesOf(config: Subscription): BacklogRules {
  const matches = compileFilter(config.filter);
  return {
    filter: matches === undefined ? undefined : (message) => matches(readAttributes(message.bytes)),
    ordered: config.enableMessageOrdering,
    backoff: backoffOf(config),
    maxAttempts: config.deadLetterPolicy?.maxDeliveryAttempts,
  };
}

function retentionMs(config: Subscription): number {
  return config.messageRetentionDuration === null ? RETENTION_MS.default : toMs(config.messageRetentionDuration);
}
