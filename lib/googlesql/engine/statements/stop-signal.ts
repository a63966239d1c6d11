/** Stops a running statement: because somebody cancelled it, or because its time is up. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { EngineFailure, failure } from '../failure.ts';

/** DuckDB forgets an interrupt that comes between two of its queries, so it is repeated until the statement ends. */
const REPEAT_MS = 50;

/** How long a stopped statement may take to end before its caller is answered without it: planning knows no interrupts. */
const GRACE_MS = 500;

const stopped = failure('stopped', 'Job execution was cancelled: User requested cancellation');
const abandoned = failure('backendError', 'Error encountered during execution. Retrying may solve the problem.');
const outOfTime = failure('timeout', 'Job execution was cancelled: Job timed out');

export class StopSignal {
  readonly #connection: Pick<DuckDBConnection, 'interrupt'>;
  #why: EngineFailure | undefined;
  #timeout: NodeJS.Timeout | undefined;
  #repeat: NodeJS.Timeout | undefined;
  readonly #listeners: ((why: Error) => void)[] = [];
  #hasEffects = false;

  /** Stops by itself after `timeoutMs`, if given. */
  constructor(connection: Pick<DuckDBConnection, 'interrupt'>, timeoutMs: number | undefined) {
    this.#connection = connection;
    if (timeoutMs !== undefined) this.#timeout = setTimeout(() => this.#stop(outOfTime), timeoutMs);
  }

  /** Somebody wants the statement to end. */
  cancel(): void {
    this.#stop(stopped);
  }

  /** The engine cannot go on with it. */
  abandon(): void {
    this.#stop(abandoned);
  }

  #stop(why: EngineFailure): void {
    if (this.#why !== undefined) return;
    this.#why = why;
    for (const listener of this.#listeners) listener(why);
    this.#connection.interrupt();
    this.#repeat = setInterval(() => this.#connection.interrupt(), REPEAT_MS);
  }

  /** From here on the statement changes something: only its end tells whether it has. */
  startsEffects(): void {
    this.#hasEffects = true;
  }

  /** What the statement comes to; why it was stopped, when that takes longer and nobody needs to know. */
  async answerOf<T>(done: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const given = new Promise<never>((_, reject) => {
      this.onStop((why) => {
        timer = setTimeout(() => {
          if (!this.#hasEffects) reject(why);
        }, GRACE_MS);
      });
    });
    try {
      return await Promise.race([done, given]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Calls back when the statement is to stop. */
  onStop(listener: (why: Error) => void): void {
    this.#listeners.push(listener);
  }

  /** Throws when the statement is to stop. */
  check(): void {
    if (this.#why !== undefined) throw this.#why;
  }

  /** An error as the caller should see it: after an interrupt, whatever came of it is the interrupt. */
  reasonFor(error: Error): Error {
    const interrupted = error instanceof EngineFailure && error.error.reason === 'stopped';
    return this.#why !== undefined && interrupted ? this.#why : error;
  }

  /** The statement has ended. */
  end(): void {
    clearTimeout(this.#timeout);
    clearInterval(this.#repeat);
  }
}
