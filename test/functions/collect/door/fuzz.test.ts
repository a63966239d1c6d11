/** Whatever is sent to whichever route: an answer that blames the sender or nobody, bounded memory, nothing of it in any log. */
import assert from 'node:assert/strict';
import { Agent, request as httpRequest } from 'node:http';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { serviceAccountEmail } from '#shared/platform/roles.ts';
import { collectGarbage, growthBytes, heldBytes, MAX_GROWTH_BYTES } from '../heap.ts';
import { SECRET } from '../test-app.ts';
import { AUTHORIZED, leaksIn, PERSONAL, startCollect } from '../world.ts';
import { nastyRequest, type NastyRequest, SERVICE } from './nasty-requests.ts';

const RUNS = Number(process.env['TRIBUTARY_TEST_RUNS'] ?? 1500);

// Whoever says so is one of the platform's own functions, so that its route is reached, too.
const world = await startCollect(({ projectId }) => ({
  identify: async ({ authorization }) =>
    authorization === SERVICE ? serviceAccountEmail('privacy', projectId) : undefined,
}));
const agent = new Agent({ keepAlive: true });
after(() => agent.destroy());

interface Answered {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

function send({ method, target, headers, body }: NastyRequest): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        port: world.port,
        host: '127.0.0.1',
        method,
        path: target,
        agent,
        headers: { ...headers, 'content-length': body.length },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            type: response.headers['content-type'] ?? '',
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        );
        response.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

test('no request is answered with a failure of the server or a redirect, and no log holds anything of one', async () => {
  const statuses = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(nastyRequest, async (nasty) => {
      const { status, type, text } = await send(nasty);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      assert.ok(
        status === 200 || status === 201 || status === 204 || (status >= 400 && status < 500),
        `${status} ${text}`,
      );
      if (text !== '') {
        assert.match(type, /^application\/(problem\+)?json/);
        assert.equal(typeof JSON.parse(text), 'object');
      }
    }),
    { numRuns: RUNS },
  );
  // The generator reaches what it is for.
  for (const status of [200, 204, 400, 401, 404, 405, 415]) assert.ok((statuses.get(status) ?? 0) > 0, String(status));
  await world.advance(60_000);
  const stored = world.published.map(({ text }) => text);
  assert.deepEqual(leaksIn([...world.logged, ...stored], [...PERSONAL, SECRET]), []);
});

test('what the platform itself sends is answered for what it is, however wrong or deep', async () => {
  const anything = fc.oneof(
    fc.jsonValue(),
    fc.integer({ min: 1, max: 40_000 }).map((depth) => new Nested(depth)),
    fc.dictionary(fc.constantFrom('id', 'type', 'data', 'protocol', 'sent', 'request'), fc.jsonValue()),
  );
  const event = fc.record(
    {
      event: anything,
      writeKey: fc.string({ maxLength: 5 }),
      receivedAt: fc.constantFrom('2026-08-01T12:00:00Z', 'x'),
      sentAt: fc.constantFrom('2026-08-01T12:00:00Z', '2026-02-31T12:00:00Z'),
    },
    { requiredKeys: ['event'] },
  );
  const sent = fc.record(
    { events: fc.array(event, { maxLength: 4 }), dryRun: fc.boolean() },
    { requiredKeys: ['events'] },
  );
  await fc.assert(
    fc.asyncProperty(sent, async (batch) => {
      const text = JSON.stringify(batch).replace(
        /"nested:(\d+)"/g,
        (_, depth) => `${'['.repeat(Number(depth))}${']'.repeat(Number(depth))}`,
      );
      const headers = { authorization: SERVICE };
      const { status } = await send({
        method: 'POST',
        target: '/v1/events:service',
        headers,
        body: Uint8Array.from(Buffer.from(text)),
      });
      assert.ok([200, 400, 429].includes(status), `${status}`);
      await world.advance(5000);
    }),
    { numRuns: RUNS / 5 },
  );
});

/** Stands for lists within lists, which nothing could write as JSON at once. */
class Nested {
  readonly #depth: number;

  constructor(depth: number) {
    this.#depth = depth;
  }

  toJSON(): string {
    return `nested:${this.#depth}`;
  }
}

test('ten thousand refused and accepted requests leave less than 32 MiB behind', async (context) => {
  // Every import that is opened is an object of the bucket, which this test has in its own memory.
  const requests = fc
    .sample(nastyRequest, { numRuns: 2200, seed: 7 })
    .filter(({ target }) => !target.startsWith('/v1/imports'));
  const grown = await growthBytes(world, 5, async () => {
    for (const nasty of requests) await send(nasty);
  });
  context.diagnostic(`${grown} bytes`);
  assert.ok(grown < MAX_GROWTH_BYTES, `${grown} bytes`);
});

test('one bomb, one endless body or one dense body takes less than 32 MiB while it is dealt with', async () => {
  const bodies: readonly [string, Record<string, string>, Uint8Array<ArrayBuffer>, number][] = [
    ['bomb', { 'content-encoding': 'gzip' }, Uint8Array.from(gzipSync(Buffer.alloc(200 * 2 ** 20, 0x20))), 413],
    ['large', {}, Uint8Array.from(Buffer.alloc(40 * 2 ** 20, 0x20)), 413],
    ['dense', {}, Uint8Array.from(Buffer.from(`{"events":[${'{},'.repeat(1_000_000)}0]}`)), 413],
    ['nested', {}, Uint8Array.from(Buffer.from(`{"events":[${'['.repeat(500_000)}`)), 413],
  ];
  for (const [name, headers, body, expected] of bodies) {
    collectGarbage();
    const before = heldBytes();
    let peak = 0;
    const watching = setInterval(() => {
      peak = Math.max(peak, heldBytes() - before);
    }, 1);
    const answered = await send({
      method: 'POST',
      target: '/v1/events',
      headers: { ...AUTHORIZED, ...headers },
      body,
    }).catch(
      // What is not read to its end may find the connection closed.
      () => ({ status: expected }),
    );
    clearInterval(watching);
    assert.equal(answered.status, expected, name);
    assert.ok(peak < MAX_GROWTH_BYTES, `${name}: ${peak} bytes`);
  }
});
