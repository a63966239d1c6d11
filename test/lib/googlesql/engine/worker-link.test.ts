import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { engineWorker, WorkerLink } from '#lib/googlesql/engine/worker/worker-link.ts';
import { DATASET, START_MS, temporaryFolder, valueOf } from './test-warehouse.ts';

const at = { nowMs: START_MS };

test('after a bug in the worker another one takes over with all that was acknowledged', async () => {
  const file = join(temporaryFolder(), 'warehouse.duckdb');
  const workers: Worker[] = [];
  const link = await WorkerLink.open(() => {
    const limits = { memoryLimitMb: 128, mostMemoryMb: 128, threads: 2, spillFolder: undefined, resultTtlMs: 60_000 };
    const worker = engineWorker({ file, projectId: DATASET.projectId, ...limits });
    workers.push(worker);
    return worker;
  });
  valueOf(await link.call('createDataset', [{ ref: DATASET }], at));
  valueOf(await link.call('run', [{ queryId: 'a', sql: 'CREATE TABLE d.t AS SELECT 1 AS a' }], at));
  const sql = 'SELECT COUNT(*) FROM UNNEST(GENERATE_ARRAY(1, 99999)) a, UNNEST(GENERATE_ARRAY(1, 99999)) b';
  const running = link.call('run', [{ queryId: 'b', sql: `${sql} WHERE MOD(a * b, 7) = 1` }], at);
  const exit = new Promise((resolve) => workers[0]?.once('exit', resolve));
  // No message of ours is null, so reading it throws where nobody catches.
  workers[0]?.postMessage(null, []);
  const lost = await running;
  assert.ok(lost.kind === 'failed' && lost.error.reason === 'backendError');
  await exit;
  const again = valueOf(await link.call('run', [{ queryId: 'c', sql: 'SELECT a FROM d.t' }], at));
  assert.equal(again.result?.totalRows, 1);
  assert.equal(workers.length, 2);
  await link.close();
});

test('a file that is not a warehouse is refused', async () => {
  const folder = temporaryFolder();
  const limits = { memoryLimitMb: 128, mostMemoryMb: 128, threads: 2, spillFolder: undefined, resultTtlMs: 60_000 };
  await assert.rejects(WorkerLink.open(() => engineWorker({ file: folder, projectId: 'p', ...limits })));
});

test('a worker that ends before it is open is told with what it died of', async () => {
  const dying = (code: string): Worker => new Worker(code, { eval: true });
  await assert.rejects(
    WorkerLink.open(() => dying("throw new Error('no such module')")),
    /^Error: the engine's worker ended before it was open: no such module$/,
  );
  await assert.rejects(
    WorkerLink.open(() => dying('process.exit(3)')),
    /ended before it was open: exit code 3$/,
  );
});

test('when no other worker could be started, the next call tries once more', async () => {
  const folder = temporaryFolder();
  const limits = { memoryLimitMb: 128, mostMemoryMb: 128, threads: 2, spillFolder: undefined, resultTtlMs: 60_000 };
  const real = (): Worker => engineWorker({ file: join(folder, 'w.duckdb'), projectId: DATASET.projectId, ...limits });
  const bad = (): Worker => new Worker("throw new Error('out of threads')", { eval: true });
  const kinds = [real, bad, real];
  const workers: Worker[] = [];
  const link = await WorkerLink.open(() => {
    const worker = (kinds[workers.length] ?? real)();
    workers.push(worker);
    return worker;
  });
  valueOf(await link.call('createDataset', [{ ref: DATASET }], at));
  const exit = new Promise((resolve) => workers[0]?.once('exit', resolve));
  workers[0]?.postMessage(null, []);
  await exit;
  await assert.rejects(link.call('getDataset', [DATASET], at), /out of threads/);
  valueOf(await link.call('getDataset', [DATASET], at));
  await link.close();
});
