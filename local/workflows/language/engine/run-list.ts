/** Runs lists of steps: one after the other, and where the jumps lead. */
import type { Signal, Step, StepList, Scope } from '../program.ts';
import type { Run } from '../run.ts';
import { assignNow, runAction } from './run-action.ts';
import type { StepEnd, Task } from './task.ts';

/**
 * Runs a list until its end or until a step leads out of it.
 * @returns how it was left; undefined when its end was reached
 */
export function* runList(task: Task, list: StepList, scope: Scope): Run<Signal | undefined> {
  const { steps } = list;
  let index = 0;
  for (let step = steps[index]; step !== undefined; step = steps[index]) {
    if (task.enter(step)) yield { kind: 'pause' };
    const signal = yield* runStep(task, step, scope);
    if (signal === undefined || signal.kind === 'below') index += 1;
    else if (signal.kind === 'jump' && signal.list === list) index = signal.index;
    else return signal;
  }
  return undefined;
}

function* runStep(task: Task, step: Step, scope: Scope): Run<StepEnd> {
  const { action } = step;
  if (action.kind === 'assign' && !action.suspends) {
    assignNow(task, action.assignments, scope);
    return step.next;
  }
  return (yield* runAction(task, step, scope)) ?? step.next;
}
