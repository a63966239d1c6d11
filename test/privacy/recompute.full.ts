// What opened values of somebody went into is made again without them: a pipeline that gathers addresses, over the whole platform.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually } from '#test/eventually.ts';
import { createTestPlatform } from '#test/main-job/platform.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUILT_WITHIN_MS = 180_000;
const [ANN, BEN] = ['192.0.2.17', '192.0.2.18'];
const [FIRST, SECOND] = ['2024-05-02', '2024-05-03'];

const CONTRACT = `description: Addresses behind the requests of a day, gathered.
owner: team-web
partition: {column: day, grain: day, start: 2010-01-01}
schedule: "@daily"
retention: P20Y
columns:
  day: {type: DATE}
  addresses: {type: STRING, semantic: user.ip}
`;
const QUERY = `SELECT
  DATE(hour) AS day,
  STRING_AGG(DISTINCT JSON_VALUE(reveal_web_operations.open(subject, sealed, 'address', 'gathered for a test'), '$.value')) AS addresses
FROM web.page_requested
WHERE hour >= @partition_start AND hour < @partition_end
GROUP BY day
`;

interface Endpoint {
  readonly endpoint: string;
  readonly action: string;
  readonly partitions?: number;
}

test('an endpoint of gathered addresses loses those of somebody who is erased, by being computed again where they were', async (t) => {
  const platform = await createTestPlatform();
  const root = mkdtempSync(join(tmpdir(), 'tributary-gathered-'));
  const gathered = async (): Promise<Readonly<Record<string, readonly string[]>>> => {
    const rows = await platform.sql<{ day: string; addresses: string | null }>(
      'SELECT CAST(day AS STRING) AS day, addresses FROM web.gathered ORDER BY day',
    );
    return Object.fromEntries(
      rows.map(({ day, addresses }) => [day, (addresses ?? '').split(',').filter(Boolean).sort()]),
    );
  };
  try {
    await platform.up();
    declare(root);
    const applied = await platform.trib('apply', '--root', root);
    assert.equal(applied.exitCode, 0, applied.stderr);

    await t.test('the addresses of each day are gathered', async () => {
      const log = join(root, 'access-log.txt');
      writeFileSync(log, [line(ANN, '02/May/2024'), line(BEN, '02/May/2024'), line(BEN, '03/May/2024')].join(''));
      const sent = await platform.trib('send', '--from', 'access-log', log, '--historical');
      assert.equal(sent.exitCode, 0, sent.stderr);
      const built = await eventually(gathered, (days) => days[SECOND]?.length === 1, BUILT_WITHIN_MS);
      assert.deepEqual(built, { [FIRST]: [ANN, BEN].sort(), [SECOND]: [BEN] });
    });

    await t.test('one of them is erased, and the day they were there is made again', async () => {
      const before = await generations(platform);
      const { certificate } = await platform.json<{ certificate: { body: { endpoints: readonly Endpoint[] } } }>(
        'erase',
        ANN,
        '--wait',
        '--json',
      );
      assert.deepEqual(
        certificate.body.endpoints
          .filter(({ action }) => action !== 'covered')
          .map(({ endpoint, action, partitions }) => [endpoint, action, partitions]),
        [['web.gathered', 'recompute', 1]],
      );
      assert.deepEqual(await gathered(), { [FIRST]: [BEN], [SECOND]: [BEN] });
      const after = await generations(platform);
      assert.ok((after[FIRST] ?? 0) > (before[FIRST] ?? 0));
      assert.equal(after[SECOND], before[SECOND]);
    });
  } finally {
    await platform.remove();
    rmSync(root, { recursive: true, force: true });
  }
});

function declare(root: string): void {
  for (const folder of ['events', 'platform', 'sql'])
    cpSync(join(ROOT, folder), join(root, folder), { recursive: true });
  const folder = join(root, 'sql', 'web', 'gathered');
  mkdirSync(folder);
  writeFileSync(join(folder, 'endpoint.yaml'), CONTRACT);
  writeFileSync(join(folder, 'query.sql'), QUERY);
  const purposes = join(root, 'platform', 'purposes.yaml');
  const granted = readFileSync(purposes, 'utf8').replace(
    /^web-operations:\n/m,
    'web-operations:\n  opened_by: {roles: [compliance], endpoints: [web.gathered]}\n',
  );
  writeFileSync(purposes, granted);
}

function line(address: string, day: string): string {
  return `${address} - - [${day}:12:00:00 +0000] "GET / HTTP/1.1" 200 17 "-" "curl/8"\n`;
}

async function generations(
  platform: Awaited<ReturnType<typeof createTestPlatform>>,
): Promise<Readonly<Record<string, number>>> {
  const partitions = await platform.json<readonly { key: string; generation: number }[]>(
    'partitions',
    'web.gathered',
    '--json',
  );
  return Object.fromEntries(partitions.map(({ key, generation }) => [key, generation]));
}
