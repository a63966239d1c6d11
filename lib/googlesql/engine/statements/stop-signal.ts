/** Stops a running statement: because somebody cancelled it, or because its time is up. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { EngineFailure, failure } from '../failure.ts';

/** DuckDB forgets an interrupt that comes between two of its queries, so it is repeated until the statement ends. */
const REPEAT_MS = 50;

const stopped = failure('stopped', 'Job execution was cancelled: User requested cancellation');
const abandoned = failure('backendError', 'Error encountered during execution. Retrying may solve the problem.');
const outOfTime = failure('timeout', 'Job execution was cancelled: Job timed out');

export class StopSignal {
  readonly #connection: Pick<DuckDBConnection, 'interrupt'>;
  #why: EngineFailure | undefined;
  #timeout: NodeJS.Timeout | undefined;
  #repeat: NodeJS.Timeout | undefined;
  readonly #listeners: ((why: Error) => void)[] = [];

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
