/** A compiled workflow: what the engine runs. */
import type { Position } from './problems.ts';
import type { FunctionValue, Value } from './values/value.ts';

export interface Program {
  readonly main: Routine;
  readonly routines: ReadonlyMap<string, Routine>;
}

/** `main` or a subworkflow. */
export interface Routine {
  readonly name: string;
  readonly parameters: readonly RoutineParameter[];
  readonly body: StepList;
}

export interface RoutineParameter {
  readonly name: string;
  readonly slot: number;
  /** What it is when not given; undefined when it must be given. */
  readonly fallback: Value | undefined;
}

/** Steps that run one after the other, and within which `next` jumps. */
export interface StepList {
  readonly steps: readonly Step[];
}

export interface Step {
  readonly name: string;
  readonly action: Action;
  /** Where to go afterwards; undefined for the step below. */
  readonly next: Signal | undefined;
}

/** How a list of steps ends other than by reaching its end. */
export type Signal =
  | { readonly kind: 'jump'; readonly list: StepList; readonly index: number }
  | { readonly kind: 'break' | 'continue' | 'end' }
  | { readonly kind: 'return'; readonly value: Value };

export type Action =
  | { readonly kind: 'none' }
  | { readonly kind: 'assign'; readonly assignments: readonly Assignment[]; readonly suspends: boolean }
  | CallAction
  | { readonly kind: 'switch'; readonly arms: readonly SwitchArm[] }
  | { readonly kind: 'steps'; readonly body: StepList }
  | ForAction
  | ParallelAction
  | TryAction
  | { readonly kind: 'raise' | 'return'; readonly value: Code; readonly position: Position };

export interface Assignment {
  readonly target: Target;
  readonly value: Code;
  readonly position: Position;
}

/** `a`, `a.b`, `a["k"]`, `a[i]`: a variable, and the way down into it. */
export interface Target {
  readonly variable: Reference;
  readonly path: readonly Code[];
}

export interface CallAction {
  readonly kind: 'call';
  readonly target: CallTarget;
  readonly args: readonly NamedArgument[];
  readonly result: Target | undefined;
  readonly position: Position;
}

export interface NamedArgument {
  readonly name: string;
  readonly value: Code;
}

export interface SwitchArm {
  readonly condition: Code;
  readonly position: Position;
  readonly body: StepList | undefined;
  readonly next: Signal | undefined;
}

export interface ForAction {
  readonly kind: 'for';
  readonly loop: Loop;
  readonly position: Position;
}

export interface Loop {
  readonly items: { readonly kind: 'in' | 'range'; readonly value: Code };
  readonly valueSlot: number;
  readonly indexSlot: number | undefined;
  readonly body: StepList;
}

export interface ParallelAction {
  readonly kind: 'parallel';
  readonly work:
    | { readonly kind: 'branches'; readonly branches: readonly Branch[] }
    | { readonly kind: 'for'; readonly loop: Loop };
  readonly concurrency: Code | undefined;
  readonly position: Position;
}

export interface Branch {
  readonly name: string;
  readonly body: StepList;
}

export interface TryAction {
  readonly kind: 'try';
  readonly body: StepList;
  readonly retry: RetryPolicy | undefined;
  readonly except: { readonly slot: number | undefined; readonly body: StepList } | undefined;
  readonly position: Position;
}

/** `whole` is a policy as one value, `${http.default_retry}`; otherwise its parts, of which any may be missing. */
export type RetryPolicy =
  | { readonly kind: 'whole'; readonly policy: Code; readonly position: Position }
  | {
      readonly kind: 'parts';
      readonly parts: Readonly<Partial<Record<RetryPart, Code>>>;
      readonly position: Position;
    };

export type RetryPart = 'predicate' | 'max_retries' | 'initial_delay' | 'max_delay' | 'multiplier';

/** What a name called stands for. */
export type CallTarget =
  | { readonly kind: 'routine'; readonly name: string }
  | { readonly kind: 'standard'; readonly name: string }
  | { readonly kind: 'connector'; readonly name: string };

// ---- expressions ----

/** An expression ready to run. */
export interface Code {
  readonly run: (scope: Scope, host: ExpressionHost) => Value;
  /** True when it calls something that runs steps or requests: such a call ends the run with a `Suspension`. */
  readonly suspends: boolean;
  /** Its value, when that is the same each time. */
  readonly constant: Value | undefined;
}

/** The variables of one call, loop iteration, branch or `except`, and what is around it. */
export interface Scope {
  readonly slots: (Value | undefined)[];
  readonly parent: Scope | undefined;
  /** Bytes that its variables take. */
  bytes: number;
}

/** A name of a variable where it is used: where to look for it, innermost scope first. */
export interface Reference {
  readonly name: string;
  readonly places: readonly Place[];
}

export interface Place {
  /** How many scopes further out. */
  readonly up: number;
  readonly slot: number;
}

/** What an expression may ask of the execution that it runs in. */
export interface ExpressionHost {
  /** Seconds since the epoch, the same again when the execution is replayed. */
  now(): number;
  uuid(): string;
  /** A built-in or user variable of the environment. */
  environment(name: string): string | undefined;
  /** What was answered to this call of the expression before; the first time `produce` answers. */
  once(site: object, produce: () => Value): Value;
  /** What a call that cannot be answered at once has answered. @throws Suspension when it has not been made yet */
  call(site: CallSite, args: readonly Value[]): Value;
}

/** One call within an expression. */
export interface CallSite {
  readonly target: CallTarget;
  /** The names that the positional arguments stand for. */
  readonly names: readonly string[];
  readonly position: Position;
}

/** Ends the run of an expression at a call that has to be made first. */
export class Suspension extends Error {
  readonly site: CallSite;
  readonly args: readonly Value[];

  constructor(site: CallSite, args: readonly Value[]) {
    super('suspended');
    this.name = 'Suspension';
    this.site = site;
    this.args = args;
  }
}

/** A value that names a function. */
export function functionValue(name: string): FunctionValue {
  return { kind: 'function', name };
}
