// Owns sending: when a batch goes, what its answer changes, and who waits for the queue to be empty.
import type { Clock, Transport } from './effects.ts';
import { MAX_RETRY_AFTER_MS, SDK_VERSION } from './limits.ts';
import type { Flight, Outbox, Settled } from './outbox.ts';
import { type Outcome, readReply } from './reply.ts';

export interface SenderParts {
  readonly outbox: Outbox;
  readonly transport: Transport;
  readonly clock: Clock;
  /** How long an event waits for others; undefined: nothing is sent unless somebody waits for it. */
  readonly gatherMs: number | undefined;
  readonly settled: (settled: Settled) => void;
  readonly refused: (refusal: Extract<Outcome, { kind: 'refused' }>) => void;
  readonly expired: (ids: readonly string[]) => void;
}

interface Waiter {
  readonly deadlineMs: number;
  readonly resolve: () => void;
}

/** What a request weighs beside its events. */
const FRAME_BYTES = 128;

export class Sender {
  readonly #parts: SenderParts;
  readonly #waiters = new Set<Waiter>();
  #busy = false;
  #stopped = false;
  #timer: { readonly atMs: number; readonly cancel: () => void } | undefined;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  /** Something may have become due. */
  wake(): void {
    if (this.#busy || this.#stopped) return;
    const { outbox, clock, gatherMs, expired } = this.#parts;
    const nowMs = clock.now();
    expired(outbox.expire(nowMs));
    const dueMs = this.#waiters.size > 0 || gatherMs === undefined ? outbox.dueAtMs(0) : outbox.dueAtMs(gatherMs);
    this.#dismiss(dueMs);
    if (dueMs === undefined || (gatherMs === undefined && this.#waiters.size === 0)) this.#sleepUntil(undefined);
    else if (dueMs > nowMs) this.#sleepUntil(dueMs);
    else void this.#sendNext(nowMs);
  }

  /** An event was added. Cheap when nothing changes by it, which is nearly always. */
  added(): void {
    const { outbox, clock, gatherMs = 0 } = this.#parts;
    if (this.#timer === undefined || outbox.full || this.#timer.atMs > clock.now() + gatherMs) this.wake();
  }

  /** Sends what there is without gathering; resolves when nothing waits or is under way, or when that is not to be expected in time. */
  flush(timeoutMs: number): Promise<void> {
    const { clock } = this.#parts;
    return new Promise((resolve) => {
      const cancel = clock.after(timeoutMs, () => waiter.resolve());
      const waiter: Waiter = {
        deadlineMs: clock.now() + timeoutMs,
        resolve: () => {
          cancel();
          this.#waiters.delete(waiter);
          resolve();
        },
      };
      this.#waiters.add(waiter);
      this.wake();
    });
  }

  /** The network may be back. */
  hurry(): void {
    this.#parts.outbox.hurry();
    this.wake();
  }

  /** The page may be gone any moment: sends as much as may outlive it. */
  lastCall(): void {
    const { outbox, transport, clock } = this.#parts;
    outbox.hurry();
    const take = (): Flight | undefined => outbox.take(clock.now(), transport.lastRoom() - FRAME_BYTES);
    for (let flight = take(); flight !== undefined; flight = take()) {
      void this.#send(flight, (body, bytes) => transport.sendLast(body, bytes)).then(() => this.wake());
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#sleepUntil(undefined);
    for (const { resolve } of this.#waiters) resolve();
  }

  async #sendNext(nowMs: number): Promise<void> {
    const { outbox, transport } = this.#parts;
    const flight = outbox.take(nowMs);
    if (flight === undefined) return;
    this.#busy = true;
    this.#sleepUntil(undefined);
    await this.#send(flight, (body, bytes) => transport.send(body, bytes));
    this.#busy = false;
    this.wake();
  }

  async #send(flight: Flight, send: Transport['send']): Promise<void> {
    const { outbox, clock, settled, refused } = this.#parts;
    // The time of this sending, not of the first one: the server tells the skew of our clock by it.
    const sentAt = new Date(clock.now()).toISOString();
    const events = flight.events.map(({ text }) => text).join(',');
    const reply = await send(
      `{"sentAt":"${sentAt}","sdk":"${SDK_VERSION}","events":[${events}]}`,
      flight.bytes + FRAME_BYTES,
    );
    const nowMs = clock.now();
    const outcome = readReply(
      reply,
      flight.events.map(({ id }) => id),
      nowMs,
    );
    settled(outbox.settle(flight, outcome, nowMs));
    if (outcome.kind === 'refused') refused(outcome);
  }

  /** Lets those go who wait for nothing, or would wait for longer than they want. */
  #dismiss(dueMs: number | undefined): void {
    const empty = this.#parts.outbox.size === 0;
    for (const { deadlineMs, resolve } of this.#waiters) {
      if (empty || (dueMs !== undefined && dueMs >= deadlineMs)) resolve();
    }
  }

  #sleepUntil(atMs: number | undefined): void {
    if (this.#timer?.atMs === atMs) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (atMs === undefined) return;
    const { clock } = this.#parts;
    // Clocks are set; after an hour it is looked at again. Timers hold no more than 24 days anyway.
    const cancel = clock.after(Math.min(atMs - clock.now(), MAX_RETRY_AFTER_MS), () => {
      this.#timer = undefined;
      this.wake();
    });
    this.#timer = { atMs, cancel };
  }
}
