/** Whatever is sent in another protocol: an answer in its form that blames the sender or nobody, books that balance, and no leak. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { growthBytes, MAX_GROWTH_BYTES } from '../heap.ts';
import { SECRET } from '../test-app.ts';
import { leaksIn, startCollect } from '../world.ts';
import { nastyMessage, type NastyMessage } from './nasty-messages.ts';
import { PERSONAL_SONG } from './songs.ts';

const RUNS = Number(process.env['TRIBUTARY_TEST_RUNS'] ?? 1000);

const world = await startCollect();

async function send({ path, headers, body }: NastyMessage): Promise<{ status: number; type: string; text: string }> {
  const response = await fetch(`${world.url}${path}`, { method: 'POST', headers, body });
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    text: await response.text(),
  };
}

test('no content is answered with a failure of the server, and nothing personal is in a log, an answer or a message', async () => {
  const statuses = new Map<number, number>();
  const answers: string[] = [];
  await fc.assert(
    fc.asyncProperty(nastyMessage, async (message) => {
      const { status, type, text } = await send(message);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      assert.ok(status === 200 || (status >= 400 && status < 500), `${status} ${text}`);
      assert.match(type, /^application\/(problem\+)?json/);
      assert.equal(typeof JSON.parse(text), 'object');
      answers.push(text.replaceAll(/"(messageId|id)":"[^"]*"/g, ''));
    }),
    { numRuns: RUNS },
  );
  for (const status of [200, 400]) assert.ok((statuses.get(status) ?? 0) > 50, JSON.stringify([...statuses]));
  assert.ok(world.published.some(({ topic }) => topic === 'platform.failed-events'));
  assert.ok(world.published.some(({ topic }) => topic === 'events.listening.TrackPlayed'));
  await world.advance(60_000);
  const stored = world.published.map(({ text }) => text);
  assert.deepEqual(leaksIn([...world.logged, ...stored, ...answers], [...PERSONAL_SONG, SECRET]), []);
});

test('thousands of messages leave less than 32 MiB behind', async () => {
  const messages = fc.sample(nastyMessage, { numRuns: 800, seed: 11 });
  const grown = await growthBytes(world, 3, async () => {
    for (const message of messages) await send(message);
  });
  assert.ok(grown < MAX_GROWTH_BYTES, `${grown} bytes`);
});
