/** Replays after a fix: failed events opened by privacy and sent through collect, over Google's own clients and real tables. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { UndeclaredNamesAnswer } from '#shared/privacy/undeclared-names-shape.ts';
import { serviceAccountEmail } from '#shared/platform/roles.ts';
import { systemClock } from '#shared/platform/clock.ts';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';
import { SECRET } from '#test/functions/collect/test-app.ts';
import { leaksIn, play } from '#test/functions/collect/world.ts';
import { repositoryCatalog } from '#test/functions/operator/repository.ts';

const cloud = await startTestCloud();
const { AUDIENCE, layPlatform, PLACE, startCollect } = await import('#test/functions/applied-platform.ts');
const { wirePrivacy } = await import('#functions/privacy/wire.ts');
const { createCredentials, identityTokenOf } = await import('#shared/gcp/base/service-accounts.ts');
const platform = await layPlatform(repositoryCatalog());
// Privacy is somebody, as a platform makes it: collect takes events of the platform's own functions only.
const credentials = join(cloud.dataDir, 'privacy.json');
writeFileSync(credentials, await createCredentials(serviceAccountEmail('privacy', TEST_PROJECT), TEST_PROJECT));
process.env['GOOGLE_APPLICATION_CREDENTIALS'] = credentials;
const collect = await startCollect(platform.state, systemClock);
const privacy = wirePrivacy({
  GOOGLE_CLOUD_PROJECT: TEST_PROJECT,
  TRIBUTARY_REGION: PLACE.region,
  TRIBUTARY_AUDIENCE: AUDIENCE,
  TRIBUTARY_COLLECT_URL: collect.url,
  TRIBUTARY_METADATA_URL: 'http://127.0.0.1:1',
  TRIBUTARY_PRIVACY_URL: 'http://127.0.0.1:1',
  TRIBUTARY_OPERATOR_URL: 'http://127.0.0.1:1',
  TRIBUTARY_REVOCATION_BOUND_SECONDS: '5',
});
await privacy.opened;
const server = createServer(privacy.handler);
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
after(async () => {
  server.closeAllConnections();
  server.close();
  await Promise.all([collect.stop(), privacy.stop()]);
});

const TYPE = 'listening.TrackPlayed';
const RAW = 'SELECT COUNT(*) AS n FROM raw.listening_track_played';
const FAILED = 'SELECT COUNT(*) AS n FROM platform.failed_events';
const BROUGHT_IN = "SELECT COUNT(*) AS n FROM platform.replays WHERE status IN ('accepted', 'duplicate')";

interface Page {
  readonly status: number;
  readonly done: boolean;
  readonly next?: object;
  readonly code?: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly reasons: Readonly<Record<string, number>>;
}

async function replay(body: object, role = 'team'): Promise<Page> {
  const { status, json } = await ask('/v1/failed-events:replay', body, role);
  return { status, ...(json as Omit<Page, 'status'>) };
}

async function ask(
  path: string,
  body: object,
  role: string,
): Promise<{ readonly status: number; readonly json: unknown }> {
  const token = await identityTokenOf(`tributary-${role}@${TEST_PROJECT}.iam.gserviceaccount.com`, AUDIENCE);
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, json: await response.json() };
}

/** The counts that are not 0. */
function told({ counts }: Page): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

const now = (): string => new Date().toISOString();
const fridge = (more: object = {}): Record<string, unknown> =>
  play({ occurredAt: now(), ...more }, { platform: 'fridge' });

test('a replay before the fix brings nothing in and keeps nothing once more; a dry run says so beforehand', async () => {
  const sent = await collect.send([fridge(), fridge({ userId: 'ben' }), fridge({ type: `${TYPE}_v2` })]);
  assert.deepEqual(sent, ['not_in_enum', 'not_in_enum', 'unknown_type']);
  await collect.send([fridge({ userId: undefined, anonymousId: undefined })]);
  await platform.until(FAILED, 4);
  const asked = { type: TYPE, reason: 'not_in_enum' };
  for (const dryRun of [true, false]) {
    const page = await replay({ ...asked, dryRun });
    assert.deepEqual([page.status, page.done, told(page)], [200, true, { rejected: 2 }]);
    assert.deepEqual(page.reasons, { 'not_in_enum at data.platform': 2 });
  }
  assert.deepEqual(await platform.query(FAILED), [{ n: 4 }]);
  assert.deepEqual(await platform.query(RAW), [{ n: 0 }]);
});

test('after the fix they come in once, however often the replay is repeated, and page by page', async () => {
  await platform.apply(
    repositoryCatalog({ 'events/listening/TrackPlayed.yaml': ['speaker, tv]', 'speaker, tv, fridge]'] }),
  );
  await collect.adoptCatalog();
  const asked = { type: TYPE, reason: 'not_in_enum', limit: 1 };
  const first = await replay(asked);
  assert.deepEqual([told(first), first.done], [{ accepted: 1 }, false]);
  // As when the reply was lost, or the fact has not landed: it is opened again, and recognised.
  const again = await replay(asked);
  assert.ok(['{"duplicate":1}', '{"accepted":1}'].includes(JSON.stringify(told(again))));
  // The place of a page leads past what was on it, whatever became of that.
  const second = await replay({ ...asked, after: first.next });
  assert.notDeepEqual(second.next, first.next);
  await replay({ ...asked, limit: 100 });
  await platform.until(BROUGHT_IN.replace('COUNT(*)', 'COUNT(DISTINCT failed_id)'), 2);
  assert.deepEqual(told(await replay({ ...asked, limit: 100 })), {});
  assert.deepEqual(await platform.query(RAW), [{ n: 2 }]);
  const rows = await platform.query('SELECT TO_JSON_STRING(t) AS row FROM raw.listening_track_played AS t');
  assert.deepEqual(leaksIn(rows.map(({ row }) => String(row))), []);
});

