import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createCallbacks } from '#local/workflows/callbacks.ts';
import { checkedSpec } from '#local/workflows/definition-input.ts';
import { insertWorkflow } from '#local/workflows/definition-store.ts';
import { insertExecution, requireExecution } from '#local/workflows/execution-store.ts';
import { createRunner, type Runner } from '#local/workflows/runner.ts';
import { WORKFLOWS_TABLES, type ExecutionRow } from '#local/workflows/tables.ts';
import { frozenClock } from '#local/primitives/clock.ts';
import { silentLog } from '#local/primitives/log.ts';
import { openStore, type Store } from '#local/primitives/store.ts';

const WORKFLOW = 'projects/p/locations/l/workflows/w';
const dataDir = mkdtempSync(join(tmpdir(), 'tributary-runner-'));
const clock = frozenClock(0);
after(() => rmSync(dataDir, { recursive: true, force: true }));

function openRunner(store: Store): Runner {
  return createRunner({
    store,
    clock,
    log: silentLog,
    outbound: () => Promise.reject(new Error('no network')),
    tokens: () => Promise.resolve({ kind: 'refused', message: 'no tokens' }),
    callbacks: createCallbacks(store, clock),
    maxConcurrent: 2,
  });
}

function deploy(store: Store, sourceContents: string): void {
  const row = { name: WORKFLOW, parent: 'projects/p/locations/l', nowMs: 0 };
  insertWorkflow(store, row, checkedSpec({ sourceContents }, 'p'));
}

function insert(store: Store, id: string, state: 'ACTIVE' | 'QUEUED'): ExecutionRow {
  return insertExecution(store, {
    name: `${WORKFLOW}/executions/${id}`,
    workflow: WORKFLOW,
    revision: 1,
    argument: '""',
    labels: '{}',
    call_log_level: '',
    create_ms: 0,
    state,
  });
}

test('executions beyond those that may run wait in order, over a restart too', async () => {
  const file = join(dataDir, 'queue.db');
  let store = openStore(file, [WORKFLOWS_TABLES]);
  deploy(store, '- nap:\n    call: sys.sleep\n    args: {seconds: 10}');
  let runner = openRunner(store);
  runner.start();
  const ids = ['a', 'b', 'c', 'd'];
  for (const id of ids) runner.begin(insert(store, id, runner.hasRoom() ? 'ACTIVE' : 'QUEUED'));
  const states = (): string[] => ids.map((id) => requireExecution(store, `${WORKFLOW}/executions/${id}`).state);
  assert.deepEqual(states(), ['ACTIVE', 'ACTIVE', 'QUEUED', 'QUEUED']);

  await runner.cancel(requireExecution(store, `${WORKFLOW}/executions/a`));
  assert.deepEqual(states(), ['CANCELLED', 'ACTIVE', 'ACTIVE', 'QUEUED']);

  await runner.stop();
  store.close();
  store = openStore(file, [WORKFLOWS_TABLES]);
  runner = openRunner(store);
  runner.start();
  assert.deepEqual(states(), ['CANCELLED', 'ACTIVE', 'ACTIVE', 'QUEUED']);
  await runner.cancel(requireExecution(store, `${WORKFLOW}/executions/d`));
  while (states().includes('ACTIVE')) await clock.advance(10_000);
  assert.deepEqual(states(), ['CANCELLED', 'SUCCEEDED', 'SUCCEEDED', 'CANCELLED']);
  await runner.stop();
  store.close();
});

test('an execution whose surroundings break fails as a SystemError, and the others go on', async () => {
  const store = openStore(join(dataDir, 'broken.db'), [WORKFLOWS_TABLES]);
  deploy(store, '- get:\n    call: http.get\n    args: {url: "http://a.test"}');
  const runner = openRunner(store);
  const row = insert(store, 'x', 'ACTIVE');
  runner.begin(row);
  while (requireExecution(store, row.name).end_ms === null) await new Promise((resolve) => setImmediate(resolve));
  const { state, error } = requireExecution(store, row.name);
  assert.equal(state, 'FAILED');
  assert.match(error ?? '', /SystemError: internal error/);
  await runner.stop();
  store.close();
});

test('ended executions are forgotten after 90 days', async () => {
  const store = openStore(join(dataDir, 'old.db'), [WORKFLOWS_TABLES]);
  deploy(store, '- a:\n    return: 1');
  const row = insert(store, 'old', 'ACTIVE');
  store.run(
    'UPDATE executions SET end_ms = ?, state = ? WHERE sequence = ?',
    clock.now() - 91 * 86_400_000,
    'SUCCEEDED',
    row.sequence,
  );
  const runner = openRunner(store);
  runner.start();
  assert.throws(() => requireExecution(store, row.name), { status: 'NOT_FOUND' });
  await runner.stop();
  store.close();
});
