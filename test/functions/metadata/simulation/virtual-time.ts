// Owns time that passes only when nothing else can happen: timers fire in order, at once.
import { setImmediate as turn } from 'node:timers/promises';

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly fire: () => void;
}

/** Turns of the event loop without anything happening after which everybody is waiting for a timer. */
const QUIET_TURNS = 4;

export class VirtualTime {
  #nowMs: number;
  #order = 0;
  #timers: Timer[] = [];
  #activity = 0;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  now(): number {
    return this.#nowMs;
  }

  /** Something happened; whoever waits for quiet waits on. */
  touch(): void {
    this.#activity += 1;
  }

  start(delayMs: number, fire: () => void): () => void {
    const timer = { atMs: Math.ceil(this.#nowMs + Math.max(delayMs, 0)), order: (this.#order += 1), fire };
    this.#timers.push(timer);
    this.touch();
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.start(delayMs, resolve));
  }

  /** Lets time pass until a moment, or until `done` says so; fails when that never happens. */
  async runUntil(atMs: number, done: () => boolean = () => false): Promise<boolean> {
    for (;;) {
      await this.#quiet();
      if (done()) return true;
      this.#timers.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
      const next = this.#timers[0];
      if (next === undefined || next.atMs > atMs) {
        this.#nowMs = Math.max(this.#nowMs, atMs);
        return done();
      }
      this.#timers.shift();
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.fire();
    }
  }

  async #quiet(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS;) {
      const before = this.#activity;
      await turn();
      quiet = this.#activity === before ? quiet + 1 : 0;
    }
  }
}
