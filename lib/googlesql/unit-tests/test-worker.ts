/** A worker's main file: a DuckDB instance of its own, on which it runs the tests that it is sent, one by one. */

import { parentPort } from 'node:worker_threads';
import { StopSignal } from '../engine/statements/stop-signal.ts';
import { Database } from '../engine/storage/database.ts';
import type { QueryTest, TestOutcome } from './query-test.ts';
import { runQueryTest } from './run-test.ts';

/** To the worker; without a test it is to end. */
export interface TestCall {
  readonly id: number;
  readonly test: QueryTest;
  readonly timeoutMs: number;
}

/** From the worker. */
export interface TestReply {
  readonly id: number;
  readonly outcome: TestOutcome;
  /** Milliseconds that the test took. */
  readonly tookMs: number;
}

/** Of one worker: fixtures are small. */
const MEMORY_LIMIT_MB = 256;

const port = parentPort;
if (port === null) throw new Error('this file runs as a worker');

const database = await Database.open({
  file: undefined,
  memoryLimitMb: MEMORY_LIMIT_MB,
  // Tests run beside each other in several workers; planning, which most of the time goes to, has one thread anyway.
  threads: 1,
  spillFolder: undefined,
});
const connection = await database.acquire();

let last = Promise.resolve();
port.on('message', (call: TestCall | 'end') => {
  last = last.then(async () => {
    if (call !== 'end') return run(call);
    database.release(connection);
    await database.close();
    port.close();
    return undefined;
  });
});

async function run({ id, test, timeoutMs }: TestCall): Promise<void> {
  const startMs = performance.now();
  const stop = new StopSignal(connection, timeoutMs);
  const outcome = await runQueryTest({ connection, stop }, test).finally(() => stop.end());
  const reply: TestReply = { id, outcome, tookMs: performance.now() - startMs };
  port?.postMessage(reply, []);
}
