/** One line of control through a workflow: `main`, or a branch or iteration of a `parallel` step. */
import type { Effects } from '../effects.ts';
import { exceed, headline } from '../errors.ts';
import type { Json } from '../journal.ts';
import { LIMITS } from '../limits.ts';
import type { Position } from '../problems.ts';
import {
  Suspension,
  type CallSite,
  type ExpressionHost,
  type CallTarget,
  type Program,
  type Scope,
  type Signal,
  type Step,
  type StepList,
} from '../program.ts';
import type { BlockingHost, Located, Run, TraceElement } from '../run.ts';
import type { MapValue, Value } from '../values/value.ts';
import type { Recording } from './recording.ts';

/** A call of a routine that is under way, and the step that it is at. */
export interface Frame extends TraceElement {
  readonly caller: Frame | undefined;
  readonly depth: number;
  step: string;
  position: Position;
}

/** Runs steps and calls; handed down because steps, expressions and calls contain each other. */
interface Engine {
  /** How a list of steps was left; undefined when its end was reached. */
  list(task: Task, list: StepList, scope: Scope): Run<Signal | undefined>;
  /** What a call with arguments by name comes to. */
  call(task: Task, target: CallTarget, args: MapValue): Run<Value>;
}

/** How a step ends; `below` is the step below, whatever its `next` says. */
export type StepEnd = Signal | { readonly kind: 'below' } | undefined;

/** One per execution, shared by its tasks. */
export interface ExecutionState {
  readonly engine: Engine;
  readonly program: Program;
  readonly effects: Effects;
  readonly recording: Recording;
  readonly environment: Readonly<Record<string, string>>;
  /** Steps run so far. */
  steps: number;
  /** Bytes that the variables in all scopes take. */
  variableBytes: number;
}

/** After so many steps without waiting, an execution lets the process do something else. */
const STEPS_BETWEEN_PAUSES = 1000;

export class Task implements ExpressionHost, BlockingHost, Located {
  /** `0` for main; `0/2.1` for branch 1 of the fork that was its second question. */
  readonly path: string;
  readonly state: ExecutionState;
  readonly parallelDepth: number;
  frame: Frame;
  #questions = 0;
  #answers: Map<object, Value> | undefined;

  constructor(state: ExecutionState, start: { path: string; frame: Frame; parallelDepth: number }) {
    this.state = state;
    this.path = start.path;
    this.frame = start.frame;
    this.parallelDepth = start.parallelDepth;
  }

  /** Begins a step; true when it is time for a pause. */
  enter(step: Step): boolean {
    this.frame.step = step.name;
    this.countStep();
    return this.state.steps % STEPS_BETWEEN_PAUSES === 0;
  }

  countStep(): void {
    this.state.steps += 1;
    if (this.state.steps > LIMITS.steps) exceed(`Execution ran more than ${LIMITS.steps} steps`);
  }

  /** The key of the next question of this task. */
  nextKey(): string {
    this.#questions += 1;
    return `${this.path}#${this.#questions}`;
  }

  // ---- what expressions and functions ask for ----

  nowMs(): number {
    return Number(this.#instant('now', () => this.state.effects.now()));
  }

  now(): number {
    return this.nowMs() / 1000;
  }

  uuid(): string {
    // The journal gives back what `uuid` answered.
    return this.#instant('uuid', () => this.state.effects.uuid()) as string;
  }

  environment(name: string): string | undefined {
    return Object.hasOwn(this.state.environment, name) ? this.state.environment[name] : undefined;
  }

  #instant(name: string, ask: () => Json): Json {
    return this.state.recording.instant(this.nextKey(), name, ask);
  }

  *effect<Outcome extends Json>(
    name: string,
    perform: (effects: Effects, signal: AbortSignal) => Promise<Outcome>,
  ): Run<Outcome> {
    // The scheduler answers with what `perform` resolved with, now or when the journal was written.
    return (yield { kind: 'effect', key: this.nextKey(), name, perform }) as Outcome;
  }

  *sleepUntil(atMs: number): Run<void> {
    yield* this.effect('sleep', async (effects, signal) => {
      await effects.sleepUntil(atMs, signal);
      return null;
    });
  }

  // ---- expressions that wait ----

  once(site: object, produce: () => Value): Value {
    const answers = this.#answers;
    if (answers === undefined) return produce();
    const known = answers.get(site);
    if (known !== undefined) return known;
    const value = produce();
    answers.set(site, value);
    return value;
  }

  call(site: CallSite, args: readonly Value[]): Value {
    const known = this.#answers?.get(site);
    if (known === undefined) throw new Suspension(site, args);
    return known;
  }

  /** Runs part of an expression with the answers that its calls have had so far. */
  withAnswers<Result>(answers: Map<object, Value>, run: () => Result): Result {
    this.#answers = answers;
    try {
      return run();
    } finally {
      this.#answers = undefined;
    }
  }

  // ---- where it is ----

  trace(): readonly Frame[] {
    const frames: Frame[] = [];
    for (let frame: Frame | undefined = this.frame; frame !== undefined; frame = frame.caller) frames.push(frame);
    return frames;
  }

  context(payload: Value): string {
    const lines = this.trace().map(
      ({ step, routine, position }) => `in step "${step}", routine "${routine}", line: ${position.line}`,
    );
    return [headline(payload), ...lines].join('\n');
  }
}

// ---- variables ----

export function createScope(parent?: Scope): Scope {
  return { slots: [], parent, bytes: 0 };
}