test('an event of a type that was declared later is found by its name; others of its reason stay as they are', async () => {
  const page = await replay({ type: 'listening.SearchPerformed', reason: 'unknown_type' });
  assert.deepEqual(told(page), { otherType: 1 });
});

test('an event of another client that nothing mapped is found by the type that a mapping makes of it since', async () => {
  const { id, data, occurredAt } = play({ occurredAt: now() });
  const call = { type: 'track', event: TYPE, userId: 'hugo', messageId: id, timestamp: occurredAt, properties: data };
  const other = { ...call, event: 'listening.SearchPerformed', messageId: `${String(id)}-other` };
  const headers = { 'x-write-key': SECRET };
  const sent = await fetch(`${collect.url}/v1/batch`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ batch: [call, other] }),
  });
  assert.equal(sent.status, 200);
  await platform.until(`${FAILED} WHERE code = 'unmapped_event'`, 2);
  const asked = { type: TYPE, reason: 'unmapped_event' };
  assert.deepEqual(told(await replay(asked)), { otherType: 2 });
  await platform.apply(
    repositoryCatalog({
      'events/listening/TrackPlayed.yaml': ['speaker, tv]', 'speaker, tv, fridge]'],
      'platform/sources/segment.yaml': ['protocol: segment\n', 'protocol: segment\nunmapped: by-name\n'],
    }),
  );
  await collect.adoptCatalog();
  assert.deepEqual(told(await replay(asked)), { accepted: 1, otherType: 1 });
});

test('of somebody who was erased meanwhile nothing is opened and nothing is sent', async () => {
  const wrong = { country: 'nowhere' };
  await collect.send([
    play({ occurredAt: now(), userId: 'carl' }, wrong),
    play({ occurredAt: now(), userId: 'dora' }, wrong),
  ]);
  const failed = `${FAILED} WHERE code = 'bad_format'`;
  await platform.until(failed, 2);
  const { json } = await ask('/v1/erasures', { userId: 'carl' }, 'compliance');
  for (const verb of ['verify', 'scope', 'freeze', 'shred']) {
    const { status } = await ask(`/v1/erasures/${(json as { id: string }).id}:${verb}`, {}, 'workflows');
    assert.equal(status, 200, verb);
  }
  assert.deepEqual(told(await replay({ reason: 'bad_format' })), { shredded: 1, rejected: 1 });
});

test('a team learns by what names events came that nothing declares, and nothing else of what was sent', async () => {
  const opened = (type: string, userId: string) => fridge({ type, userId });
  await collect.send([
    ...['erin', 'finn', 'gina'].map((userId) => opened('shop.CartOpened', userId)),
    opened('shop.ProfileOfAnn', 'erin'),
  ]);
  await platform.until(`${FAILED} WHERE code = 'unknown_type'`, 5);
  const { status, json } = await ask('/v1/failed-events:names', { reason: 'unknown_type' }, 'team');
  assert.equal(status, 200, JSON.stringify(json));
  const { names, rare, total, looked } = json as UndeclaredNamesAnswer;
  assert.deepEqual(
    names.map(({ code, name, writeKey, events, people, now: fate }) => [code, name, writeKey, events, people, fate]),
    [['unknown_type', 'shop.CartOpened', 'test-app', 3, 3, 'undeclared']],
  );
  assert.deepEqual([rare, total, looked], [{ names: 2, events: 2 }, 5, 5]);
  assert.deepEqual(leaksIn([JSON.stringify(json)]), []);
  const all = await ask('/v1/failed-events:names', { minPeople: 1 }, 'team');
  assert.equal((all.json as UndeclaredNamesAnswer).names.length, 4);
  for (const role of ['analyst', 'compliance']) {
    assert.equal((await ask('/v1/failed-events:names', {}, role)).status, 403);
  }
  assert.equal((await ask('/v1/failed-events:names', { reason: 'not_in_enum' }, 'team')).status, 400);
  const uses = "SELECT COUNT(*) AS n FROM platform.accesses WHERE JSON_VALUE(body, '$.channel') = 'names'";
  await platform.until(uses, 2);
});

test('only teams replay, and what they ask for is checked', async () => {
  for (const role of ['analyst', 'compliance']) assert.equal((await replay({}, role)).status, 403);
  for (const wrong of [
    { type: "x' OR TRUE --" },
    { reason: 'no_reason' },
    { after: { failedAt: now(), id: "' OR '" } },
  ]) {
    assert.deepEqual((await replay(wrong)).status, 400, JSON.stringify(wrong));
  }
});

test('every opening is recorded before anything is sent, with who asked and how many, and no original', async () => {
  const uses =
    "SELECT TO_JSON_STRING(t) AS use FROM platform.accesses AS t WHERE JSON_VALUE(body, '$.channel') = 'replay'";
  const found = (await platform.query(uses)).map(({ use }) => String(use));
  assert.ok(found.length >= 3);
  for (const use of found) assert.match(use, /tributary-team@.*"purpose\\?":\\?"quality/);
  assert.deepEqual(leaksIn(found), []);
});
