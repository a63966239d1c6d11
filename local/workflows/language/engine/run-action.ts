/** Runs what a single step does. */
import { Raised, raise } from '../errors.ts';
import type { Assignment, CallAction, ForAction, Scope, Step, SwitchArm } from '../program.ts';
import type { Run } from '../run.ts';
import { typeNameInMessage, type Value } from '../values/value.ts';
import { callTarget } from './calls.ts';
import { evaluate, evaluateAll } from './evaluate.ts';
import { loopItems, runIteration } from './loops.ts';
import { runParallel } from './run-parallel.ts';
import { runTry } from './run-try.ts';
import type { StepEnd, Task } from './task.ts';
import { setTarget } from './variables.ts';

export function* runAction(task: Task, step: Step, scope: Scope): Run<StepEnd> {
  const { action } = step;
  if ('position' in action) task.frame.position = action.position;
  switch (action.kind) {
    case 'none':
      return undefined;
    case 'assign':
      return yield* assignWaiting(task, action.assignments, scope);
    case 'call':
      return yield* runCall(task, action, scope);
    case 'switch':
      return yield* runSwitch(task, action.arms, scope);
    case 'steps':
      return yield* task.state.engine.list(task, action.body, scope);
    case 'for':
      return yield* runFor(task, action, scope);
    case 'parallel':
      return yield* runParallel(task, action, scope);
    case 'try':
      return yield* runTry(task, action, scope);
    case 'raise':
      throw new Raised(yield* evaluate(task, action.value, scope));
    case 'return':
      return { kind: 'return', value: yield* evaluate(task, action.value, scope) };
  }
}

/** Assignments of which none has to wait for anything. */
export function assignNow(task: Task, assignments: readonly Assignment[], scope: Scope): void {
  for (const { target, value, position } of assignments) {
    task.frame.position = position;
    const path = target.path.map((code) => code.run(scope, task));
    setTarget(task, scope, { target, path }, value.run(scope, task));
  }
}

function* assignWaiting(task: Task, assignments: readonly Assignment[], scope: Scope): Run<undefined> {
  for (const { target, value, position } of assignments) {
    task.frame.position = position;
    const path = yield* evaluateAll(task, target.path, scope);
    setTarget(task, scope, { target, path }, yield* evaluate(task, value, scope));
  }
  return undefined;
}

function* runCall(task: Task, action: CallAction, scope: Scope): Run<undefined> {
  const args = new Map<string, Value>();
  for (const { name, value } of action.args) args.set(name, yield* evaluate(task, value, scope));
  const result = yield* callTarget(task, action.target, args);
  task.frame.position = action.position;
  const target = action.result;
  if (target === undefined) return undefined;
  const path = yield* evaluateAll(task, target.path, scope);
  setTarget(task, scope, { target, path }, result);
  return undefined;
}

function* runSwitch(task: Task, arms: readonly SwitchArm[], scope: Scope): Run<StepEnd> {
  for (const { condition, position, body, next } of arms) {
    task.frame.position = position;
    const holds = yield* evaluate(task, condition, scope);
    if (typeof holds !== 'boolean') {
      return raise('TypeError', `a condition must be a boolean, not '${typeNameInMessage(holds)}'`);
    }
    if (!holds) continue;
    const signal = body === undefined ? undefined : yield* task.state.engine.list(task, body, scope);
    return signal ?? next ?? { kind: 'below' };
  }
  return undefined;
}

function* runFor(task: Task, action: ForAction, scope: Scope): Run<StepEnd> {
  const { loop } = action;
  const items = yield* loopItems(task, loop, scope);
  for (const [index, item] of items.entries()) {
    const signal = yield* runIteration(task, { loop, index, item }, scope);
    if (signal?.kind === 'break') return undefined;
    if (signal !== undefined && signal.kind !== 'continue') return signal;
  }
  return undefined;
}
