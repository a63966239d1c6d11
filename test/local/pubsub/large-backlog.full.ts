import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createInterface } from 'node:readline';
import { subscriptionName, topicName } from './clients.ts';

const MESSAGES = 1_000_000;
const RESTART_MS = 1000;

test('killed with a million messages in a backlog, it serves them again within a second', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tributary-backlog-'));
  const script = new URL('./crash-child.ts', import.meta.url).pathname;
  const start = async (port: number) => {
    const child = spawn(process.execPath, [script, dataDir, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    return { child, ...(JSON.parse(line) as { environment: Record<string, string>; port: number; readyMs: number }) };
  };
  const first = await start(0);
  Object.assign(process.env, first.environment);
  const { PubSub, v1 } = await import('@google-cloud/pubsub');
  const pubsub = new PubSub();
  const config = (await pubsub.getClientConfig()) as ConstructorParameters<typeof v1.PublisherClient>[0];
  const [publisher, subscriber] = [new v1.PublisherClient(config), new v1.SubscriberClient(config)];
  await pubsub.createTopic('large');
  await pubsub.topic('large').createSubscription('large-sub');
  const messages = Array.from({ length: 1000 }, () => ({ data: Buffer.alloc(200, 'x') }));
  for (let sent = 0; sent < MESSAGES; sent += 1000) await publisher.publish({ topic: topicName('large'), messages });
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');

  const second = await start(first.port);
  const startedMs = performance.now();
  const request = { subscription: subscriptionName('large-sub'), maxMessages: 100, returnImmediately: true };
  const [{ receivedMessages }] = await subscriber.pull(request);
  const pullMs = Math.round(performance.now() - startedMs);
  assert.equal(receivedMessages?.length, 100);
  assert.ok(
    second.readyMs + pullMs < RESTART_MS,
    `ready after ${second.readyMs} ms, first messages ${pullMs} ms later`,
  );
  console.log(`ready after ${second.readyMs} ms, first messages ${pullMs} ms later`);
  second.child.kill('SIGKILL');
  await Promise.all([pubsub.close(), publisher.close(), subscriber.close(), once(second.child, 'exit')]);
  rmSync(dataDir, { recursive: true, force: true });
});
