/** The SDK in a real Chromium: networks that are cut, pages that are closed, a browser that is killed; nothing is lost. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { until } from '#test/eventually.ts';
import { CHROMIUM, type Chromium, startChromium, type Tab } from './chromium.ts';
import { type CollectServer, startCollectServer } from './collect-server.ts';
import { sitePage } from './site-page.ts';

const skip =
  CHROMIUM === undefined ? 'no Chromium is installed (Debian: apt install chromium, or set CHROMIUM)' : false;
const TEST_MS = 60_000;
const profile = mkdtempSync(join(tmpdir(), 'tributary-chromium-'));

let collect: CollectServer;
let site: CollectServer;
let chromium: Chromium;

if (skip === false) {
  before(async () => {
    collect = await startCollectServer();
    site = await startCollectServer(await sitePage());
    chromium = await startChromium(profile);
  });
  after(async () => {
    await chromium.kill();
    await Promise.all([collect.stop(), site.stop()]);
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  });
}

/** A page with a client. Each test has a queue of its own. */
async function openPage(queue: string, options: object = {}): Promise<Tab> {
  const tab = await chromium.open(`${site.url}/${queue}`);
  await startClient(tab, queue, options);
  return tab;
}

async function startClient(tab: Tab, queue: string, options: object = {}): Promise<void> {
  const all = { url: collect.url, writeKey: 'tw_key', userId: 'listener-1', queue, ...options };
  await tab.run(`void (client = tributary.createBrowserClient(${JSON.stringify(all)}))`);
}

/** Tracks events and answers their ids, once they are in the queue's store. */
function track(tab: Tab, prefix: string, count: number, size = 10): Promise<readonly string[]> {
  return tab.run(`(async () => {
    const ids = Array.from({ length: ${count} }, (_, index) =>
      client.track('listening.TrackPlayed', { text: 'x'.repeat(${size}) }, { id: '${prefix}-' + index }).id);
    await client.saved();
    return ids;
  })()`);
}

function missing(ids: readonly string[]): readonly string[] {
  return ids.filter((id) => !collect.stored.has(id));
}

/** Waits until every event has arrived. */
function arrival(ids: readonly string[]): Promise<void> {
  return until(() => missing(ids).length === 0, 'events to arrive', { withinMs: TEST_MS, everyMs: 20 });
}

const options = { skip, timeout: TEST_MS };

test('events arrive from another origin with the write key in a header', options, async () => {
  const tab = await openPage('plain');
  const ids = await track(tab, 'plain', 250);
  assert.equal(await tab.run('client.flush()'), 0);
  assert.deepEqual(missing(ids), []);
  const requests = collect.arrivals.filter(({ ids }) => ids[0]?.startsWith('plain'));
  assert.deepEqual(
    requests.map(({ ids }) => ids.length),
    [100, 100, 50],
  );
  assert.ok(requests.every(({ authorization, url }) => authorization === 'Bearer tw_key' && url === '/v1/events'));
  await tab.close();
});

test('events tracked while the network is cut arrive soon after it is back', options, async () => {
  const tab = await openPage('cut');
  const first = await track(tab, 'cut-before', 5);
  await arrival(first);
  await tab.offline(true);
  const ids = await track(tab, 'cut', 300);
  assert.ok((await tab.run<number>('client.flush(1500)')) > 0);
  assert.equal(missing(ids).length, 300);
  await tab.offline(false);
  await arrival(ids);
  assert.equal(await tab.run('client.flush()'), 0);
  await tab.close();
});

test('events of a page that is closed while collect is away arrive when another page is opened', options, async () => {
  await collect.stop();
  const tab = await openPage('closed');
  const ids = await track(tab, 'closed', 120);
  await tab.close();
  await collect.resume();
  const other = await openPage('closed');
  await arrival(ids);
  assert.equal(await other.run('client.flush()'), 0);
  await other.close();
});

test('events of a browser that is killed arrive when it is started again', options, async () => {
  await collect.stop();
  const tab = await openPage('killed');
  const ids = await track(tab, 'killed', 120);
  await chromium.kill();
  await collect.resume();
  chromium = await startChromium(profile);
  const again = await openPage('killed');
  await arrival(ids);
  await again.close();
});

test('a page that is left sends what waited, at once and without asking for leave first', options, async () => {
  const tab = await openPage('left', { limits: { gatherMs: 3_600_000 } });
  const ids = await track(tab, 'left', 50);
  assert.equal(missing(ids).length, 50);
  await tab.go(`${site.url}/elsewhere`);
  await arrival(ids);
  const requests = collect.arrivals.filter(({ ids }) => ids[0]?.startsWith('left'));
  assert.ok(
    requests.every(({ url, contentType }) => url === '/v1/events?writeKey=tw_key' && contentType === 'text/plain'),
  );
  await tab.close();
});

test('a tab that is closed the moment something was tracked sends it', options, async () => {
  const tab = await openPage('moment', { limits: { gatherMs: 3_600_000 } });
  await tab.run(`void client.track('listening.TrackPlayed', {}, { id: 'moment-0' })`);
  await tab.close();
  await arrival(['moment-0']);
});

