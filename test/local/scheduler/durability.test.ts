import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRestCloud } from '#test/local/host/rest-cloud.ts';
import { startTargetServer } from './target-server.ts';

const MINUTE_MS = 60_000;

test('no scheduled time is run twice, however often the cloud is killed', async () => {
  const cloud = await startRestCloud();
  const target = await startTargetServer();
  const jobs = 'v1/projects/p/locations/l/jobs';
  await cloud.call('POST', jobs, {
    name: 'projects/p/locations/l/jobs/tick',
    schedule: '* * * * *',
    httpTarget: { uri: target.url },
  });
  // The first is killed while its target works, the second just after it was answered.
  const scheduled: string[] = [];
  for (const answers of [false, true]) {
    target.answer = answers ? ({ response }) => void response.end() : undefined;
    await cloud.call('POST', 'local/clock', { advanceMs: (scheduled.length + 1) * MINUTE_MS });
    const request = await target.take();
    scheduled.push(String(request.headers['x-cloudscheduler-scheduletime']));
    await cloud.kill();
    // What was moved of the clock is forgotten: the same times come again.
    await cloud.start();
  }
  target.answer = ({ response }) => void response.end();
  await cloud.call('POST', 'local/clock', { advanceMs: 5 * MINUTE_MS });
  for (let runs = 0; runs < 2; runs += 1) {
    scheduled.push(String((await target.take()).headers['x-cloudscheduler-scheduletime']));
    await cloud.call('POST', 'local/clock', { advanceMs: MINUTE_MS });
  }
  assert.equal(new Set(scheduled).size, scheduled.length, scheduled.join(' '));
  assert.deepEqual(scheduled, scheduled.toSorted());
});
