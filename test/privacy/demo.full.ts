// The demo as everybody starts it: nothing of its made-up listeners is in any row, object, file or log, and each of its certificates verifies
// with openssl.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ERASED_LISTENER, personalValues } from '#cli/demo/listeners.ts';
import { PINNED_KEY_FILE } from '#cli/platform/data-folder.ts';
import { createTraceFinder } from '#shared/privacy/canary/traces.ts';
import { runRecipe, skipRecipe } from '#test/cli/openssl-recipe.ts';
import { eventually } from '#test/eventually.ts';
import { createTestPlatform, type TestPlatform } from '#test/main-job/platform.ts';
import { assertCleanFiles } from './clean-files.ts';
import { everyRow } from './every-row.ts';

/** History, twenty seconds, an erasure and its bound, on a busy machine. */
const DEMO_MS = 240_000;
/** The busiest of them, among them who is forgotten: each has thousands of events. */
const LOOKED_FOR = 16;
const personal = createTraceFinder(personalValues(LOOKED_FOR));
/** What the demo sends in clear; a search that does not find it proves nothing. */
const clear = createTraceFinder([{ name: 'a track', value: 'track-0' }]);

interface Erasure {
  readonly id: string;
  readonly state: string;
}

test('nothing of the listeners of the demo stays in clear, and its certificates verify with openssl', async (t) => {
  const inside = mkdtempSync(join(tmpdir(), 'tributary-scanned-'));
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = inside;
  const platform = await createTestPlatform();
  try {
    const ready = await platform.up('--demo');
    const asCompliance = async <Answer>(path: string): Promise<Answer> => {
      const headers = { authorization: `Bearer ${ready.tokens['compliance']}` };
      return (await (await fetch(`${ready.privacy}${path}`, { headers })).json()) as Answer;
    };

    await t.test('its history closes, and its listener is forgotten', async () => {
      const erased = await eventually(
        () => asCompliance<{ erasures: readonly Erasure[] }>('/v1/erasures'),
        ({ erasures }) => erasures.length > 0 && erasures.every(({ state }) => state === 'certified'),
        DEMO_MS,
      );
      assert.deepEqual(
        erased?.erasures.map(({ state }) => state),
        ['certified'],
      );
      const closed = await eventually(
        () => platform.sql<{ n: number }>('SELECT COUNT(*) AS n FROM listening.track_played'),
        ([row]) => (row?.n ?? 0) > 5000,
        DEMO_MS,
      );
      assert.ok((closed?.[0]?.n ?? 0) > 5000, JSON.stringify(closed));
    });

    await t.test('one more is, who was named by others, and whoever asks twice', async () => {
      for (const user of ['listener-0001', ERASED_LISTENER]) {
        const { exitCode, stderr } = await platform.trib('erase', user, '--wait', '--json');
        assert.equal(exitCode, 0, stderr);
      }
    });

    await t.test('each certificate verifies, offline and with openssl', { skip: skipRecipe }, async () => {
      const { erasures } = await asCompliance<{ erasures: readonly Erasure[] }>('/v1/erasures');
      assert.equal(erasures.length, 3);
      for (const { id } of erasures) {
        const file = join(inside, `${id}.json`);
        const { certificate } = await asCompliance<{ certificate: object }>(`/v1/erasures/${id}`);
        writeFileSync(file, JSON.stringify(certificate));
        assert.match(runRecipe(file, join(platform.dataFolder, PINNED_KEY_FILE)), /Verified OK/);
        assert.equal((await platform.trib('certificate', 'verify', file)).exitCode, 0);
      }
    });

    await t.test('rows hold nothing of anybody', async () => {
      const rows = Buffer.from(await everyRow(platform, ready));
      assert.ok(clear.find(rows).length > 0, 'the rows hold what was sent in clear');
      assert.deepEqual(personal.find(rows), []);
      await assertNamed(platform);
    });

    await t.test(
      'objects, state, logs and temporary files hold nothing of anybody, while it runs and after it',
      async () => {
        assertCleanFiles(inside, { personal, clear });
        await platform.trib('down');
        assertCleanFiles(inside, { personal, clear });
      },
    );
  } finally {
    await platform.remove();
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    rmSync(inside, { recursive: true, force: true });
  }
});

/** The demo has events about two people; who was forgotten is named in none of those that came after. */
async function assertNamed(platform: TestPlatform): Promise<void> {
  const [counted] = await platform.sql<{ named: number; sealed: number }>(
    'SELECT COUNT(recipient) AS named, COUNT(recipient_sealed) AS sealed FROM listening.playlist_shared_live',
  );
  assert.ok((counted?.named ?? 0) > 0 && (counted?.sealed ?? 0) > 0, JSON.stringify(counted));
}
