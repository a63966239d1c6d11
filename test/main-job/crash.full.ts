// Kills that nothing survives: every process at once, or any one of them, while events are on their way.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeAccessLog } from './access-log.ts';
import { eventually } from '#test/eventually.ts';
import { createTestPlatform, type TestPlatform } from './platform.ts';

const LAND_MS = 180_000;
const ROUNDS_MS = [300, 900, 1800, 3000];
const { gzip, figures } = makeAccessLog(4000, 500);

test('whatever is killed at once while events are sent, a restart and a resend bring every event exactly once', async () => {
  for (const afterMs of ROUNDS_MS) {
    const { platform, send } = await started();
    try {
      const sending = send();
      await pause(afterMs);
      for (const { pid } of await platform.processes()) kill(pid);
      await platform.up();
      // Whoever was sending waits for the platform and goes on.
      await sending;
      await send();
      await assertExact(platform, `killed after ${afterMs} ms`);
    } finally {
      await platform.remove();
    }
  }
});

test('one process after the other is killed while events are sent; the rest goes on and nothing is lost or doubled', async () => {
  const { platform, send } = await started();
  try {
    const names = (await platform.processes()).map(({ name }) => name).filter((name) => name !== 'supervisor');
    assert.ok(names.length >= 5, `processes: ${names.join(', ')}`);
    for (const name of names) {
      const sending = send();
      await pause(400);
      const victim = (await platform.processes()).find((process) => process.name === name);
      assert.ok(victim !== undefined, `${name} runs`);
      kill(victim.pid);
      await sending;
      const back = await eventually(
        () => platform.processes(),
        (all) => all.some((process) => process.name === name && process.pid !== victim.pid),
        60_000,
      );
      assert.ok(
        back?.some((process) => process.name === name && process.pid !== victim.pid),
        `${name} is back`,
      );
    }
    await send();
    await assertExact(platform, 'killed one by one');
  } finally {
    await platform.remove();
  }
});

test('what was acknowledged is on disk: killed right after the answer, nothing sent again', async () => {
  const { platform, send } = await started();
  try {
    const victims = await platform.processes();
    await send();
    for (const { pid } of victims) kill(pid);
    await platform.up();
    await assertExact(platform, 'killed after the answer');
  } finally {
    await platform.remove();
  }
});

async function started(): Promise<{ readonly platform: TestPlatform; readonly send: () => Promise<unknown> }> {
  const platform = await createTestPlatform();
  const file = join(platform.dataFolder, '..', `${platform.basePort}-access.log.gz`);
  writeFileSync(file, gzip);
  await platform.up();
  return { platform, send: () => platform.trib('send', '--from', 'access-log', file, '--historical') };
}

async function assertExact(platform: TestPlatform, when: string): Promise<void> {
  const ask = (): Promise<readonly Record<string, number>[]> =>
    platform.sql(
      `SELECT COUNT(*) AS landed, COUNT(DISTINCT event_id) AS events,
        (SELECT SUM(requests) FROM web.daily_requests) AS counted FROM web.page_requested`,
    );
  const { requests } = figures;
  const exact = { landed: requests, events: requests, counted: requests };
  const found = await eventually(ask, ([row]) => row?.['counted'] === requests && row['landed'] === requests, LAND_MS);
  assert.deepEqual(found, [exact], when);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
