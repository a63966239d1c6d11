import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { startPubSub } from './clients.ts';

const run = promisify(execFile);
const found = await run('gcloud', ['--version']).then(
  () => true,
  () => false,
);

test('gcloud pubsub works on it, over REST', { skip: found ? false : 'gcloud is not installed' }, async () => {
  const { cloud } = await startPubSub();
  const gcloud = async (...words: string[]): Promise<unknown> => {
    const options = { env: { ...process.env, ...cloud.environment }, timeout: 60_000 };
    const { stdout } = await run('gcloud', ['pubsub', ...words, '--format=json'], options);
    return stdout.trim() === '' ? undefined : JSON.parse(stdout);
  };
  await gcloud('topics', 'create', 'gc-topic', '--labels=team=shop');
  await gcloud('topics', 'create', 'gc-dead');
  const settings = [
    '--topic=gc-topic',
    '--ack-deadline=30',
    '--dead-letter-topic=gc-dead',
    '--max-delivery-attempts=7',
  ];
  await gcloud('subscriptions', 'create', 'gc-sub', ...settings, '--message-filter=attributes.a = "b"');
  await gcloud('topics', 'publish', 'gc-topic', '--message=hello', '--attribute=a=b');
  const pulled = (await gcloud('subscriptions', 'pull', 'gc-sub', '--auto-ack')) as { message: { data: string } }[];
  assert.equal(Buffer.from(pulled[0]?.message.data ?? '', 'base64').toString(), 'hello');
  await gcloud('subscriptions', 'update', 'gc-sub', '--ack-deadline=45');
  const described = (await gcloud('subscriptions', 'describe', 'gc-sub')) as Record<string, unknown>;
  assert.equal(described['ackDeadlineSeconds'], 45);
  assert.partialDeepStrictEqual(described['deadLetterPolicy'], { maxDeliveryAttempts: 7 });
  await assert.rejects(
    gcloud('topics', 'create', 'gc-topic'),
    /Resource already exists in the project \(resource=gc-topic\)/,
  );
  await gcloud('subscriptions', 'delete', 'gc-sub');
  assert.deepEqual(await gcloud('subscriptions', 'list'), []);
});
