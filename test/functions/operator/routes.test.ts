import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { catalogInForce, requestApply, requestPlan } from '#cli/catalog/operator-client.ts';
import { operatorRoutes } from '#functions/operator/routes.ts';
import { createRequestHandler } from '#shared/http/handler.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { type Role } from '#shared/platform/roles.ts';
import type { Progress } from '#shared/catalog/operator/report.ts';
import { compiled, filesWith, PLAYED } from '#test/shared/catalog/declarations.ts';
import { createWorld, type World } from './world.ts';

const catalog = compiled(filesWith({}));
const narrower = compiled(filesWith({ 'events/music/Played.yaml': PLAYED.replace('max: 1000', 'max: 10') }));

interface Served {
  readonly world: World;
  readonly url: string;
  /** Work that the routes have begun. */
  readonly works: Promise<unknown>[];
  outdated: number;
}

/** The routes over a cloud in memory; the bearer token is the role. */
async function serve(): Promise<Served> {
  const world = createWorld();
  const served = { world, url: '', works: [] as Promise<unknown>[], outdated: 0 };
  const handle = createRequestHandler({
    title: { title: 'Operator', description: 'In a test.', version: '1' },
    routes: operatorRoutes(() => Promise.resolve(world.parts), {
      onWork: (work) => void served.works.push(work),
      onOutdated: () => void (served.outdated += 1),
    }),
    identify: async ({ authorization }) => {
      const role = authorization?.replace('Bearer ', '');
      return role === undefined ? undefined : { email: 'a@example.com', roles: new Set([role as Role]) };
    },
    log: { write: () => undefined },
    clock: { now: () => 0 },
  });
  const server = http.createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => server.close());
  served.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return served;
}

async function post(
  url: string,
  body: object,
  role = 'admin',
): Promise<{ status: number; json: Record<string, unknown> }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${role}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

test('a catalog is planned, applied with progress, and then in force', async () => {
  const { world, url } = await serve();
  const operator = { url, bearer: 'admin' };
  assert.deepEqual(await catalogInForce(operator), { digest: null, current: false });
  const digest = await world.upload(catalog);
  const request = { digest, deletions: [], sources: 'abc' };
  const plan = await requestPlan(operator, request);
  assert.equal(plan.refusals.length, 0);
  assert.deepEqual(world.cloud.journal, []);
  const told: Progress[] = [];
  const report = await requestApply(operator, request, (progress) => void told.push(progress));
  assert.equal(report.outcome, 'applied');
  assert.deepEqual(report.plan, plan);
  assert.equal(told.filter(({ kind }) => kind === 'done').length, plan.changes.length);
  const status = await catalogInForce(operator);
  assert.deepEqual([status.digest, status.current, status.sources], [digest, true, 'abc']);
});

test('without progress the report is the answer, and a failure has the status of one', async () => {
  const { world, url } = await serve();
  const digest = await world.upload(catalog);
  const applied = await post(`${url}/v1/apply`, { digest });
  assert.deepEqual([applied.status, applied.json['outcome']], [200, 'applied']);
  const refused = await post(`${url}/v1/apply`, { digest: await world.upload(narrower) });
  assert.deepEqual([refused.status, refused.json['code']], [422, 'breaking_change']);
  assert.equal((refused.json['report'] as { outcome: string }).outcome, 'refused');
  world.cloud.resources.delete('topic platform.facts');
  world.cloud.before = () => {
    throw new PlatformError('cloud_refused', { message: 'no right' });
  };
  const failed = await post(`${url}/v1/drift`, {});
  assert.deepEqual([failed.status, failed.json['code']], [500, 'apply_failed']);
});

test('what the operator throws reaches whoever asked, with its code and hint', async () => {
  const { url } = await serve();
  const request = { digest: 'a'.repeat(64), deletions: [] };
  const operator = { url, bearer: 'admin' };
  await assert.rejects(requestPlan(operator, request), { code: 'catalog_unknown', hint: /trib apply/ });
  await assert.rejects(
    requestApply(operator, request, () => undefined),
    { code: 'catalog_unknown' },
  );
});

test('only admins and the platform itself may change the cloud', async () => {
  const { url } = await serve();
  const body = { digest: 'a'.repeat(64) };
  for (const path of ['/v1/plan', '/v1/apply', '/v1/drift']) {
    for (const role of ['analyst', 'team', 'compliance']) {
      assert.equal((await post(`${url}${path}`, body, role)).status, 403, `${path} ${role}`);
    }
    assert.equal((await fetch(`${url}${path}`, { method: 'POST', body: '{}' })).status, 401);
  }
  assert.equal((await fetch(`${url}/v1/catalog`, { headers: { authorization: 'Bearer analyst' } })).status, 200);
});

test('requests that are not of the shape are refused before anything is read', async () => {
  const { url } = await serve();
  for (const body of [
    {},
    { digest: 'short' },
    { digest: 'a'.repeat(64), force: true },
    { digest: 'a'.repeat(64), deletions: [{}] },
  ]) {
    const { status, json } = await post(`${url}/v1/apply`, body);
    assert.deepEqual([status, json['code']], [400, 'invalid_argument'], JSON.stringify(body));
  }
});

test('whoever goes away does not stop the work', async () => {
  const served = await serve();
  const { world, url } = served;
  const digest = await world.upload(catalog);
  const gone = new AbortController();
  const waiting = Promise.withResolvers<void>();
  world.cloud.before = () => waiting.promise;
  const response = await fetch(`${url}/v1/apply`, {
    method: 'POST',
    headers: { authorization: 'Bearer admin', accept: 'application/x-ndjson', 'content-type': 'application/json' },
    body: JSON.stringify({ digest }),
    signal: gone.signal,
  });
  assert.equal(response.headers.get('content-type'), 'application/x-ndjson');
  gone.abort();
  await assert.rejects(response.text());
  waiting.resolve();
  await Promise.all(served.works);
  assert.equal((await world.parts.catalogs.inForce())?.current.digest, digest);
});

test('whoever asks before anything is in force announces an apply', async () => {
  const served = await serve();
  await catalogInForce({ url: served.url, bearer: 'admin' });
  assert.equal(served.outdated, 1);
  const digest = await served.world.upload(catalog);
  await post(`${served.url}/v1/apply`, { digest });
  await catalogInForce({ url: served.url, bearer: 'admin' });
  assert.equal(served.outdated, 1);
});

test('the description names every route with its answer', async () => {
  const { url } = await serve();
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: Record<string, object> };
  assert.deepEqual(Object.keys(document.paths).toSorted(), [
    '/healthz',
    '/openapi.json',
    '/v1/apply',
    '/v1/catalog',
    '/v1/catalogs',
    '/v1/drift',
    '/v1/plan',
    '/v1/rollback',
  ]);
});
