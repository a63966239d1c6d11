/** What loops go through, and one time through them. */
import { exceed, raise } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { Loop, Scope, Signal } from '../program.ts';
import type { Run } from '../run.ts';
import { isList, isNumeric, typeNameInMessage, type ListValue, type Value } from '../values/value.ts';
import { evaluate } from './evaluate.ts';
import { createScope, type Task } from './task.ts';
import { leaveScope, setSlot } from './variables.ts';

/** One time through a loop. */
export interface Iteration {
  readonly loop: Loop;
  readonly index: number;
  readonly item: Value;
}

export function* runIteration(task: Task, iteration: Iteration, scope: Scope): Run<Signal | undefined> {
  const { loop, index, item } = iteration;
  const inner = createScope(scope);
  try {
    setSlot(task, inner, loop.valueSlot, item);
    if (loop.indexSlot !== undefined) setSlot(task, inner, loop.indexSlot, BigInt(index));
    return yield* task.state.engine.list(task, loop.body, inner);
  } finally {
    leaveScope(task, inner);
  }
}

/** What a loop goes through: the elements of a list, or the numbers of a range with both ends. */
export function* loopItems(task: Task, loop: Loop, scope: Scope): Run<ListValue> {
  const value = yield* evaluate(task, loop.items.value, scope);
  if (!isList(value)) return raise('TypeError', `'for' needs a list to loop over, not '${typeNameInMessage(value)}'`);
  return loop.items.kind === 'in' ? value : rangeItems(value);
}

function rangeItems(range: ListValue): ListValue {
  const [from, to] = range;
  if (range.length !== 2 || from === undefined || to === undefined || !isNumeric(from) || !isNumeric(to)) {
    return raise('TypeError', "'range' must be a list of two numbers");
  }
  const items: Value[] = [];
  if (typeof from === 'bigint') for (let item = from; item <= to; item += 1n) items.push(limited(item, items));
  else for (let item = from; item <= to; item += 1) items.push(limited(item, items));
  return items;
}

/** A range longer than an execution has steps ends in the same failure, without being written out first. */
function limited(item: Value, items: readonly Value[]): Value {
  return items.length > LIMITS.steps ? exceed(`'range' has more than ${LIMITS.steps} numbers`) : item;
}
