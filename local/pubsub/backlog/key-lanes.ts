/**
 * Ordering keys of a subscription: within a key, messages go out in order, to one holder at a time, and a failure takes
 * back everything after it. Source: https://cloud.google.com/pubsub/docs/ordering
 */
import type { Holder } from './lease.ts';

export interface Lane {
  readonly key: string;
  /** To be delivered, in order. */
  readonly waiting: number[];
  /** Delivered and not settled, in order, all before `waiting`. */
  readonly outstanding: number[];
  holder: Holder | undefined;
  /** Nothing goes out before this time, epoch milliseconds. */
  notBeforeMs: number;
}

export class KeyLanes {
  readonly #lanes = new Map<string, Lane>();
  /** Those with something waiting. */
  readonly #waiting = new Set<Lane>();
  #waitingCount = 0;

  /** How many messages wait in all lanes. */
  get waitingCount(): number {
    return this.#waitingCount;
  }

  /** Puts a message, later than all others of its key, behind them. */
  park(key: string, sequence: number): Lane {
    const lane = this.#lane(key);
    lane.waiting.push(sequence);
    this.#waiting.add(lane);
    this.#waitingCount += 1;
    return lane;
  }

  /** Lanes from which `holder` may take `waiting[0]` now; ask again after each taking. */
  *open(holder: Holder, nowMs: number): Generator<Lane> {
    for (const lane of this.#waiting) {
      if (isOpen(lane, holder, nowMs)) yield lane;
    }
  }

  /** Takes the first waiting message of a lane for a holder; undefined when the lane is not open to it. */
  take(lane: Lane, holder: Holder, nowMs: number): number | undefined {
    if (!isOpen(lane, holder, nowMs)) return undefined;
    const sequence = lane.waiting.shift();
    if (sequence === undefined) return undefined;
    this.#waitingCount -= 1;
    if (lane.waiting.length === 0) this.#waiting.delete(lane);
    lane.outstanding.push(sequence);
    lane.holder = holder;
    return sequence;
  }

  /** A delivered message is done with. */
  settle(key: string, sequence: number): void {
    const lane = this.#lanes.get(key);
    if (lane === undefined) return;
    const index = lane.outstanding.indexOf(sequence);
    if (index !== -1) lane.outstanding.splice(index, 1);
    if (lane.outstanding.length === 0) lane.holder = undefined;
    if (lane.outstanding.length === 0 && lane.waiting.length === 0) this.#lanes.delete(key);
  }

  /** Takes a delivered message back, and all after it; returns those after it. */
  takeBack(key: string, sequence: number, notBeforeMs: number): number[] {
    const lane = this.#lane(key);
    const index = lane.outstanding.indexOf(sequence);
    if (index === -1) return [];
    const back = lane.outstanding.splice(index);
    lane.waiting.unshift(...back);
    this.#waitingCount += back.length;
    this.#waiting.add(lane);
    lane.notBeforeMs = notBeforeMs;
    if (lane.outstanding.length === 0) lane.holder = undefined;
    return back.slice(1);
  }

  /** Leaves a delivered message where it is, with another holder, so that its key stands still; returns those after it, taken back. */
  handOver(key: string, sequence: number, holder: Holder): number[] {
    const lane = this.#lane(key);
    const next = lane.outstanding[lane.outstanding.indexOf(sequence) + 1];
    const after = next === undefined ? [] : [next, ...this.takeBack(key, next, 0)];
    lane.holder = holder;
    return after;
  }

  clear(): void {
    this.#lanes.clear();
    this.#waiting.clear();
    this.#waitingCount = 0;
  }

  #lane(key: string): Lane {
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = { key, waiting: [], outstanding: [], holder: undefined, notBeforeMs: 0 };
      this.#lanes.set(key, lane);
    }
    return lane;
  }
}

function isOpen(lane: Lane, holder: Holder, nowMs: number): boolean {
  if (nowMs < lane.notBeforeMs) return false;
  return lane.outstanding.length === 0 || (lane.holder === holder && !holder.oneOfKeyAtATime);
}
