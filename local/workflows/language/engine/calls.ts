/** Calls what a name stands for: a subworkflow, a function of the library, or a connector. */
import { callConnector } from '../connectors/call.ts';
import { CONNECTORS } from '../connectors/table.ts';
import { raise } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { CallTarget, Routine } from '../program.ts';
import type { Run } from '../run.ts';
import { STANDARD_LIBRARY } from '../stdlib/library.ts';
import { isFunction, typeNameInMessage, type MapValue, type Value } from '../values/value.ts';
import { createScope, type Frame, type Task } from './task.ts';
import { leaveScope, setSlot } from './variables.ts';

/** Calls with arguments by name, which were checked against the parameters when the source was compiled. */
export function* callTarget(task: Task, target: CallTarget, args: MapValue): Run<Value> {
  if (target.kind === 'routine') return yield* callRoutine(task, findRoutine(task, target.name), args);
  if (target.kind === 'connector') {
    const connector = CONNECTORS.get(target.name);
    return connector === undefined ? unknown(target.name) : yield* callConnector(task, connector, args);
  }
  const standard = STANDARD_LIBRARY.get(target.name);
  if (standard === undefined) return unknown(target.name);
  const values = standard.parameters.map((parameter) => args.get(parameter.name) ?? null);
  if (standard.kind === 'pure') return standard.apply(values);
  if (standard.kind === 'asking') return standard.apply(values, task);
  return yield* standard.run(values, task);
}

function findRoutine(task: Task, name: string): Routine {
  return task.state.program.routines.get(name) ?? unknown(name);
}

function unknown(name: string): never {
  return raise('SystemError', `function not found: ${name}`);
}

/** Runs a routine to its end; what it returns, or null. */
function* callRoutine(task: Task, routine: Routine, args: MapValue): Run<Value> {
  const caller = task.frame;
  const depth = caller.depth + 1;
  if (depth > LIMITS.callDepth) raise('RecursionError', `maximum call stack depth of ${LIMITS.callDepth} exceeded`);
  task.frame = { routine: routine.name, caller, depth, step: '', position: caller.position };
  // When the routine fails its frame stays, to tell where; `try` and the end of a branch know which frame they are in.
  const value = yield* runBody(task, routine, args);
  task.frame = caller;
  return value;
}

/** Runs the steps of a routine in the frame that the task is in. */
export function* runBody(task: Task, routine: Routine, args: MapValue): Run<Value> {
  const scope = createScope();
  for (const parameter of routine.parameters) {
    const value = args.get(parameter.name) ?? parameter.fallback;
    setSlot(task, scope, parameter.slot, value ?? null);
  }
  try {
    const signal = yield* task.state.engine.list(task, routine.body, scope);
    return signal?.kind === 'return' ? signal.value : null;
  } finally {
    leaveScope(task, scope);
  }
}

/** Calls a function given as a value, such as a retry predicate. */
export function* callFunction(task: Task, value: Value, argument: Value): Run<Value> {
  if (!isFunction(value)) return raise('TypeError', `'${typeNameInMessage(value)}' is not a function`);
  const standard = STANDARD_LIBRARY.get(value.name);
  if (standard?.kind === 'pure') return standard.apply([argument]);
  const routine = findRoutine(task, value.name);
  const [parameter] = routine.parameters;
  return yield* callRoutine(task, routine, new Map(parameter === undefined ? [] : [[parameter.name, argument]]));
}

/** The frame that a task of its own starts in. */
export function firstFrame(routine: string, depth: number, at?: Frame): Frame {
  return { routine, caller: undefined, depth, step: at?.step ?? '', position: at?.position ?? { line: 1, column: 1 } };
}
