/** The SDK in a real Chromium against a whole local platform on another origin: whatever happens to pages and networks, each event is in the endpoint once. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { eventTypesOf } from '#shared/catalog/catalog.ts';
import { serviceAccountEmail } from '#shared/platform/roles.ts';
import { repositoryCatalog } from '#test/functions/collect/test-app.ts';
import { eventually } from '#test/eventually.ts';
import { createTestPlatform, type Ready, type TestPlatform } from '#test/main-job/platform.ts';
import { CHROMIUM, type Chromium, startChromium, type Tab } from './chromium.ts';
import { type CollectServer, startCollectServer } from './collect-server.ts';
import { sitePage } from './site-page.ts';

const skip =
  CHROMIUM === undefined ? 'no Chromium is installed (Debian: apt install chromium, or set CHROMIUM)' : false;
const TYPE = 'listening.TrackPlayed';
const LAND_MS = 120_000;
const HOUR_MS = 3_600_000;

const [data] = eventTypesOf(repositoryCatalog()).find(({ id }) => id === TYPE)?.examples ?? [];
assert.ok(data !== undefined);

const profile = mkdtempSync(join(tmpdir(), 'tributary-chromium-'));
let platform: TestPlatform;
let ready: Ready;
let site: CollectServer;
let elsewhere: CollectServer;
let chromium: Chromium;
let writeKey: string;
/** Every event that was tracked in a page that may send. */
let owed = 0;

if (skip === false) {
  before(async () => {
    const page = await sitePage();
    [site, elsewhere] = [await startCollectServer(page), await startCollectServer(page)];
    platform = await createTestPlatform();
    ready = await platform.up();
    const types = ['--types', 'listening.*', '--origins', site.url];
    const made = await platform.json<{ secret: string }>('key', 'create', 'site', ...types, '--json');
    writeKey = made.secret;
    chromium = await startChromium(profile);
  });
  after(async () => {
    await chromium.kill();
    await Promise.all([site.stop(), elsewhere.stop(), platform.remove()]);
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  });
}

async function openPage(queue: string, options: object = {}, origin = site.url): Promise<Tab> {
  const tab = await chromium.open(`${origin}/${queue}`);
  await startClient(tab, queue, options);
  return tab;
}

async function startClient(tab: Tab, queue: string, options: object = {}): Promise<void> {
  const all = { url: ready.collect, writeKey, userId: 'listener-1', queue, ...options };
  await tab.run(`void (problems = [], rejected = [], client = tributary.createBrowserClient({
    ...${JSON.stringify(all)},
    onProblem: (problem) => problems.push(problem),
    onRejected: (one) => rejected.push(one),
  }))`);
}

/** Tracks events and resolves once they are in the queue's store. */
async function track(tab: Tab, prefix: string, count: number): Promise<void> {
  owed += count;
  await tab.run(`(async () => {
    for (let index = 0; index < ${count}; index += 1) {
      client.track('${TYPE}', ${JSON.stringify(data)}, { id: '${prefix}-' + index });
    }
    await client.saved();
  })()`);
}

interface Landed {
  readonly rows: number;
  readonly events: number;
}

/** What has landed so far, of a table or view. */
async function landedIn(table: string): Promise<Landed | undefined> {
  const rows = await platform.sql<Landed>(
    `SELECT COUNT(*) AS \`rows\`, COUNT(DISTINCT event_id) AS events FROM ${table}`,
  );
  return rows[0];
}

async function assertLanded(): Promise<void> {
  const landed = await eventually(
    () => landedIn('listening.track_played_live'),
    (found) => (found?.rows ?? 0) >= owed,
    LAND_MS,
  );
  assert.deepEqual(landed, { rows: owed, events: owed });
}

/** Tells metadata, as the tick does each minute, what time it is; it never goes back. */
async function passOn(nowMs: number): Promise<void> {
  const { cloud, metadata, project } = ready;
  const account = serviceAccountEmail('metadata', project);
  const post = async (url: string, body: object, headers: object = {}): Promise<Record<string, unknown>> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    assert.equal(response.status, 200, await response.clone().text());
    return (await response.json()) as Record<string, unknown>;
  };
  const asked = { audience: `https://tributary.${project}`, includeEmail: true };
  const { token } = await post(`${cloud}/v1/projects/-/serviceAccounts/${account}:generateIdToken`, asked);
  const authorization = `Bearer ${String(token)}`;
  for (let done = false; !done;) {
    const answer = await post(`${metadata}/v1/tick`, { now: nowMs / 1000 }, { authorization });
    done = answer['done'] === true;
  }
}

