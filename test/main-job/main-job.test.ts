// The main job from end to end: a log goes in, the endpoints agree with it, one person is forgotten, a restart keeps it all.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type AccessLog, makeAccessLog } from './access-log.ts';
import { eventually } from '#test/eventually.ts';
import { createTestPlatform } from './platform.ts';
import { realLog } from './real-log.ts';

const LAND_MS = 120_000;
const REAL = realLog();

describe('a made-up log', () => mainJob(makeAccessLog(2400, 310)));
describe('the real log', () => {
  if ('skip' in REAL) test('the main job on the real log', { skip: REAL.skip });
  else mainJob(REAL);
});

interface SendReport {
  readonly accepted: number;
  readonly rejected: number;
}

function mainJob({ gzip, figures }: AccessLog): void {
  test('the main job, in the order in which people do it', async (t) => {
    const platform = await createTestPlatform();
    const file = join(platform.dataFolder, '..', `${platform.basePort}-access.log.gz`);
    writeFileSync(file, gzip);
    const send = (): Promise<SendReport> => platform.json('send', '--from', 'access-log', file, '--historical');
    try {
      await platform.up();

      await t.test('every line is accepted, and the same file again changes nothing', async () => {
        assert.equal((await send()).accepted, figures.requests);
        assert.equal((await send()).rejected, 0);
      });

      await t.test('the endpoint holds every request once', async () => {
        const ask = (): Promise<readonly { rows: number; events: number; subjects: number }[]> =>
          platform.sql(
            'SELECT COUNT(*) AS `rows`, COUNT(DISTINCT event_id) AS events, COUNT(DISTINCT subject) AS subjects FROM web.page_requested',
          );
        const landed = await eventually(ask, ([row]) => row?.rows === figures.requests, LAND_MS);
        const { requests, clients } = figures;
        assert.deepEqual(landed, [{ rows: requests, events: requests, subjects: clients.length }]);
      });

      await t.test('by status as in the log', async () => {
        const rows = await platform.sql<{ status: number; n: number }>(
          'SELECT status, COUNT(*) AS n FROM web.page_requested GROUP BY status',
        );
        assert.deepEqual(Object.fromEntries(rows.map(({ status, n }) => [String(status), n])), figures.byStatus);
      });

      await t.test('the daily endpoint agrees, and its partitions are published', async () => {
        const ask = (): Promise<readonly { day: string; requests: number }[]> =>
          platform.sql('SELECT CAST(day AS STRING) AS day, requests FROM web.daily_requests ORDER BY day');
        const days = Object.keys(figures.byDay).toSorted();
        const rows = await eventually(ask, (found) => found.length === days.length, LAND_MS);
        assert.deepEqual(
          rows,
          days.map((day) => ({ day, requests: figures.byDay[day] })),
        );
        const partitions = await platform.json<{ key: string; state: string }[]>(
          'partitions',
          'web.daily_requests',
          '--json',
        );
        for (const day of days) assert.equal(partitions.find(({ key }) => key === day)?.state, 'published', day);
      });

      await t.test('a person is forgotten with proof, and only that one', async () => {
        const person = figures.clients[3] ?? '';
        const erasure = await platform.json<{ state: string; certificate: object }>(
          'erase',
          person,
          '--wait',
          '--json',
        );
        assert.equal(erasure.state, 'certified');
        const certificate = join(platform.dataFolder, '..', `${platform.basePort}-certificate.json`);
        writeFileSync(certificate, JSON.stringify(erasure.certificate));
        assert.equal((await platform.trib('certificate', 'verify', certificate)).exitCode, 0);
        const late = await send();
        assert.ok(late.rejected > 0, 'events of the erased person are refused');
        const [count] = await platform.sql<{ n: number }>('SELECT COUNT(*) AS n FROM web.page_requested');
        assert.equal(count?.n, figures.requests);
      });

      await t.test('a restart keeps all of it', async () => {
        assert.equal((await platform.trib('down')).exitCode, 0);
        await platform.up();
        const [count] = await platform.sql<{ n: number }>('SELECT COUNT(*) AS n FROM web.page_requested');
        assert.equal(count?.n, figures.requests);
      });
    } finally {
      await platform.remove();
    }
  });
}
