/** A merged change of declarations on a platform that runs: live in the collector that is warm, queryable, side by side, and undone. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually } from '#test/eventually.ts';
import { createTestPlatform, type Ready } from './platform.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What the promise allows from the upload of the catalog to the first event that is judged by it. */
const LIVE_WITHIN_MS = 60_000;
const QUERYABLE_WITHIN_MS = 120_000;

const PLAYED = join('events', 'listening', 'TrackPlayed.yaml');
const PLAYED_DATA = {
  track_id: 't',
  album_id: 'a',
  artist_id: 'b',
  ms_played: 31_000,
  reason_end: 'skipped',
  country: 'DE',
  platform: 'web',
  app_version: '9.4.12',
  ip: '192.0.2.17',
  device_id: 'd',
};

const ALBUM_SAVED = `description: An album was put on the shelf of somebody.
owner: team-listening
tier: silver
purpose: product-analytics
grain: hour
retention: P90D
fields:
  album_id: {type: string, max_length: 64, semantic: content.id, description: Album that was put there.}
examples:
  - {album_id: a}
`;

interface Verdict {
  readonly status: string;
  readonly code?: string;
  readonly hint?: string;
}

let sent = 0;

async function send({ collect, writeKey }: Ready, type: string, data: object): Promise<Verdict> {
  sent += 1;
  const event = { id: `e${sent}`, type, occurredAt: new Date().toISOString(), userId: 'user-1', data };
  const answer = await fetch(`${collect}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${writeKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ sentAt: new Date().toISOString(), events: [event] }),
  });
  const told = (await answer.json()) as { readonly results?: readonly Verdict[]; readonly code?: string };
  return told.results?.[0] ?? { status: `${answer.status} ${told.code}` };
}

test('a merged change is live without a restart, queryable, beside what was before, and undone by moving back', async (t) => {
  const platform = await createTestPlatform();
  const root = mkdtempSync(join(tmpdir(), 'tributary-declared-'));
  for (const folder of ['events', 'platform', 'sql'])
    cpSync(join(ROOT, folder), join(root, folder), { recursive: true });
  const played = readFileSync(join(root, PLAYED), 'utf8');
  const live = async (passes: () => Promise<boolean>): Promise<number> => {
    const startedMs = Date.now();
    assert.equal(await eventually(passes, (passed) => passed, LIVE_WITHIN_MS), true);
    return Date.now() - startedMs;
  };
  try {
    const ready = await platform.up();
    const pids = async (): Promise<string> =>
      JSON.stringify((await platform.processes()).map(({ name, pid }) => `${name} ${pid}`).toSorted());
    const before = await pids();
    // A cold machine may answer the very first one with 503, which clients send again.
    await live(async () => (await send(ready, 'listening.TrackPlayed', PLAYED_DATA)).status === 'accepted');
    assert.equal((await send(ready, 'listening.AlbumSaved', { album_id: 'a' })).code, 'unknown_type');

    await t.test('a new type, a new version and a new field are live in the warm collector', async () => {
      writeFileSync(join(root, 'events', 'listening', 'AlbumSaved.yaml'), ALBUM_SAVED);
      writeFileSync(join(root, PLAYED.replace('.yaml', '_v2.yaml')), played.replaceAll('ms_played', 'seconds_played'));
      const volume =
        '  volume: {type: int64, min: 0, max: 100, optional: true, semantic: metric, description: How loud it was.}';
      writeFileSync(join(root, PLAYED), played.replace('\nexamples:', `\n${volume}\nexamples:`));
      const applied = await platform.trib('apply', '--root', root);
      assert.equal(applied.exitCode, 0, applied.stderr);
      const [typeMs, fieldMs] = await Promise.all([
        live(async () => (await send(ready, 'listening.AlbumSaved', { album_id: 'a' })).status === 'accepted'),
        // Until it is known, a field is ignored, which the verdict tells.
        live(
          async () => (await send(ready, 'listening.TrackPlayed', { ...PLAYED_DATA, volume: 11 })).hint === undefined,
        ),
      ]);
      t.diagnostic(`live after apply: a new type in ${typeMs} ms, a new field in ${fieldMs} ms`);
      assert.equal(await pids(), before, 'nothing was restarted');
    });

    await t.test('both versions take events, each by its own declaration', async () => {
      const { ms_played: ms, ...rest } = PLAYED_DATA;
      const next = { ...rest, seconds_played: ms / 1000 };
      assert.equal((await send(ready, 'listening.TrackPlayed_v2', next)).status, 'accepted');
      assert.equal((await send(ready, 'listening.TrackPlayed_v2', PLAYED_DATA)).code, 'missing_field');
      assert.equal((await send(ready, 'listening.TrackPlayed', next)).code, 'missing_field');
    });

    await t.test('all of it is queryable', async () => {
      const startedMs = Date.now();
      const ask = (): Promise<readonly { saved: number; loud: number; next: number }[]> =>
        platform.sql(
          `SELECT (SELECT COUNT(*) FROM listening.album_saved_live) AS saved,
             (SELECT COUNT(*) FROM listening.track_played_live WHERE volume = 11) AS loud,
             (SELECT COUNT(*) FROM listening.track_played_v2_live WHERE seconds_played = 31) AS next`,
        );
      const rows = await eventually(
        ask,
        ([row]) => row !== undefined && row.saved > 0 && row.loud > 0 && row.next > 0,
        QUERYABLE_WITHIN_MS,
      );
      assert.ok(
        rows?.[0] !== undefined && rows[0].saved > 0 && rows[0].loud > 0 && rows[0].next > 0,
        JSON.stringify(rows),
      );
      t.diagnostic(`queryable within ${Date.now() - startedMs} ms`);
    });

    await t.test('the way back moves a pointer, and so does the way forward', async () => {
      const back = await platform.json<{ moved: boolean; made: number }>('rollback', '--json');
      assert.deepEqual([back.moved, back.made], [true, 0]);
      const backMs = await live(
        async () => (await send(ready, 'listening.AlbumSaved', { album_id: 'a' })).code === 'unknown_type',
      );
      assert.equal((await send(ready, 'listening.TrackPlayed', PLAYED_DATA)).status, 'accepted');
      const [kept] = await platform.sql<{ n: number }>('SELECT COUNT(*) AS n FROM raw.listening_album_saved');
      assert.ok((kept?.n ?? 0) > 0, 'rows of the newer catalog stay');
      await platform.json('rollback', '--json');
      await live(async () => (await send(ready, 'listening.AlbumSaved', { album_id: 'a' })).status === 'accepted');
      t.diagnostic(`undone in ${backMs} ms`);
      assert.equal(await pids(), before);
    });
  } finally {
    await platform.remove();
    rmSync(root, { recursive: true, force: true });
  }
});
