/** Write keys over the routes of metadata, and collect taking what they say. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WriteKeys } from '#functions/collect/state/write-keys.ts';
import { encodeReport, reportObject } from '#shared/events/collector-report.ts';
import { newWriteKeyShape } from '#shared/metadata/api/write-key-shapes.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { BootId } from '#shared/platform/ids.ts';
import { keyAt } from '#shared/pipelines/partition-key.ts';
import { catalogWith } from '#test/shared/pipelines/memory-view.ts';
import { Simulation } from './simulation/simulation.ts';

const NOW = Date.UTC(2026, 7, 11, 3, 10);
const HOUR_MS = 3_600_000;

interface Key {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly secret?: string;
  readonly revokedAt?: string;
  readonly eventTypes: readonly string[];
  readonly eventsPerSecond?: number;
  readonly subjectEventsPerSecond?: number | null;
  readonly usage: readonly { readonly sdk: string; readonly events: number; readonly lastHour: string }[];
}

function start(): Simulation {
  return new Simulation({ catalog: catalogWith(), nowMs: NOW });
}

async function post(simulation: Simulation, path: string, body: object = {}): Promise<{ status: number; json: Key }> {
  const { status, json } = await simulation.call('POST', `/v1/write-keys${path}`, body);
  return { status, json: json as Key };
}

async function list(simulation: Simulation): Promise<readonly Key[]> {
  const { json } = await simulation.call('GET', '/v1/write-keys');
  return (json as { keys: readonly Key[] }).keys;
}

/** What collect says of a secret: whether it is taken, and for what. */
async function taken(simulation: Simulation, secret = ''): Promise<unknown> {
  const found = await new WriteKeys(simulation.store, simulation.time).find(secret);
  return found instanceof PlatformError ? found.code : [found.name, found.id, found.eventTypes];
}

async function everything(simulation: Simulation): Promise<string> {
  let text = simulation.logs.join('\n') + JSON.stringify(simulation.facts);
  for await (const { name } of simulation.store.list('')) {
    text += `${name} ${(await simulation.store.read(name))?.body.toString() ?? ''}\n`;
  }
  return text;
}

test('a key that was made is taken by collect, and its secret is nowhere but in the answer', async () => {
  const simulation = start();
  const { status, json } = await post(simulation, '', { name: 'ios', eventTypes: ['music.*'] });
  assert.equal(status, 201);
  assert.match(json.secret ?? '', /^tw_[A-Za-z0-9_-]{43}$/);
  assert.deepEqual(await taken(simulation, json.secret), ['ios', json.id, ['music.*']]);
  assert.equal((await everything(simulation)).includes(json.secret ?? 'none'), false);
  assert.deepEqual(
    (await list(simulation)).map(({ id, name, state, secret }) => [id, name, state, secret]),
    [[json.id, 'ios', 'active', undefined]],
  );
  const again = await post(simulation, '', { name: 'ios', eventTypes: ['*'] });
  assert.equal(again.status, 409);
});

test('after a rotation both secrets are taken until the overlap ends, then only the new one', async () => {
  const simulation = start();
  const old = await post(simulation, '', { name: 'ios', eventTypes: ['music.Played'], eventsPerSecond: 5 });
  const made = await post(simulation, '/ios:rotate', { overlap: 'PT2H' });
  assert.notEqual(made.json.secret, old.json.secret);
  assert.equal(made.json.eventsPerSecond, 5);
  assert.deepEqual((await list(simulation)).map(({ state }) => state).toSorted(), ['active', 'retiring']);
  assert.deepEqual(await taken(simulation, old.json.secret), ['ios', old.json.id, ['music.Played']]);

  const collect = new WriteKeys(simulation.store, simulation.time);
  assert.ok(!(collect.find(old.json.secret) instanceof PlatformError));
  await simulation.until(() => false, 2 * HOUR_MS);
  assert.deepEqual(await taken(simulation, old.json.secret), 'unknown_write_key');
  const cached = await collect.find(old.json.secret);
  assert.ok(cached instanceof PlatformError, 'what is at hand ends with the overlap too');
  assert.deepEqual(await taken(simulation, made.json.secret), ['ios', made.json.id, ['music.Played']]);
  const states = new Map((await list(simulation)).map(({ id, state }) => [id, state]));
  assert.deepEqual([states.get(old.json.id), states.get(made.json.id)], ['revoked', 'active']);
});

