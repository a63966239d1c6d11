/** Runs an execution of a compiled workflow, from its start or on from where its journal ends. */
import type { Effects } from './effects.ts';
import { payloadText, raise } from './errors.ts';
import { callTarget, firstFrame, runBody } from './engine/calls.ts';
import { Recording } from './engine/recording.ts';
import { runList } from './engine/run-list.ts';
import { Scheduler, type RunEnd } from './engine/scheduler.ts';
import { Task, type ExecutionState } from './engine/task.ts';
import { decodeJson, encodeJson } from './values/json.ts';
import type { Journal } from './journal.ts';
import type { Program } from './program.ts';
import type { Located, Run, TraceElement } from './run.ts';
import type { Value } from './values/value.ts';

export interface ExecutionInput {
  readonly program: Program;
  /** The argument as JSON text; empty for none. */
  readonly argument: string;
  /** What `sys.get_env` knows: the built-in variables and the user's. */
  readonly environment: Readonly<Record<string, string>>;
  readonly effects: Effects;
  readonly journal: Journal;
  /** Ends the execution for good. */
  readonly cancel: AbortSignal;
  /** Puts the execution down, to be run again with the same journal. */
  readonly stop: AbortSignal;
}

export type ExecutionOutcome =
  | { readonly kind: 'succeeded'; readonly result: string }
  | { readonly kind: 'failed'; readonly error: ExecutionError }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'stopped' };

export interface ExecutionError {
  /** JSON text of what was raised. */
  readonly payload: string;
  /** The message, and below it a line for each call: `in step "x", routine "main", line: 3`. */
  readonly context: string;
  /** Innermost call first. */
  readonly stackTrace: readonly TraceElement[];
}

export interface Execution {
  /** Rejects when an effect rejected: then the surroundings are broken, and nothing can be said of the workflow. */
  readonly outcome: Promise<ExecutionOutcome>;
  /** Steps run so far. */
  stepCount(): number;
  /** Where it is: the innermost step of each branch that is running. */
  currentSteps(): readonly { readonly routine: string; readonly step: string }[];
}

export function runExecution(input: ExecutionInput): Execution {
  const { program, effects, environment } = input;
  const recording = new Recording(input.journal);
  const engine = { list: runList, call: callTarget };
  const state: ExecutionState = { engine, program, effects, recording, environment, steps: 0, variableBytes: 0 };
  const signal = AbortSignal.any([input.cancel, input.stop]);
  const scheduler = new Scheduler({ effects, recording, signal });
  const task = new Task(state, { path: '0', frame: firstFrame('main', 1), parallelDepth: 0 });
  return {
    outcome: scheduler.run(task, runMain(task, input.argument)).then((end) => toOutcome(end, task, input)),
    stepCount: () => state.steps,
    currentSteps: () => currentSteps(scheduler.tasks()),
  };
}

function* runMain(task: Task, argument: string): Run<Value> {
  const { main } = task.state.program;
  const value = argument === '' ? null : decodeArgument(argument);
  const [parameter] = main.parameters;
  return yield* runBody(task, main, new Map(parameter === undefined ? [] : [[parameter.name, value]]));
}

function decodeArgument(text: string): Value {
  const decoded = decodeJson(text);
  return decoded.kind === 'value' ? decoded.value : raise('ValueError', 'the argument is not JSON');
}

function toOutcome(end: RunEnd, task: Located, input: ExecutionInput): ExecutionOutcome {
  if (end.kind === 'aborted') return { kind: input.cancel.aborted ? 'cancelled' : 'stopped' };
  if (end.kind === 'raised') return { kind: 'failed', error: toError(end.payload, end.task) };
  const encoded = encodeJson(end.value);
  if (encoded.kind === 'text') return { kind: 'succeeded', result: encoded.text };
  const message = `TypeError: the result of the workflow cannot be returned: ${encoded.message}`;
  return {
    kind: 'failed',
    error: toError(
      new Map<string, Value>([
        ['message', message],
        ['tags', ['TypeError']],
      ]),
      task,
    ),
  };
}

function toError(payload: Value, task: Located): ExecutionError {
  const stackTrace = task.trace().map(({ step, routine, position }) => ({ step, routine, position }));
  return { payload: payloadText(payload), context: task.context(payload), stackTrace };
}

function currentSteps(tasks: readonly Located[]): { routine: string; step: string }[] {
  return tasks.flatMap((task) =>
    task
      .trace()
      .slice(0, 1)
      .map(({ routine, step }) => ({ routine, step })),
  );
}
