/** Kills a local cloud under load, again and again. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { createInterface } from 'node:readline';
import type { Message, Subscription } from '@google-cloud/pubsub';
import { until } from '#test/eventually.ts';
import { subscriptionName, topicName } from './clients.ts';

const MESSAGES_PER_ROUND = 2000;

const dataDir = mkdtempSync(join(tmpdir(), 'tributary-crash-'));
const children = new Set<ChildProcess>();
after(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
});

interface Running {
  readonly child: ChildProcess;
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly readyMs: number;
}

async function start(port: number): Promise<Running> {
  const script = new URL('./crash-child.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, dataDir, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, ...(JSON.parse(line) as Omit<Running, 'child'>) };
}

async function kill(running: Running): Promise<void> {
  running.child.kill('SIGKILL');
  await once(running.child, 'exit');
  children.delete(running.child);
}

/**
 * Publishes and consumes while the cloud is killed and started again so many times; fails when a message that was
 * acknowledged is missing from a subscription that consumed all along, or from one that only stored.
 */
export async function crashRepeatedly(rounds: number): Promise<void> {
  let running = await start(0);
  Object.assign(process.env, running.environment);
  const { PubSub, v1 } = await import('@google-cloud/pubsub');
  const pubsub = new PubSub();
  const config = (await pubsub.getClientConfig()) as ConstructorParameters<typeof v1.PublisherClient>[0];
  const publisher = new v1.PublisherClient(config);
  await pubsub.createTopic('crashing');
  await pubsub.topic('crashing').createSubscription('consumed');
  await pubsub.topic('crashing').createSubscription('stored');

  const acknowledged = new Set<string>();
  const consumed = new Set<string>();
  const consume = (): Subscription => {
    const subscription = pubsub.subscription('consumed', { batching: { maxMilliseconds: 5 } });
    subscription.on('message', (message: Message) => {
      consumed.add(message.data.toString());
      message.ack();
    });
    subscription.on('error', () => undefined);
    return subscription;
  };
  const interrupted = consume();

  const stopping = new AbortController();
  let sent = 0;
  const publishers = Array.from({ length: 6 }, async () => {
    while (!stopping.signal.aborted) {
      const payloads = Array.from({ length: 20 }, () => String((sent += 1)));
      const messages = payloads.map((data) => ({ data: Buffer.from(data) }));
      // One attempt: what is not acknowledged may or may not be there.
      const published = publisher.publish({ topic: topicName('crashing'), messages }, { retry: null, timeout: 2000 });
      await published.then(
        () => payloads.forEach((payload) => acknowledged.add(payload)),
        () => new Promise((resolve) => setTimeout(resolve, 20)),
      );
    }
  });
  for (let round = 1; round <= rounds; round += 1) {
    const goal = acknowledged.size + MESSAGES_PER_ROUND;
    await until(() => acknowledged.size >= goal, 'publishing to go on');
    await kill(running);
    running = await start(running.port);
  }
  stopping.abort();
  await Promise.all(publishers);
  // By now the streams of the one that saw all the crashes may wait a minute between attempts.
  await interrupted.close();
  const subscription = consume();

  await until(
    () => [...acknowledged].every((payload) => consumed.has(payload)),
    'everything acknowledged to be consumed',
  );
  await subscription.close();
  const stored = new Set<string>();
  const subscriber = new v1.SubscriberClient(config);
  for (;;) {
    const request = { subscription: subscriptionName('stored'), maxMessages: 1000, returnImmediately: true };
    const [{ receivedMessages }] = await subscriber.pull(request);
    if (!receivedMessages?.length) break;
    for (const { message } of receivedMessages) stored.add(String(message?.data));
  }
  assert.deepEqual(
    [...acknowledged].filter((payload) => !stored.has(payload)),
    [],
  );
  assert.ok(acknowledged.size >= rounds * MESSAGES_PER_ROUND);
  await Promise.all([pubsub.close(), publisher.close(), subscriber.close()]);
  await kill(running);
}
