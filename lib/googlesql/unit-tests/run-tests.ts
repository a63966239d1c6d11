/** Runs tests in parallel workers, without a warehouse. */

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { QueryTest, TestOutcome } from './query-test.ts';
import type { TestCall, TestReply } from './test-worker.ts';

/** One outcome, of the test at `index` of those that were given. */
export interface TestResult {
  readonly index: number;
  readonly outcome: TestOutcome;
  /** Milliseconds. */
  readonly tookMs: number;
}

export interface TestRunOptions {
  /** Most workers; by default one for each core. */
  readonly workers?: number;
  /** A test that takes longer has failed, milliseconds. */
  readonly timeoutMs?: number;
  /** Told of each result as it comes. */
  readonly onResult?: (result: TestResult) => void;
}

/** Tests that make one more worker worth its start. */
const TESTS_PER_WORKER = 50;
const DEFAULT_TIMEOUT_MS = 10_000;

/** Tests that a worker has before it: the next one is there when one is done. */
const AHEAD = 4;

/** A test that runs away in JavaScript cannot be bounded by time alone. */
const HEAP_LIMITS = { maxOldGenerationSizeMb: 512 } as const;

const LOST: TestOutcome = { kind: 'failed', message: 'The query took more memory than a test may.' };

/** Runs all tests; results are in their order. */
export async function runQueryTests(
  tests: readonly QueryTest[],
  { workers = availableParallelism(), timeoutMs = DEFAULT_TIMEOUT_MS, onResult }: TestRunOptions = {},
): Promise<readonly TestResult[]> {
  const results: TestResult[] = [];
  const calls = tests.map((test, id): TestCall => ({ id, test, timeoutMs })).toReversed();
  const note = (result: TestResult): void => {
    results[result.index] = result;
    onResult?.(result);
  };
  const count = Math.min(Math.max(workers, 1), Math.ceil(tests.length / TESTS_PER_WORKER));
  await Promise.all(Array.from({ length: count }, () => drain(calls, note)));
  return results;
}

/** Runs calls, the last first, until there are none left; when a worker breaks another one follows. */
async function drain(calls: TestCall[], note: (result: TestResult) => void): Promise<void> {
  while (calls.length > 0) {
    const [broken, ...unheard] = await runWorker(calls, note);
    if (broken !== undefined) note({ index: broken.id, outcome: LOST, tookMs: 0 });
    calls.push(...unheard.toReversed());
  }
}

/** Resolves when the worker has ended: to nothing, or to the call that it broke at and those that waited behind. */
async function runWorker(calls: TestCall[], note: (result: TestResult) => void): Promise<readonly TestCall[]> {
  const worker = new Worker(new URL('test-worker.ts', import.meta.url), { resourceLimits: HEAP_LIMITS });
  const open = new Map<number, TestCall>();
  const send = (): void => {
    const call = calls.pop();
    if (call === undefined) return;
    open.set(call.id, call);
    worker.postMessage(call, []);
  };
  for (let ahead = 0; ahead < AHEAD; ahead++) send();
  worker.on('message', ({ id, outcome, tookMs }: TestReply) => {
    open.delete(id);
    note({ index: id, outcome, tookMs });
    send();
    if (open.size === 0) worker.postMessage('end', []);
  });
  // An error is also an exit.
  worker.on('error', () => undefined);
  await new Promise((resolve) => worker.once('exit', resolve));
  return [...open.values()];
}
