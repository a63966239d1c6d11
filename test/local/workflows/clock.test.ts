import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestCloud, TEST_NOW_MS } from '#test/local/cloud-harness.ts';

const cloud = await startTestCloud({ frozen: true });
const { openTestWorkflows } = await import('./clients.ts');
const { executions, deploy, start, ended } = openTestWorkflows();

interface Shown {
  readonly state: string;
  readonly result: string;
  readonly duration: string;
  readonly status: { readonly currentSteps: readonly { readonly step: string }[] };
}

test('executions sleep by the clock of the cloud, also over a restart', async () => {
  const source = '- nap:\n    call: sys.sleep\n    args: {seconds: 3600}\n- answer:\n    return: ${sys.now()}';
  const { name } = await start(await deploy('nap', source));
  const look = async (): Promise<Shown> => (await (await fetch(`${cloud.url}/v1/${name}`)).json()) as Shown;
  await cloud.clock.advance(3_599_000);
  assert.equal((await look()).state, 'ACTIVE');
  await cloud.restart();
  assert.deepEqual(
    (await look()).status.currentSteps.map(({ step }) => step),
    ['nap'],
  );
  await cloud.clock.advance(1000);
  let shown = await look();
  while (shown.state === 'ACTIVE') shown = await look();
  assert.equal(shown.result, String(TEST_NOW_MS / 1000 + 3600));
  assert.equal(shown.duration, '3600s');
});

test('a callback that does not come in time is a TimeoutError', async () => {
  const source = `
- make:
    call: events.create_callback_endpoint
    result: endpoint
- wait:
    call: events.await_callback
    args: {callback: "\${endpoint}", timeout: 60}`;
  const { name } = await start(await deploy('late', source));
  for (;;) {
    const [execution] = await executions.getExecution({ name: name! });
    if (execution.state !== 'ACTIVE') break;
    await cloud.clock.advance(30_000);
  }
  const execution = await ended(name!);
  assert.deepEqual((JSON.parse(execution.error!.payload!) as { tags: unknown }).tags, ['TimeoutError']);
});
