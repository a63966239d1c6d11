import assert from 'node:assert/strict';
import { globSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { systemClock } from '#shared/platform/clock.ts';
import { type Browser, findBrowser, type Page, startBrowser } from './browser.ts';
import { type ConsolePlatform, startConsolePlatform } from './console-platform.ts';
import { report } from './seed.ts';

const command = findBrowser();
const skip = command === undefined ? 'no Chromium on this machine; CHROME_BIN may name one' : false;
/** Where pictures of the page go, for people who want to look; none are taken without it. */
const PICTURES = process.env['TRIBUTARY_PICTURES'];
/** Of this repository: a folder for each pipeline, a file for each event type. */
const ENDPOINTS = globSync(['events/*/*.yaml', 'sql/*/*/endpoint.yaml']).length;
const ROWS = "document.querySelectorAll('.endpoints tbody tr').length";
const WIDE = { width: 1440, height: 1000, scheme: 'light' } as const;

let platform: ConsolePlatform;
let browser: Browser;
let page: Page;

async function open(view: Parameters<Page['show']>[0] = WIDE): Promise<void> {
  page = await browser.newPage();
  await page.show(view);
  await page.open(platform.url);
}

async function picture(name: string): Promise<void> {
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot(join(PICTURES, `${name}.png`));
}

async function textOf(selector: string): Promise<string> {
  return String(await page.evaluate(`document.querySelector(${JSON.stringify(selector)})?.innerText ?? ''`));
}

if (command !== undefined) {
  platform = await startConsolePlatform(systemClock);
  browser = await startBrowser(command);
  after(async () => {
    await browser.stop();
    await platform.stop();
  });
}

test('before a catalog is applied the page says what to do, and it is there once one is', { skip }, async () => {
  await open();
  await page.until("document.body.innerText.includes('No catalog is applied yet')");
  assert.equal(await page.evaluate("document.querySelectorAll('.endpoints').length"), 0);
  await platform.fill();
  await report(platform.store, Date.now(), { 'listening.TrackPlayed': 5000 });
  await page.evaluate("document.querySelector('[data-action=retry]').click()");
  await page.until(`${ROWS} === ${ENDPOINTS}`);
});

test('endpoints, the grid of their partitions, runs and who is looking are shown', { skip }, async () => {
  await page.until("document.querySelectorAll('.strip .cell').length > 100");
  await page.until("document.querySelectorAll('.runs tbody tr').length === 20");
  assert.match(await textOf('.endpoints'), /listening\.track_played[\s\S]*team-listening[\s\S]*current/);
  assert.match(await textOf('.runs tbody'), /running[\s\S]*query_failed/);
  assert.match(await textOf('.who'), /tributary-analyst/);
  const looks =
    "[...new Set([...document.querySelectorAll('.strip .cell')].map((cell) => cell.dataset.look))].sort().join()";
  assert.equal(await page.evaluate(looks), 'committing,empty,expected,failed,published,running,skipped,stale,waiting');
  await picture('wide-light');
  await page.show({ ...WIDE, scheme: 'dark' });
  await picture('wide-dark');
  await page.show(WIDE);
});

test('the last erasures are shown: how far each is and how long it took, by its id alone', { skip }, async () => {
  await page.until("document.querySelectorAll('.erasures tbody tr').length === 4");
  const text = await textOf('.erasures tbody');
  assert.match(text, /rows cleaned[\s\S]*certified[\s\S]*5\.7 s[\s\S]*held[\s\S]*scoped/);
  assert.equal(await page.evaluate("document.querySelectorAll('.erasures [data-fresh=late]').length"), 1);
});

test('a platform that is days old needs no introduction', { skip }, async () => {
  assert.equal(await page.evaluate("document.querySelector('.beginning')"), null);
});

test('counts move by themselves, and become events a second', { skip }, async () => {
  await report(platform.store, Date.now(), { 'listening.TrackPlayed': 7000 });
  await page.until("document.querySelector('[data-tile=Accepted] .value').innerText === '7,000'");
  assert.match(await textOf('[data-tile=Events] .value'), /^[1-9]/);
});

test('a cell that is pointed at tells generation, rows, when and by which run', { skip }, async () => {
  await page.pointAt('.strip .cell[data-endpoint="listening.track_played"]:last-child');
  await page.until(
    "/generation[\\s\\S]*rows[\\s\\S]*published[\\s\\S]*run/.test(document.querySelector('.tooltip')?.innerText ?? '')",
  );
  await picture('tooltip');
});

test('by keys alone: along a row, into an endpoint, over its grid, and back to where one was', { skip }, async () => {
  await page.evaluate('document.querySelector(\'[data-endpoint="listening.track_played"]:last-child\').focus()');
  await page.press('ArrowLeft');
  const [before, last] = [
    await page.evaluate('document.activeElement.dataset.partition'),
    await page.evaluate('document.activeElement.nextElementSibling.dataset.partition'),
  ];
  assert.ok(String(before) < String(last));
  await page.press('Enter');
  await page.until(
    "document.activeElement.id === 'detail-title' && document.querySelectorAll('.grid .cell').length > 60",
  );
  await page.until("document.querySelector('.schema') !== null && document.querySelector('.chosen') !== null");
  assert.match(await textOf('.detail'), /Pseudonym of the person[\s\S]*strict/);
  await picture('detail');
  await page.evaluate("document.querySelector('.grid .cell[aria-current]').focus()");
  await page.press('ArrowLeft');
  assert.ok(String(await page.evaluate('document.activeElement.dataset.partition')) < String(before));
  await page.press('Escape');
  await page.press('Escape');
  await page.until(
    "document.querySelector('.detail') === null && document.activeElement.dataset.open === 'listening.track_played'",
  );
});

test('a partition that is looked at says what it waits for', { skip }, async () => {
  const waiting = '.strip .cell[data-endpoint="web.daily_requests"][data-look=expected]';
  await page.evaluate(`document.querySelector('${waiting}').click()`);
  await page.until("document.querySelector('.inputs')?.innerText.includes('Waits for')");
  assert.match(await textOf('.inputs'), /web\.page_requested[\s\S]*expected/);
  await picture('waits-for');
  await page.press('Escape');
  await page.until("document.querySelector('.detail') === null");
});

test('a filter leaves what matches, and keeps what was typed while the page goes on', { skip }, async () => {
  const type = (text: string): Promise<unknown> =>
    page.evaluate(
      `(() => { const input = document.querySelector('[data-input=filter]'); input.value = ${JSON.stringify(text)}; input.dispatchEvent(new Event('input', {bubbles: true})); })()`,
    );
  await type('team-web sql');
  await page.until("document.querySelectorAll('.endpoints tbody tr').length === 1");
  assert.equal(await page.evaluate("document.querySelector('[data-input=filter]').value"), 'team-web sql');
  await type('');
  await page.until(`${ROWS} === ${ENDPOINTS}`);
});

test(
  'when metadata goes away what was there stays, and it goes on by itself when metadata is back',
  { skip },
  async () => {
    await platform.interrupt();
    await page.until("document.querySelector('.notice')?.innerText.includes('does not answer')");
    assert.equal(await page.evaluate(ROWS), ENDPOINTS);
    await picture('failing');
    await platform.resume();
    await page.until(
      "document.querySelector('.notice') === null && document.querySelector('[data-live=live]') !== null",
    );
  },
);

test('nothing is wider than the screen, from a telephone to a desk', { skip }, async () => {
  const wider = `[...document.querySelectorAll('main *')].filter((element) =>
    element.getBoundingClientRect().right > innerWidth + 1 && element.closest('.strip') === null
  ).map((element) => element.tagName + '.' + element.className).join()`;
  const within = `[...document.querySelectorAll('section')].filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.className).join()`;
  for (const width of [1440, 1281, 1279, 1100, 1021, 1019, 700, 400]) {
    await page.show({ width, height: 900, scheme: 'light' });
    await page.until(`innerWidth === ${width}`);
    assert.equal(await page.evaluate(wider), '', String(width));
    assert.equal(await page.evaluate(within), '', String(width));
  }
  await picture('narrow');
});

test(
  'the page asks its own origin only, and the browser has nothing to refuse or complain about',
  { skip },
  async () => {
    const origins = new Set(page.requests.map((url) => new URL(url).origin));
    assert.deepEqual([...origins], [platform.url]);
    const expected = /status of 50[02]/;
    assert.deepEqual(
      page.problems.filter((problem) => !expected.test(problem)),
      [],
    );
    const injected = "fetch('https://example.com/').then(() => 'reached', () => 'refused')";
    assert.equal(await page.evaluate(injected), 'refused');
  },
);

test('who comes around the door is not signed in, and is told so', { skip }, async () => {
  page = await browser.newPage();
  await page.show(WIDE);
  await page.open(platform.backend);
  await page.until("document.body.innerText.includes('You are not signed in')");
  assert.equal(await page.evaluate("document.body.innerText.includes('listening')"), false);
});
