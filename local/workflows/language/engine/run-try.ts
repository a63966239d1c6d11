/** Runs `try` steps: again while the retry policy says so, then `except`. */
import { Fatal, Raised, raise } from '../errors.ts';
import type { RetryPolicy, Scope, TryAction } from '../program.ts';
import type { Run } from '../run.ts';
import { RETRY_DEFAULTS } from '../stdlib/retry.ts';
import { isFunction, isMap, isNumeric, mapOf, typeNameInMessage, type MapValue, type Value } from '../values/value.ts';
import { callFunction } from './calls.ts';
import { evaluate } from './evaluate.ts';
import { createScope, type StepEnd, type Task } from './task.ts';
import { leaveScope, setSlot } from './variables.ts';

export function* runTry(task: Task, action: TryAction, scope: Scope): Run<StepEnd> {
  const { frame } = task;
  const { step } = frame;
  for (let retries = 0; ; retries += 1) {
    try {
      return yield* task.state.engine.list(task, action.body, scope);
    } catch (error) {
      if (!(error instanceof Raised) || error instanceof Fatal) throw error;
      const failedAt = { frame: task.frame, step: frame.step, position: frame.position };
      task.frame = frame;
      frame.step = step;
      if (action.retry !== undefined && (yield* mayRetry(task, action.retry, { scope, error, retries }))) continue;
      if (action.except !== undefined) return yield* runExcept(task, action.except, { scope, error });
      // Nobody caught it: it still comes from where it was raised.
      Object.assign(frame, { step: failedAt.step, position: failedAt.position });
      task.frame = failedAt.frame;
      throw error;
    }
  }
}

interface Failure {
  readonly scope: Scope;
  readonly error: Raised;
}

function* runExcept(task: Task, except: NonNullable<TryAction['except']>, failure: Failure): Run<StepEnd> {
  const inner = createScope(failure.scope);
  try {
    if (except.slot !== undefined) setSlot(task, inner, except.slot, failure.error.payload);
    return yield* task.state.engine.list(task, except.body, inner);
  } finally {
    leaveScope(task, inner);
  }
}

/** Decides whether to run the body again and, if so, waits for the time to do it. */
function* mayRetry(task: Task, retry: RetryPolicy, failure: Failure & { retries: number }): Run<boolean> {
  task.frame.position = retry.position;
  const policy = readPolicy(yield* policyMap(task, retry, failure.scope));
  if (failure.retries >= policy.maxRetries) return false;
  const decision = yield* callFunction(task, policy.predicate, failure.error.payload);
  if (typeof decision !== 'boolean') {
    return raise('TypeError', `a retry predicate must return a boolean, not '${typeNameInMessage(decision)}'`);
  }
  if (!decision) return false;
  const delaySeconds = Math.min(policy.initialDelay * policy.multiplier ** failure.retries, policy.maxDelay);
  yield* task.sleepUntil(task.nowMs() + delaySeconds * 1000);
  return true;
}

/** A policy as a map, however it was given. */
function* policyMap(task: Task, retry: RetryPolicy, scope: Scope): Run<MapValue> {
  if (retry.kind === 'whole') {
    const value = yield* evaluate(task, retry.policy, scope);
    if (isMap(value)) return value;
    // `retry: ${my_predicate}` is a policy of which only the predicate is given.
    if (isFunction(value)) return mapOf({ predicate: value });
    return raise('TypeError', `a retry policy must be a dict, not '${typeNameInMessage(value)}'`);
  }
  const outer = new Map<string, Value>();
  const backoff = new Map<string, Value>();
  for (const [name, code] of Object.entries(retry.parts)) {
    const part = name === 'predicate' || name === 'max_retries' ? outer : backoff;
    part.set(name, yield* evaluate(task, code, scope));
  }
  return outer.set('backoff', backoff);
}

interface Policy {
  readonly predicate: Value;
  readonly maxRetries: number;
  readonly initialDelay: number;
  readonly maxDelay: number;
  readonly multiplier: number;
}

function readPolicy(map: MapValue): Policy {
  const backoff = map.get('backoff') ?? new Map<string, Value>();
  if (!isMap(backoff)) return raise('TypeError', `'backoff' must be a dict, not '${typeNameInMessage(backoff)}'`);
  return {
    predicate: map.get('predicate') ?? RETRY_DEFAULTS.predicate,
    maxRetries: readNumber(map, 'max_retries', RETRY_DEFAULTS.max_retries),
    initialDelay: readNumber(backoff, 'initial_delay', RETRY_DEFAULTS.initial_delay),
    maxDelay: readNumber(backoff, 'max_delay', RETRY_DEFAULTS.max_delay),
    multiplier: readNumber(backoff, 'multiplier', RETRY_DEFAULTS.multiplier),
  };
}

function readNumber(map: MapValue, key: string, fallback: number): number {
  const value = map.get(key) ?? fallback;
  if (!isNumeric(value)) return raise('TypeError', `'${key}' must be a number, not '${typeNameInMessage(value)}'`);
  return value < 0 ? raise('ValueError', `'${key}' must not be negative`) : Number(value);
}
