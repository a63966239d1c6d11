/**
 * The calls of remote functions that one request makes.
 *
 * DuckDB calls functions synchronously, and an endpoint may take minutes. So a statement is run to see which calls it makes: a
 * call that is not answered yet is noted, sent with others, and stands as NULL; what came of such a run is thrown away. Once the
 * answers are there the statement runs again, until it makes no call that is unanswered.
 */

import { hash } from 'node:crypto';
import type { ScalarKind } from '../../types/sql-type.ts';
import type { RoutineRef } from '../definitions.ts';
import { failure } from '../failure.ts';
import type { StopSignal } from '../statements/stop-signal.ts';
import type { RemoteCall } from './remote-call.ts';
import { readReplies } from './remote-replies.ts';

/** What is known of a function that is called. */
export interface RemoteRoutine extends Pick<RemoteCall, 'routine' | 'options'> {
  readonly returns: ScalarKind;
}

/** What calls work with. */
export interface RemoteWork {
  readonly find: (routine: RoutineRef) => RemoteRoutine;
  readonly send: (call: Pick<RemoteCall, 'routine' | 'options' | 'calls'>, signal: AbortSignal) => Promise<string>;
}

/** Rows of a request when the function does not say; BigQuery decides then by itself. */
const DEFAULT_BATCH_ROWS = 1000;
/** A request goes once its arguments have this size. */
const MAX_BATCH_CHARS = 2 * 1024 * 1024;
/** Requests of one statement under way at once; others wait. */
const MAX_IN_FLIGHT = 4;
/** Answers are kept until the statement has ended. */
const MAX_HELD_CHARS = 192 * 1024 * 1024;
/** Each round answers what the one before asked; calls inside calls, and calls that answers decide about, take one each. */
const MAX_ROUNDS = 20;

/** Unwinds a statement that was run before all its calls were answered. */
class Unanswered extends Error {}

interface Batch {
  readonly routine: RemoteRoutine;
  readonly keys: string[];
  readonly calls: string[];
  chars: number;
}

/** The calls of one statement, from its first run until it has all its answers. */
export class RemoteCalls {
  readonly #work: RemoteWork;
  readonly #abort = new AbortController();
  readonly #answers = new Map<string, string | null>();
  readonly #asked = new Set<string>();
  readonly #batches = new Map<string, Batch>();
  readonly #waiting: Batch[] = [];
  #inFlight = 0;
  #heldChars = 0;
  #problem: Error | undefined;
  #settled: (() => void) | undefined;
  #missed = false;

  constructor(work: RemoteWork) {
    this.#work = work;
  }

  /** The answer to a call as text; null also while there is none. `name` is JSON of the routine's reference. */
  answer(name: string, call: string): string | null {
    // Arguments may be long, and answers are kept until the end.
    const key = hash('sha1', `${name}${call}`, 'base64');
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    this.#missed = true;
    if (!this.#asked.has(key)) this.#ask(name, key, call);
    return null;
  }

  /** To be called where the effect of a statement becomes final. Throws when it was run without all answers. */
  check(): void {
    if (this.#missed) throw new Unanswered();
  }

  /** Runs `work` until it makes no call that is not answered. */
  async rounds<T>(stop: StopSignal, work: () => Promise<T>): Promise<T> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      this.#missed = false;
      try {
        const value = await work();
        this.check();
        return value;
      } catch (error) {
        // Without its answers a statement may also fail in ways in which it would not with them.
        if (!this.#missed) throw error;
      }
      await this.#answered(stop);
    }
    throw failure(
      'notImplemented',
      'Remote functions of arguments that differ each time they are computed are not supported locally',
    );
  }

  /** Nobody waits for answers any more. */
  end(): void {
    this.#abort.abort();
  }

  #ask(name: string, key: string, call: string): void {
    this.#asked.add(key);
    const batch = this.#batches.get(name) ?? this.#newBatch(name);
    batch.keys.push(key);
    batch.calls.push(call);
    batch.chars += call.length;
    if (batch.keys.length >= maxRows(batch.routine) || batch.chars > MAX_BATCH_CHARS) this.#flush(name, batch);
  }

  #newBatch(name: string): Batch {
    const routine = this.#find(name);
    const batch: Batch = { routine, keys: [], calls: [], chars: 0 };
    this.#batches.set(name, batch);
    return batch;
  }

  #find(name: string): RemoteRoutine {
    try {
      // What the analysis wrote into the statement.
      return this.#work.find(JSON.parse(name) as RoutineRef);
    } catch (error) {
      this.#problem = asError(error);
      throw error;
    }
  }

  #flush(name: string, batch: Batch): void {
    this.#batches.delete(name);
    this.#waiting.push(batch);
    this.#pump();
  }

  #pump(): void {
    while (this.#inFlight < MAX_IN_FLIGHT && this.#problem === undefined) {
      const batch = this.#waiting.shift();
      if (batch === undefined) break;
      this.#inFlight++;
      void this.#send(batch)
        .catch((error: unknown) => (this.#problem ??= asError(error)))
        .finally(() => {
          this.#inFlight--;
          this.#pump();
        });
    }
    if (this.#inFlight === 0) this.#settled?.();
  }

  async #send({ routine, keys, calls }: Batch): Promise<void> {
    const { datasetId, projectId, routineId } = routine.routine;
    const body = await this.#work.send({ ...routine, calls: `[${calls.join(',')}]` }, this.#abort.signal);
    const name = `${projectId}.${datasetId}.${routineId}`;
    const replies = readReplies(body, { name, kind: routine.returns, rows: keys.length });
    for (const [i, key] of keys.entries()) this.#keep(key, replies[i] ?? null);
  }

  #keep(key: string, answer: string | null): void {
    this.#answers.set(key, answer);
    this.#heldChars += key.length + (answer?.length ?? 0);
    if (this.#heldChars > MAX_HELD_CHARS) {
      throw failure(
        'resourcesExceeded',
        'Resources exceeded during query execution: the answers of remote functions do not fit into the allotted memory.',
      );
    }
  }

  /** Sends what is gathered and waits until everything that was asked is answered. */
  async #answered(stop: StopSignal): Promise<void> {
    for (const [name, batch] of this.#batches) this.#flush(name, batch);
    await new Promise<void>((resolve, reject) => {
      this.#settled = resolve;
      stop.onStop(reject);
      this.#pump();
    });
    this.#settled = undefined;
    if (this.#problem !== undefined) throw this.#problem;
    stop.check();
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

function maxRows({ options }: RemoteRoutine): number {
  const given = Number(options['maxBatchingRows'] ?? 0);
  return given > 0 ? given : DEFAULT_BATCH_ROWS;
}