const options = { skip, timeout: 300_000 };

test(
  'a page sends to collect on another origin, asked for leave first, with the key in a header',
  options,
  async () => {
    const tab = await openPage('plain');
    await track(tab, 'plain', 250);
    assert.equal(await tab.run('client.flush()'), 0);
    assert.deepEqual(await tab.run('[client.counts().accepted, problems, rejected]'), [250, [], []]);
    await assertLanded();
    await tab.close();
  },
);

test('events tracked while the network is cut again and again arrive once it is back', options, async () => {
  const tab = await openPage('cut');
  for (let round = 0; round < 6; round += 1) {
    await track(tab, `cut-${round}`, 60);
    // In the middle of whatever is under way.
    await tab.offline(true);
    await track(tab, `cut-off-${round}`, 40);
    await tab.run('client.flush(200)');
    await tab.offline(false);
  }
  assert.equal(await tab.run('client.flush(60000)'), 0);
  await tab.close();
  await assertLanded();
});

test(
  'a page that is left sends its last events without a preflight, and by beacon where nothing else is there',
  options,
  async () => {
    const tab = await openPage('left', { limits: { gatherMs: 3_600_000 } });
    await track(tab, 'left', 30);
    await tab.go(`${site.url}/elsewhere`);
    await assertLanded();
    await tab.close();
    const old = await openPage('old', { limits: { gatherMs: 3_600_000 } });
    await old.run('void delete Request.prototype.keepalive');
    await track(old, 'beacon', 20);
    await old.go(`${site.url}/elsewhere`);
    await assertLanded();
    // Nobody told the page what came of the beacon, so the next one sends it again: twins are recognised.
    const next = await openPage('old');
    assert.equal(await next.run('client.flush(30000)'), 0);
    await next.close();
    await assertLanded();
  },
);

test('a browser that is killed, and a collect that is killed, lose nothing', options, async () => {
  const tab = await openPage('killed');
  await track(tab, 'killed-first', 100);
  const collect = (await platform.processes()).find(({ name }) => name === 'collect');
  assert.ok(collect !== undefined);
  process.kill(collect.pid, 'SIGKILL');
  await track(tab, 'killed', 100);
  await chromium.kill();
  chromium = await startChromium(profile);
  const again = await openPage('killed');
  // The flush waits for what the page before it left.
  assert.equal(await again.run('client.flush(60000)'), 0);
  await again.close();
  await assertLanded();
});

test('a page of an origin that the key does not list is told so, and nothing of it is taken', options, async () => {
  const tab = await openPage('elsewhere', {}, elsewhere.url);
  await tab.run(`void client.track('${TYPE}', ${JSON.stringify(data)}, { id: 'elsewhere-0' })`);
  assert.equal(await tab.run('client.flush(2000)'), 1);
  assert.deepEqual(await tab.run('problems'), [{ kind: 'refused', status: 403, code: 'origin_not_allowed' }]);
  await tab.close();
});

test('a rejected event is told with its reason, and the wait that collect asks for can be read', options, async () => {
  const tab = await openPage('rejected');
  await tab.run(`void client.track('${TYPE}', { ...${JSON.stringify(data)}, ms_played: -1 }, { id: 'rejected-0' })`);
  assert.equal(await tab.run('client.flush(20000)'), 0);
  assert.deepEqual(await tab.run('rejected.map(({ code, path }) => ({ code, path }))'), [
    { code: 'out_of_range', path: 'data.ms_played' },
  ]);
  const waits = await tab.run(`(async () => {
    const response = await fetch('${ready.collect}/v1/events', { method: 'POST', body: '{"events":[]}' });
    return [response.status, (await response.json()).code];
  })()`);
  assert.deepEqual(waits, [401, 'missing_write_key']);
  await tab.close();
});

test(
  'in the closed hour each event is there exactly once, flagged as what a driven browser sent',
  options,
  async () => {
    await passOn(Date.now() + 3 * HOUR_MS);
    const closed = await eventually(
      () => landedIn('listening.track_played'),
      (found) => (found?.rows ?? 0) >= owed,
      LAND_MS,
    );
    assert.deepEqual(closed, { rows: owed, events: owed });
    assert.deepEqual(await landedIn('listening.track_played_live'), closed);
    const flagged = await platform.sql('SELECT by_bot, COUNT(*) AS n FROM listening.track_played GROUP BY by_bot');
    assert.deepEqual(flagged, [{ by_bot: true, n: owed }]);
  },
);
