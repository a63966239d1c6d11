/**
 * Runs the tasks of one execution, always in the same order for the same answers: what is ready runs until it waits, then
 * one answer is delivered, and so on. The journal holds the answers in their order, so replaying it repeats the run.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import type { Effects } from '../effects.ts';
import { errorMap, Fatal, Raised } from '../errors.ts';
import type { Json } from '../journal.ts';
import { LIMITS } from '../limits.ts';
import type { BranchOutcome, EffectRequest, ForkBranch, Located, Request, Run } from '../run.ts';
import type { Value } from '../values/value.ts';
import { createArrivals } from './arrivals.ts';
import type { Recording } from './recording.ts';

export type RunEnd =
  | { readonly kind: 'returned'; readonly value: Value }
  | { readonly kind: 'raised'; readonly payload: Value; readonly task: Located }
  | { readonly kind: 'aborted' };

/** A task with the generator that it is run by. */
interface Fiber {
  readonly task: Located;
  readonly run: Run<unknown>;
  readonly fork: { readonly fork: Fork; readonly index: number } | undefined;
}

interface Fork {
  readonly parent: Fiber;
  readonly branches: readonly ForkBranch[];
  readonly outcomes: (BranchOutcome | undefined)[];
  readonly limit: number;
  started: number;
  running: number;
  ended: number;
}

interface Waiting {
  readonly fiber: Fiber;
  readonly request: EffectRequest;
}

/** Owns who is ready, who waits for what, and which branches have not started. */
export class Scheduler {
  readonly #effects: Effects;
  readonly #recording: Recording;
  readonly #signal: AbortSignal;
  readonly #arrivals = createArrivals<{ readonly request: EffectRequest; readonly outcome: Json }>();
  readonly #ready: { readonly fiber: Fiber; readonly input: unknown }[] = [];
  readonly #waiting = new Map<string, Waiting>();
  /** Those that have started, and do not wait for branches of their own. */
  readonly #live = new Set<Fiber>();
  #unasked: EffectRequest[] = [];
  #forks: Fork[] = [];
  /** Branches that have started and do not wait for branches of their own. */
  #runningBranches = 0;
  #end: RunEnd | undefined;

  constructor(context: { effects: Effects; recording: Recording; signal: AbortSignal }) {
    this.#effects = context.effects;
    this.#recording = context.recording;
    this.#signal = context.signal;
  }

  /** Runs `main` to its end. @throws what an effect rejected with */
  async run(task: Located, main: Run<Value>): Promise<RunEnd> {
    this.#begin({ task, run: main, fork: undefined });
    while (!this.#signal.aborted) {
      await this.#runReady();
      if (this.#end !== undefined || this.#signal.aborted) break;
      const replayed = this.#recording.nextCompletion((key) => this.#waiting.has(key));
      if (replayed !== undefined) this.#deliver(replayed.key, replayed.outcome);
      else await this.#learn();
    }
    await this.#recording.flush();
    return this.#end ?? { kind: 'aborted' };
  }

  /** The tasks that are at some step now. */
  tasks(): readonly Located[] {
    return [...this.#live].map((fiber) => fiber.task);
  }

  #begin(fiber: Fiber): void {
    this.#live.add(fiber);
    this.#ready.push({ fiber, input: undefined });
  }

  async #runReady(): Promise<void> {
    for (let next = this.#ready.shift(); next !== undefined; next = this.#ready.shift()) {
      let request = this.#advance(next.fiber, next.input);
      while (request?.kind === 'pause') {
        await breathe();
        if (this.#signal.aborted) return;
        request = this.#advance(next.fiber, undefined);
      }
      if (request !== undefined) this.#accept(next.fiber, request);
      if (this.#end !== undefined) return;
    }
  }

  #advance(fiber: Fiber, input: unknown): Request | undefined {
    try {
      const { done, value } = fiber.run.next(input);
      if (done !== true) return value;
      this.#finish(fiber, { kind: 'done', value });
    } catch (error) {
      this.#finish(fiber, { kind: 'raised', error: toRaised(error) });
    }
    return undefined;
  }

  #accept(fiber: Fiber, request: Request): void {
    if (request.kind === 'effect') {
      this.#waiting.set(request.key, { fiber, request });
      this.#unasked.push(request);
    }
    if (request.kind === 'fork') this.#openFork(fiber, request.branches, request.limit);
  }

