/** Sets variables, and keeps count of the bytes that they take. */
import { exceed, raise } from '../errors.ts';
import { withMember } from '../expressions/operators.ts';
import { LIMITS } from '../limits.ts';
import type { Reference, Scope, Target } from '../program.ts';
import { holdsTooLongString, sizeOf } from '../values/size.ts';
import type { Value } from '../values/value.ts';
import type { Task } from './task.ts';

/** Puts a value into a slot of a scope. */
export function setSlot(task: Task, scope: Scope, slot: number, value: Value): void {
  if (holdsTooLongString(value)) exceed(`String exceeds the limit of ${LIMITS.stringBytes} bytes`);
  const before = scope.slots[slot];
  const growth = sizeOf(value) - (before === undefined ? 0 : sizeOf(before));
  const { state } = task;
  if (state.variableBytes + growth > LIMITS.variableBytes) exceed('Memory usage limit exceeded');
  state.variableBytes += growth;
  scope.bytes += growth;
  scope.slots[slot] = value;
}

/** Forgets a scope that has ended, with its variables. */
export function leaveScope(task: Task, scope: Scope): void {
  task.state.variableBytes -= scope.bytes;
}

/** A target with the keys on its way computed. */
export interface ReachedTarget {
  readonly target: Target;
  readonly path: readonly Value[];
}

/** Sets a variable, or a place within one. */
export function setTarget(task: Task, scope: Scope, { target, path }: ReachedTarget, value: Value): void {
  const { holder, slot } = findPlace(scope, target.variable);
  if (path.length === 0) {
    setSlot(task, holder, slot, value);
    return;
  }
  const before = holder.slots[slot];
  if (before === undefined) raise('KeyError', `key not found: ${target.variable.name}`);
  else setSlot(task, holder, slot, withMember(before, path, value));
}

/** Where a name is to be written: where it is, innermost first; else innermost. */
function findPlace(scope: Scope, reference: Reference): { holder: Scope; slot: number } {
  let first: { holder: Scope; slot: number } | undefined;
  for (const place of reference.places) {
    let holder = scope;
    for (let up = place.up; up > 0 && holder.parent !== undefined; up -= 1) holder = holder.parent;
    if (holder.slots[place.slot] !== undefined) return { holder, slot: place.slot };
    first ??= { holder, slot: place.slot };
  }
  return first ?? { holder: scope, slot: 0 };
}
