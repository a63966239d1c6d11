/** The line to the worker thread: calls and their answers, and another worker when one has ended by itself. */

import { Worker } from 'node:worker_threads';
import { INTERNAL_ERROR } from '../failure.ts';
import { failed, type Outcome } from '../outcome.ts';
import type { CallRemote } from '../remote/remote-call.ts';
import type { EngineSettings } from '../settings.ts';
import type { Reply, Request } from './messages.ts';
import type { Answer, Arguments, OperationName } from './operations.ts';

/** What callers of a statement hear when the worker ended under it. */
const lost = failed('backendError', 'Error encountered during execution. Retrying may solve the problem.');

/** The worker's JavaScript heap, MB: what is young dies young, and what is old are definitions, parsed rows and small results. */
const HEAP_LIMITS = { maxYoungGenerationSizeMb: 12, maxOldGenerationSizeMb: 1024 } as const;

/** Starts a worker thread with an engine of these settings. */
export function engineWorker(settings: EngineSettings): Worker {
  const file = new URL('engine-worker.ts', import.meta.url);
  return new Worker(file, { workerData: settings, resourceLimits: HEAP_LIMITS });
}

const noRemote: CallRemote = () =>
  Promise.resolve(failed('notImplemented', 'Remote functions are not supported by this warehouse'));

/** Why a worker is not there, with what it died of: an error in its file, or want of memory. */
function endedEarly(code: number, cause: unknown): Error {
  const why = cause instanceof Error ? cause.message : `exit code ${code}`;
  return new Error(`the engine's worker ended before it was open: ${why}`, { cause });
}

type Waiting = (outcome: Outcome<unknown>) => void;

export class WorkerLink {
  readonly #newWorker: () => Worker;
  readonly #callRemote: CallRemote;
  /** Calls to endpoints under way, by the worker's numbers. */
  readonly #remote = new Map<number, AbortController>();
  readonly #waiting = new Map<number, Waiting>();
  #worker: Promise<Worker>;
  #lastId = 0;
  #closing = false;

  private constructor(newWorker: () => Worker, callRemote: CallRemote) {
    this.#newWorker = newWorker;
    this.#callRemote = callRemote;
    this.#worker = this.#start();
  }

  /** Rejects when the file cannot be opened. */
  static async open(newWorker: () => Worker, callRemote: CallRemote = noRemote): Promise<WorkerLink> {
    const link = new WorkerLink(newWorker, callRemote);
    await link.#worker;
    return link;
  }

  async #start(): Promise<Worker> {
    const worker = this.#newWorker();
    // An error is also an exit, which comes after it and tells of it.
    let cause: unknown;
    worker.on('error', (error) => {
      cause = error;
    });
    await new Promise<void>((resolve, reject) => {
      worker.once('message', (reply: Reply) => {
        if (reply.kind === 'open') resolve();
        else reject(new Error(reply.kind === 'notOpen' ? reply.message : 'the worker did not open'));
      });
      worker.once('exit', (code) => reject(endedEarly(code, cause)));
    });
    worker.on('message', (reply: Reply) => {
      if (reply.kind === 'remote') void this.#answerRemote(worker, reply);
      if (reply.kind === 'remoteEnd') this.#remote.get(reply.id)?.abort();
      if (reply.kind !== 'answer') return;
      const answer = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      answer?.(reply.outcome);
    });
    worker.once('exit', () => this.#ended());
    return worker;
  }

  async #answerRemote(worker: Worker, { id, call }: Extract<Reply, { readonly kind: 'remote' }>): Promise<void> {
    const abort = new AbortController();
    this.#remote.set(id, abort);
    const outcome = await this.#callRemote(call, abort.signal).catch(() =>
      failed('internalError', INTERNAL_ERROR.message),
    );
    this.#remote.delete(id);
    const answer: Request = { kind: 'remoteAnswer', id, outcome };
    worker.postMessage(answer, []);
  }

  /** The worker has ended, by itself or because it was told to. */
  #ended(): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const abort of this.#remote.values()) abort.abort();
    if (!this.#closing) {
      this.#startAgain();
    }
    for (const answer of waiting) answer(lost);
  }

  /** Another worker; whoever calls next hears of it when there is none. */
  #startAgain(): void {
    this.#worker = this.#start();
    this.#worker.catch(() => undefined);
  }

  /** The worker once it is open. When it could not be, the next call finds another one starting. */
  async #open(): Promise<Worker> {
    const starting = this.#worker;
    try {
      return await starting;
    } catch (error) {
      if (!this.#closing && this.#worker === starting) this.#startAgain();
      throw error;
    }
  }

  /** Has the worker do something. Rejects when there is no worker and none could be started. */
  async call<Name extends OperationName>(
    operation: Name,
    given: Arguments<Name>,
    { nowMs, transfer = [] }: { readonly nowMs: number; readonly transfer?: readonly ArrayBuffer[] },
  ): Promise<Outcome<Answer<Name>>> {
    const worker = await this.#open();
    this.#lastId++;
    const id = this.#lastId;
    const request: Request = { kind: 'call', id, nowMs, operation, given };
    return new Promise((resolve) => {
      // The worker answers what the operation of that name answers.
      this.#waiting.set(id, resolve as Waiting);
      worker.postMessage(request, transfer);
    });
  }

  /** Waits for what is in flight, closes the file and ends the worker. */
  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    const worker = await this.#worker;
    const exit = new Promise((resolve) => worker.once('exit', resolve));
    const request: Request = { kind: 'close' };
    worker.postMessage(request, []);
    await exit;
  }
}
