import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { startTestCloud } from '#test/local/cloud-harness.ts';

const found = (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'bq')));
const skip = found ? false : 'SKIPPED: bq of the Google Cloud CLI is not installed';

test('bq works against the cloud with nothing but its environment', { skip }, async () => {
  const cloud = await startTestCloud();
  const run = async (...args: string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)('bq', args, { env: { ...process.env, ...cloud.environment } });
    return stdout;
  };
  await run('mk', '--dataset', '--location=EU', '--label=team:x', 'd');
  assert.match(await run('ls'), /\bd\b/);
  await run(
    'mk',
    '--table',
    '--time_partitioning_type=DAY',
    '--time_partitioning_field=day',
    'd.t',
    'day:DATE,n:INTEGER',
  );
  const source = join(cloud.dataDir, 'rows.csv');
  writeFileSync(source, 'day,n\n2026-08-01,1\n2026-08-02,2\n');
  await run('load', '--skip_leading_rows=1', 'd.t', source);
  const rows = await run('query', '--format=json', '--use_legacy_sql=false', 'SELECT SUM(n) AS n FROM d.t');
  assert.deepEqual(JSON.parse(rows), [{ n: '3' }]);
  await run('cp', '--force', 'd.t$20260801', 'd.u$20260801');
  const shown = JSON.parse(await run('show', '--format=json', 'd.u')) as { numRows: string };
  assert.equal(shown.numRows, '1');
  assert.match(await run('head', 'd.t'), /2026-08-02/);
  assert.match(await run('ls', '--jobs'), /SUCCESS/);
  await run('rm', '--force', '--recursive', '--dataset', 'd');
  assert.doesNotMatch(await run('ls'), /\bd\b/);
});