  // ---- answers ----

  #deliver(key: string, outcome: Json): void {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) return;
    this.#waiting.delete(key);
    this.#unasked = this.#unasked.filter((request) => request.key !== key);
    this.#ready.push({ fiber: waiting.fiber, input: outcome });
  }

  /** Asks the world what has not been asked, and takes the next answer. What was learnt before is safe by then. */
  async #learn(): Promise<void> {
    await this.#recording.flush();
    for (const request of this.#unasked) {
      this.#arrivals.expect(request.perform(this.#effects, this.#signal).then((outcome) => ({ request, outcome })));
    }
    this.#unasked = [];
    const arrival = await this.#arrivals.next(this.#signal);
    if (arrival === undefined) return;
    const { request, outcome } = arrival;
    this.#recording.complete({ key: request.key, name: request.name, outcome });
    this.#deliver(request.key, outcome);
  }

  // ---- branches ----

  #openFork(parent: Fiber, branches: readonly ForkBranch[], limit: number): void {
    this.#live.delete(parent);
    if (parent.fork !== undefined) this.#runningBranches -= 1;
    const outcomes = branches.map(() => undefined);
    this.#forks.push({ parent, branches, outcomes, limit, started: 0, running: 0, ended: 0 });
    this.#startBranches();
  }

  #startBranches(): void {
    for (const fork of this.#forks) {
      while (fork.running < fork.limit && this.#runningBranches < LIMITS.concurrentBranches) {
        const branch = fork.branches[fork.started];
        if (branch === undefined) break;
        const index = fork.started;
        fork.started += 1;
        fork.running += 1;
        this.#runningBranches += 1;
        this.#begin({ task: branch.task, run: branch.start(), fork: { fork, index } });
      }
    }
  }

  #finish(fiber: Fiber, how: { kind: 'done'; value: unknown } | { kind: 'raised'; error: Raised }): void {
    if (fiber.fork === undefined || (how.kind === 'raised' && how.error instanceof Fatal)) {
      this.#end =
        how.kind === 'raised'
          ? { kind: 'raised', payload: how.error.payload, task: fiber.task }
          : { kind: 'returned', value: how.value as Value };
      return;
    }
    this.#live.delete(fiber);
    const { fork, index } = fiber.fork;
    fork.outcomes[index] = how.kind === 'done' ? { kind: 'done' } : branchFailure(fork, index, how.error);
    fork.running -= 1;
    fork.ended += 1;
    this.#runningBranches -= 1;
    if (fork.ended === fork.branches.length) this.#closeFork(fork);
    this.#startBranches();
  }

  #closeFork(fork: Fork): void {
    this.#forks = this.#forks.filter((other) => other !== fork);
    this.#live.add(fork.parent);
    if (fork.parent.fork !== undefined) this.#runningBranches += 1;
    this.#ready.push({ fiber: fork.parent, input: fork.outcomes });
  }
}

/** A value nested so deeply that it overflows the stack is the workflow's doing; anything else unforeseen is ours. */
function toRaised(error: unknown): Raised {
  if (error instanceof Raised) return error;
  if (!(error instanceof RangeError)) throw error;
  return new Fatal(errorMap('ResourceLimitError', 'ResourceLimitError: a value is nested too deeply'));
}

function branchFailure(fork: Fork, index: number, error: Raised): BranchOutcome {
  const { payload } = error;
  return { kind: 'raised', payload, context: fork.branches[index]?.task.context(payload) ?? '' };
}