test('revoking ends every secret of a name or one, and repeating it changes nothing', async () => {
  const simulation = start();
  const old = await post(simulation, '', { name: 'ios', eventTypes: ['*'] });
  const made = await post(simulation, '/ios:rotate');
  await post(simulation, '/ios:revoke', { id: old.json.id });
  assert.equal(await taken(simulation, old.json.secret), 'unknown_write_key');
  assert.ok(Array.isArray(await taken(simulation, made.json.secret)));
  await post(simulation, '/ios:revoke');
  const before = await list(simulation);
  await simulation.until(() => false, HOUR_MS);
  assert.equal((await post(simulation, '/ios:revoke')).status, 200);
  assert.deepEqual(await list(simulation), before);
  assert.equal((await post(simulation, '/ios:rotate')).status, 404);
  assert.equal((await post(simulation, '/none:revoke')).status, 404);
});

test('a rotation that dies in between leaves the app with a secret that is taken', async () => {
  const simulation = start();
  const old = await post(simulation, '', { name: 'ios', eventTypes: ['*'] });
  simulation.killAt = (_count, when, effect) => when === 'after' && effect.startsWith('create write-keys/');
  await assert.rejects(post(simulation, '/ios:rotate', { overlap: 'PT0S' }));
  assert.ok(Array.isArray(await taken(simulation, old.json.secret)));
});

test('rights can be changed; what is left out stays, and a rate of null is none', async () => {
  const simulation = start();
  const { json } = await post(simulation, '', { name: 'ios', eventTypes: ['music.Played'], eventsPerSecond: 5 });
  await post(simulation, '/ios:change', { eventTypes: ['music.Played', 'music.Skipped'] });
  assert.deepEqual(await taken(simulation, json.secret), ['ios', json.id, ['music.Played', 'music.Skipped']]);
  assert.equal((await list(simulation))[0]?.eventsPerSecond, 5);
  await post(simulation, '/ios:change', { eventsPerSecond: null });
  assert.equal((await list(simulation))[0]?.eventsPerSecond, undefined);
});

test('the rate of a subject is the default, a number or none, and survives changes and rotations', async () => {
  const simulation = start();
  const rateOf = async (): Promise<unknown> =>
    (await list(simulation)).find(({ state }) => state === 'active')?.subjectEventsPerSecond;
  await post(simulation, '', { name: 'ios', eventTypes: ['*'] });
  assert.equal(await rateOf(), undefined);
  await post(simulation, '/ios:change', { subjectEventsPerSecond: 3 });
  await post(simulation, '/ios:change', { eventsPerSecond: 100 });
  assert.equal(await rateOf(), 3);
  await post(simulation, '/ios:rotate', { overlap: 'PT1H' });
  assert.equal(await rateOf(), 3);
  await post(simulation, '/ios:change', { subjectEventsPerSecond: null });
  assert.equal(await rateOf(), null);
});

test('usage is summed over boots and hours, for the secret that was used', async () => {
  const simulation = start();
  const { json } = await post(simulation, '', { name: 'ios', eventTypes: ['*'] });
  const usage = (sdk: string, events: number, id = json.id): object => ({
    writeKey: 'ios',
    id,
    sdk,
    requests: 1,
    events,
  });
  const reports: readonly (readonly [string, number, object])[] = [
    ['boot-0001', 0, usage('tributary-js/0.1.0', 3)],
    ['boot-0002', 0, usage('tributary-js/0.1.0', 4)],
    ['boot-0001', 5, usage('tributary-js/0.0.9', 2)],
    ['boot-0001', 30, usage('tributary-js/0.0.1', 9)],
    ['boot-0003', 1, usage('tributary-js/0.1.0', 7, 'another-one')],
  ];
  for (const [boot, hoursAgo, one] of reports) {
    const hour = keyAt('hour', NOW - hoursAgo * HOUR_MS);
    const report = { hour, boot: boot as BootId, final: true, types: new Map(), usage: [one as never] };
    await simulation.store.create(reportObject(hour, boot as BootId), encodeReport(report));
  }
  assert.deepEqual((await list(simulation))[0]?.usage, [
    { sdk: 'tributary-js/0.1.0', requests: 2, events: 7, lastHour: '2026-08-11T03' },
    { sdk: 'tributary-js/0.0.9', requests: 1, events: 2, lastHour: '2026-08-10T22' },
  ]);
});

test('a key that could never be used is not made', () => {
  const right = {
    name: 'ios',
    eventTypes: ['*', 'music.*', 'music.Played_v2'],
    origins: ['https://a.example:8080', '*'],
  };
  assert.equal(newWriteKeyShape.safeParse(right).success, true);
  for (const wrong of [
    { name: 'ann@example.com' },
    { eventTypes: [] },
    { eventTypes: ['played'] },
    { origins: ['example.com'] },
    { origins: ['https://example.com/'] },
    { eventsPerSecond: 0 },
    { subjectEventsPerSecond: 0 },
    { secret: 'tw_mine' },
  ]) {
    assert.equal(newWriteKeyShape.safeParse({ ...right, ...wrong }).success, false, JSON.stringify(wrong));
  }
});
