/** Runs `parallel` steps: makes the branches or iterations, waits for all, and gathers what failed. */
import { errorMap, Raised, raise } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { Branch, ParallelAction, Scope } from '../program.ts';
import type { BranchOutcome, ForkBranch, Run } from '../run.ts';
import { mapOf, typeNameInMessage, type Value } from '../values/value.ts';
import { firstFrame } from './calls.ts';
import { evaluate } from './evaluate.ts';
import { loopItems, runIteration, type Iteration } from './loops.ts';
import { createScope, Task } from './task.ts';
import { leaveScope } from './variables.ts';

export function* runParallel(task: Task, action: ParallelAction, scope: Scope): Run<undefined> {
  if (task.parallelDepth >= LIMITS.parallelDepth) {
    raise('ParallelNestingError', `parallel steps are nested deeper than ${LIMITS.parallelDepth} levels`);
  }
  const limit = yield* concurrencyLimit(task, action, scope);
  const named = yield* namedBranches(task, action, scope);
  if (named.length === 0) return undefined;
  const branches = named.map(({ branch }) => branch);
  // The scheduler answers a fork with one outcome for each branch, in their order.
  const outcomes = (yield { kind: 'fork', branches, limit }) as readonly BranchOutcome[];
  task.frame.position = action.position;
  const failures = outcomes.flatMap((outcome, index) =>
    outcome.kind === 'raised' ? [branchError(named[index]?.id ?? '', outcome)] : [],
  );
  if (failures.length > 0) throw new Raised(unhandled(failures));
  return undefined;
}

function* concurrencyLimit(task: Task, action: ParallelAction, scope: Scope): Run<number> {
  if (action.concurrency === undefined) return LIMITS.concurrentBranches;
  const value = yield* evaluate(task, action.concurrency, scope);
  if (typeof value !== 'bigint') {
    return raise('TypeError', `'concurrency_limit' must be an integer, not '${typeNameInMessage(value)}'`);
  }
  return value < 1n ? raise('ValueError', "'concurrency_limit' must be positive") : Number(value);
}

interface NamedBranch {
  readonly id: string;
  readonly branch: ForkBranch;
}

function* namedBranches(task: Task, action: ParallelAction, scope: Scope): Run<NamedBranch[]> {
  const path = task.nextKey().replace('#', '/');
  const { work } = action;
  if (work.kind === 'branches') {
    return work.branches.map((branch, index) => ({
      id: branch.name,
      branch: forkBranch(task, `${path}.${index}`, (inner) => runBranch(inner, branch, scope)),
    }));
  }
  const { loop } = work;
  const items = yield* loopItems(task, loop, scope);
  return items.map((item, index) => ({
    id: String(index),
    branch: forkBranch(task, `${path}.${index}`, (inner) => runLoopBranch(inner, { loop, index, item }, scope)),
  }));
}

function forkBranch(parent: Task, path: string, run: (task: Task) => Run<void>): ForkBranch {
  const frame = firstFrame(parent.frame.routine, parent.frame.depth, parent.frame);
  const task = new Task(parent.state, { path, frame, parallelDepth: parent.parallelDepth + 1 });
  return { task, start: () => run(task) };
}

function* runBranch(task: Task, branch: Branch, scope: Scope): Run<void> {
  const inner = createScope(scope);
  try {
    yield* task.state.engine.list(task, branch.body, inner);
  } finally {
    leaveScope(task, inner);
  }
}

function* runLoopBranch(task: Task, iteration: Iteration, scope: Scope): Run<void> {
  yield* runIteration(task, iteration, scope);
}

function branchError(id: string, outcome: BranchOutcome & { kind: 'raised' }): Value {
  return mapOf({ id, error: mapOf({ context: outcome.context, payload: outcome.payload }) });
}

function unhandled(failures: readonly Value[]): Value {
  const message = 'UnhandledBranchError: One or more branches or iterations encountered an unhandled runtime error';
  return errorMap('UnhandledBranchError', message, {
    branches: failures.slice(0, LIMITS.branchErrors),
    truncated: failures.length > LIMITS.branchErrors,
  });
}
