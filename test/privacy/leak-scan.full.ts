// Nothing personal may stay: people are sent through the whole platform in every way, and then looked for in every byte.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { PINNED_KEY_FILE } from '#cli/platform/data-folder.ts';
import { runRecipe, skipRecipe } from '#test/cli/openssl-recipe.ts';
import { eventually } from '#test/eventually.ts';
import { createTestPlatform, type Ready, type TestPlatform } from '#test/main-job/platform.ts';
import { assertCleanFiles } from './clean-files.ts';
import { everyRow } from './every-row.ts';
import { type AwkwardRequest, awkwardRequests, CANARY, eventsOf, makePeople } from './people.ts';
import { type Person, secretsOf } from '#shared/privacy/canary/person.ts';
import type { CanaryAnswer } from '#shared/privacy/canary/canary-shape.ts';
import { createTraceFinder } from '#shared/privacy/canary/traces.ts';

/** What `trib canary --json` prints. */
type Canary = CanaryAnswer & { readonly files?: { readonly found: readonly object[] } };

const LAND_MS = 120_000;
const people = makePeople(24);
const secrets = createTraceFinder(secretsOf(people));
const canary = createTraceFinder([{ name: 'canary', value: CANARY }]);
/** Forgotten in the middle of it. */
const FORGOTTEN = 0;
/** Never seen before they are forgotten. */
const UNHEARD = 23;

test('what is personal is in no row, file, object or log, in no encoding and as no plain hash', async (t) => {
  const outside = mkdtempSync(join(tmpdir(), 'tributary-sent-'));
  // Everything that the platform writes lies under one folder, temporary files too.
  const inside = mkdtempSync(join(tmpdir(), 'tributary-scanned-'));
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = inside;
  const platform = await createTestPlatform();
  const said: string[] = [];
  const certificates: string[] = [];
  const trib = async (...args: readonly string[]): Promise<string> => {
    const { stdout, stderr, exitCode } = await platform.trib(...args);
    assert.equal(exitCode, 0, stderr);
    said.push(stdout, stderr);
    return stdout;
  };
  try {
    const ready = await platform.up();

    await t.test('people are sent: live, as an import, as a log, and wrongly', async () => {
      await trib('send', eventFile(outside, 'live', people.slice(0, UNHEARD), new Date().toISOString()));
      await trib(
        'send',
        eventFile(outside, 'history', people.slice(0, UNHEARD), '2024-05-02T12:00:00Z'),
        '--historical',
      );
      await trib('send', '--from', 'access-log', accessLog(outside), '--historical');
      for (const person of people) said.push(...(await sendAwkwardly(ready, person)));
    });

    await t.test('what was sealed can be opened by who may', async () => {
      const opened = await eventually(
        () => reveal(platform, ready),
        ({ status }) => status === 'plain',
        LAND_MS,
      );
      assert.equal(opened?.status, 'plain');
      assert.ok(people.some(({ ip }) => ip === opened.value));
    });

    await t.test('people are forgotten, one of whom nobody had heard', async () => {
      for (const index of [FORGOTTEN, UNHEARD]) {
        const erased = await trib('erase', people[index]?.userId ?? '', '--wait', '--json');
        certificates.push(JSON.stringify((JSON.parse(erased) as { certificate: object }).certificate));
      }
      await trib('send', eventFile(outside, 'late', people, new Date().toISOString()));
    });

    await t.test('their certificates verify with openssl against the pinned key', { skip: skipRecipe }, () => {
      for (const certificate of certificates) {
        const file = join(outside, 'certificate.json');
        writeFileSync(file, certificate);
        assert.match(runRecipe(file, join(platform.dataFolder, PINNED_KEY_FILE)), /Verified OK/);
      }
    });

    await t.test('rows hold none of it', async () => {
      const landed = await eventually(
        () => platform.sql<{ n: number }>('SELECT COUNT(*) AS n FROM raw.listening_track_played'),
        ([row]) => (row?.n ?? 0) >= (UNHEARD - 1) * 3,
        LAND_MS,
      );
      assert.ok((landed?.[0]?.n ?? 0) >= (UNHEARD - 1) * 3, JSON.stringify(landed));
      const rows = await everyRow(platform, ready);
      assert.ok(canary.find(Buffer.from(rows)).length > 0, 'the rows hold what was sent in clear');
      assert.deepEqual(secrets.find(Buffer.from(rows)), []);
    });

    await t.test("the platform's own canary arrives, and is found nowhere but where it is sent in clear", async () => {
      const post = async (path: string): Promise<Canary> => {
        const response = await fetch(`${ready.privacy}/v1/${path}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${ready.tokens['compliance']}`, 'content-type': 'application/json' },
          body: '{}',
        });
        return (await response.json()) as Canary;
      };
      const { id } = await post('canaries');
      let searched = await post(`canaries/${id}:search`);
      while (!searched.done) {
        await new Promise((resolve) => setTimeout(resolve, (searched.againAfterSeconds ?? 1) * 1000));
        searched = await post(`canaries/${id}:search`);
      }
      const shown = JSON.parse(await trib('canary', '--files', '--json')) as Canary;
      assert.deepEqual([shown.id, shown.passed, shown.found, shown.unread, shown.files?.found], [id, true, [], [], []]);
      assert.ok(shown.searched.tables > 15 && shown.searched.objects > 20, JSON.stringify(shown.searched));
    });

    await t.test('files hold none of it while it runs', () =>
      assertCleanFiles(inside, { personal: secrets, clear: canary }),
    );

    await t.test('files hold none of it after a clean end, nor does what was said on the way', async () => {
      await trib('down');
      assertCleanFiles(inside, { personal: secrets, clear: canary });
      assert.deepEqual(secrets.find(Buffer.from(said.join('\n'))), []);
    });
  } finally {
    await platform.remove();
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    for (const folder of [outside, inside]) rmSync(folder, { recursive: true, force: true });
  }
});