test('what does not fit into the last request of a page arrives with the next page', options, async () => {
  const tab = await openPage('large', { limits: { gatherMs: 3_600_000 } });
  const ids = await track(tab, 'large', 40, 5000);
  await tab.go(`${site.url}/elsewhere`);
  await startClient(tab, 'large');
  await arrival(ids);
  await tab.close();
});

test('a page that is gone back to goes on', options, async () => {
  const tab = await openPage('back', { limits: { gatherMs: 3_600_000 } });
  const before = await track(tab, 'back-before', 3);
  await tab.go(`${site.url}/elsewhere`);
  await tab.run('void history.back()');
  await arrival(before);
  const isBack = (): Promise<boolean> => tab.run<boolean>(`location.pathname === '/back'`).catch(() => false);
  await until(isBack, 'the page to be gone back to', { withinMs: TEST_MS, everyMs: 20 });
  // Whether the browser kept the page or made it anew is its own choice.
  if (!(await tab.run<boolean>(`typeof client === 'object'`))) await startClient(tab, 'back');
  const ids = await track(tab, 'back-after', 3);
  assert.equal(await tab.run('client.flush()'), 0);
  assert.deepEqual(missing(ids), []);
  await tab.close();
});

test(
  'a page takes over the events of one that is closed beside it, and neither sends what the other has',
  options,
  async () => {
    const [left, right] = [await openPage('beside'), await openPage('beside')];
    await arrival([...(await track(left, 'beside-left', 10)), ...(await track(right, 'beside-right', 10))]);
    const third = await openPage('beside');
    collect.mode = 'busy';
    const mine = await track(left, 'beside-mine', 10);
    const heir = await openPage('beside');
    await left.close();
    collect.mode = 'fine';
    await arrival(mine);
    for (const tab of [right, third, heir]) assert.equal(await tab.run('client.flush()'), 0);
    const sent = collect.arrivals.flatMap(({ ids }) => ids.filter((id) => id.startsWith('beside')));
    assert.equal(sent.length, new Set(sent).size, 'nothing was sent twice');
    for (const tab of [right, third, heir]) await tab.close();
  },
);

test('a withdrawn purpose takes its events out of the store', options, async () => {
  const tab = await openPage('consent', { consent: { personalisation: true }, limits: { gatherMs: 3_600_000 } });
  await tab.run(`(async () => {
    client.track({ type: 'listening.SearchPerformed', purpose: 'personalisation', consent: 'required' }, { query: 'x' }, { id: 'consent-no' });
    client.track({ type: 'listening.TrackPlayed', purpose: 'product-analytics' }, {}, { id: 'consent-yes' });
    client.setConsent({ personalisation: false });
    await client.saved();
  })()`);
  const stored = await tab.run(`new Promise((resolve) => {
    const opening = indexedDB.open('consent');
    opening.onsuccess = () => {
      const reading = opening.result.transaction('events').objectStore('events').getAllKeys();
      reading.onsuccess = () => resolve(reading.result);
    };
  })`);
  assert.deepEqual(stored, ['consent-yes']);
  assert.equal(await tab.run('client.flush()'), 0);
  assert.ok(!collect.stored.has('consent-no'));
  await tab.close();
});

test('without IndexedDB events are sent from memory, and the app is told', options, async () => {
  const tab = await chromium.open(`${site.url}/memory`);
  await tab.run(`void (indexedDB.constructor.prototype.open = () => { throw new Error('denied'); })`);
  await tab.run(`void (problems = [], client = tributary.createBrowserClient({
    url: '${collect.url}', writeKey: 'tw_key', userId: 'listener-1', onProblem: ({ kind }) => problems.push(kind) }))`);
  const ids = await track(tab, 'memory', 5);
  assert.equal(await tab.run('client.flush()'), 0);
  assert.deepEqual(missing(ids), []);
  assert.deepEqual(await tab.run('problems'), ['storage']);
  await tab.close();
});

test('pages come and go while the network and collect fail in every way: nothing is lost', options, async () => {
  const modes = ['fine', 'lost reply', 'busy', 'fine', 'lost reply', 'unknown key', 'fine'] as const;
  const owed: string[] = [];
  let tab = await openPage('storm');
  for (let round = 0; round < 21; round += 1) {
    collect.mode = modes[round % modes.length] ?? 'fine';
    if (round % 4 === 1) await tab.offline(true);
    owed.push(...(await track(tab, `storm-${round}`, 20, 200)));
    if (round % 5 === 2) await tab.run('client.flush(200)');
    if (round % 4 === 1) await tab.offline(false);
    if (round % 3 === 0) {
      await tab.close();
      tab = await openPage('storm');
    } else if (round % 3 === 1) {
      await tab.go(`${site.url}/storm-${round}`);
      await startClient(tab, 'storm');
    }
  }
  collect.mode = 'fine';
  // A refused key is asked about every few minutes; a new page asks at once.
  await tab.close();
  tab = await openPage('storm');
  await arrival(owed);
  assert.equal(owed.length, 420);
  assert.equal(await tab.run('client.flush()'), 0);
  await tab.close();
});
