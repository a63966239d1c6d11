import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { endpointLines } from '#functions/metadata/routes/endpoint-lines.ts';
import { catalogWith, dailyPipeline, pipeline } from '#test/shared/pipelines/memory-view.ts';
import { MINUTE_MS, Simulation } from './simulation/simulation.ts';

const NOW = Date.UTC(2026, 7, 11, 3, 0, 10);
const SLO = 'slo: {deadline: "06:00", timezone: Europe/Stockholm, objective: 0.99}';
const catalog = catalogWith(dailyPipeline(SLO), pipeline('music/copy', 'music.daily'));

function laid(): Simulation {
  return new Simulation({ catalog, nowMs: NOW, firstAppliedMs: NOW - 2.5 * 60 * MINUTE_MS });
}

test('lines that are kept say at every minute what lines made anew say', async () => {
  const simulation = laid();
  await simulation.import('import-1', 'music.Played', { a: '2026-08-09T22:10:00Z', b: '2026-08-10T23:50:00Z' });
  await simulation.until(() => simulation.instance.metadata.parts.applied.current !== undefined, MINUTE_MS);
  const { parts } = simulation.instance.metadata;
  const kept = endpointLines(parts);
  const tags = new Set<string>();
  for (let minute = 0; minute < 26 * 60; minute += 1) {
    const { body, tag } = kept();
    assert.equal(
      body.toString(),
      endpointLines(parts)().body.toString(),
      new Date(simulation.time.now()).toISOString(),
    );
    tags.add(tag);
    await simulation.until(() => false, MINUTE_MS);
  }
  // Each hour is closed, and says so; nothing is said anew in between.
  assert.ok(tags.size > 26 && tags.size < 26 * 6, String(tags.size));
});

test('while nothing changes the same bytes are sent, and nothing to who has them', async () => {
  const simulation = laid();
  await simulation.until(() => false, 2 * MINUTE_MS);
  const { metadata } = simulation.instance;
  const route = metadata.routes.find(({ method, path }) => method === 'GET' && path === '/v1/endpoints');
  const lines = endpointLines(metadata.parts);
  assert.equal(lines(), lines());
  // Authorisation is another file's; here the route answers whoever asks.
  const server = createServer((request, response) => {
    void Promise.resolve(
      route?.handle(
        {
          method: 'GET',
          params: {},
          query: new URLSearchParams(),
          headers: request.headers,
          stream: request,
          principal: undefined,
        },
        undefined,
      ),
    ).then((reply) => response.writeHead(reply?.status ?? 200, reply?.headers).end(reply?.body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const plain = await fetch(url, { headers: { 'accept-encoding': 'identity' } });
  const packed = await fetch(url, { headers: { 'accept-encoding': 'gzip' } });
  assert.deepEqual([plain.headers.get('content-encoding'), packed.headers.get('content-encoding')], [null, 'gzip']);
  const tag = plain.headers.get('etag') ?? '';
  assert.deepEqual(await packed.json(), await plain.json());
  assert.equal((await fetch(url, { headers: { 'if-none-match': tag } })).status, 304);
  assert.equal((await fetch(url, { headers: { 'if-none-match': 'W/"other"' } })).status, 200);
});