function eventFile(folder: string, name: string, of: readonly Person[], occurredAt: string): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.ndjson`);
  const events = of.flatMap((person) =>
    eventsOf(person, occurredAt).map((event) => ({ ...event, id: `${name} ${String(event['id'])}` })),
  );
  writeFileSync(file, `${events.map((event) => JSON.stringify(event)).join('\n')}\n`);
  return file;
}

function accessLog(folder: string): string {
  const lines = people
    .slice(0, UNHEARD)
    .map(
      ({ ip, userId, email }) =>
        `${ip} - ${userId} [02/May/2024:12:00:00 +0000] "GET /${CANARY}?u=${email} HTTP/1.1" 200 17 "-" "curl/8 (${email})"`,
    );
  const file = join(folder, 'access-log.txt');
  // The last line is none: what cannot be read must not be shown either.
  writeFileSync(file, `${[...lines, `${people[1]?.email} was here`].join('\n')}\n`);
  return file;
}

/** Sends what somebody gets wrong, by nobody and by somebody who may, and gives back what was answered. */
async function sendAwkwardly(ready: Ready, person: Person): Promise<readonly string[]> {
  const answers: string[] = [];
  for (const { to, path, headers, body } of awkwardRequests(person)) {
    for (const bearer of ['', bearerFor(to, ready)]) {
      const response = await fetch(`${ready[to]}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${bearer}`, ...headers },
        ...(body === undefined ? {} : { body }),
      });
      assert.ok(response.status < 500 || response.status === 501, `${to} ${response.status}`);
      answers.push(withoutIds(await response.text()));
    }
  }
  return answers;
}

function bearerFor(to: AwkwardRequest['to'], { writeKey, tokens }: Ready): string {
  const roles = { collect: '', metadata: 'team', privacy: 'compliance', operator: 'admin', console: 'analyst' };
  return to === 'collect' ? writeKey : (tokens[roles[to]] ?? '');
}

/** A verdict names its event by the id that it was sent with, as it must. */
function withoutIds(answer: string): string {
  return answer.replaceAll(/"id":"[^"]*"/g, '"id":""');
}

/** What compliance sees of a sealed value. */
async function reveal(
  platform: TestPlatform,
  ready: Ready,
): Promise<{ readonly status: string; readonly value?: string }> {
  const [row] = await platform.sql<{ subject: string; sealed: string }>(
    'SELECT subject, TO_BASE64(sealed) AS sealed FROM web.page_requested WHERE sealed IS NOT NULL LIMIT 1',
  );
  const response = await fetch(`${ready.privacy}/v1/reveal`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ready.tokens['compliance']}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      purpose: 'web-operations',
      token: row?.subject,
      sealed: row?.sealed,
      field: 'address',
      reason: 'case 17 of the leak scan',
    }),
  });
  return (await response.json()) as { status: string; value?: string };
}
