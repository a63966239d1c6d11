// Kills a process that appends, and looks at what is there afterwards.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder, testWarehouse } from './test-warehouse.ts';

const APPENDER = fileURLToPath(new URL('appender.ts', import.meta.url));

test('whenever a process is killed, every acknowledged row is there', async () => {
  const file = join(temporaryFolder(), 'warehouse.duckdb');
  let acknowledged = 0;
  for (const killedAfter of [1, 40, 150]) {
    const child = fork(APPENDER, [file, String(acknowledged)], { stdio: 'inherit' });
    await new Promise<void>((resolve) => {
      child.on('exit', () => resolve());
      child.on('message', (row: number) => {
        acknowledged = Math.max(acknowledged, row);
        if (row % 1000 >= killedAfter) child.kill('SIGKILL');
      });
    });
    // The next round begins at the next thousand.
    acknowledged = Math.ceil(acknowledged / 1000) * 1000;
    const { warehouse, rows } = await testWarehouse(file);
    const [[count, distinct] = []] = await rows('SELECT COUNTIF(n <= 0), COUNT(*) - COUNT(DISTINCT n) FROM d.t');
    assert.deepEqual([count, distinct], ['0', '0']);
    const gaps = await rows(
      'SELECT DIV(n - 1, 1000) AS round, MAX(n) - MIN(n) + 1 - COUNT(*) FROM d.t GROUP BY round HAVING MAX(n) - MIN(n) + 1 != COUNT(*)',
    );
    assert.deepEqual(gaps, []);
    const [[most] = []] = await rows(`SELECT MAX(n) FROM d.t`);
    assert.ok(Number(most) % 1000 >= killedAfter, `${String(most)} after ${killedAfter}`);
    await warehouse.close();
  }
});
