/** How running steps talk to the scheduler: they are generators that yield what they wait for. */
import type { Effects } from './effects.ts';
import type { Json } from './journal.ts';
import type { Position } from './problems.ts';
import type { Value } from './values/value.ts';

/** A piece of a running workflow that comes to a `Result`. */
export type Run<Result> = Generator<Request, Result, unknown>;

export type Request =
  | EffectRequest
  | { readonly kind: 'fork'; readonly branches: readonly ForkBranch[]; readonly limit: number }
  /** Lets the process do something else; nothing of this execution runs meanwhile. */
  | { readonly kind: 'pause' };

/** Answered with what `perform` resolves with, or with what the journal has for the key. */
export interface EffectRequest {
  readonly kind: 'effect';
  readonly key: string;
  readonly name: string;
  perform(effects: Effects, signal: AbortSignal): Promise<Json>;
}

/** Answered, once all have ended, with a BranchOutcome for each. */
export interface ForkBranch {
  readonly task: Located;
  start(): Run<void>;
}

/** A task as far as it can be asked where it is. */
export interface Located {
  /** The innermost step of each call, innermost call first. */
  trace(): readonly TraceElement[];
  /** An error with where it came from, as `error.context` of an execution says it. */
  context(payload: Value): string;
}

export interface TraceElement {
  readonly step: string;
  readonly routine: string;
  readonly position: Position;
}

export type BranchOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'raised'; readonly payload: Value; readonly context: string };

/** What functions of the library that block, and connectors, may ask of the execution that calls them. */
export interface BlockingHost {
  /** Epoch milliseconds, the same again when the execution is replayed. */
  nowMs(): number;
  /** Does something to the world, once, and answers what came of it. */
  effect<Outcome extends Json>(
    name: string,
    perform: (effects: Effects, signal: AbortSignal) => Promise<Outcome>,
  ): Run<Outcome>;
  /** Waits. */
  sleepUntil(atMs: number): Run<void>;
  environment(name: string): string | undefined;
  /** Counts a step that no line of the source stands for, such as a poll of a connector. */
  countStep(): void;
}
