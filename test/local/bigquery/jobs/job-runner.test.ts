import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { JobRecord } from '#local/bigquery/jobs/job-record.ts';
import { JobRunner } from '#local/bigquery/jobs/job-runner.ts';
import { createJobStore, JOB_TABLE } from '#local/bigquery/jobs/job-store.ts';
import type { Work, WorkResult } from '#local/bigquery/jobs/work.ts';
import { MAX_RUNNING_JOBS } from '#local/bigquery/limits.ts';
import { type CloudClock, frozenClock } from '#local/primitives/clock.ts';
import { silentLog } from '#local/primitives/log.ts';
import { openStore } from '#local/primitives/store.ts';

const folder = mkdtempSync(join(tmpdir(), 'tributary-runner-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

interface Bench {
  readonly runner: JobRunner;
  readonly clock: CloudClock;
  /** What is on record. */
  readonly recorded: (jobId: string) => JobRecord | undefined;
  readonly cancelled: string[];
}

function bench(): Bench {
  files += 1;
  const store = createJobStore(openStore(join(folder, `${files}.db`), [JOB_TABLE]));
  const clock = frozenClock(1000);
  const cancelled: string[] = [];
  const cancel = async (name: string): Promise<boolean> => cancelled.push(name) > 0;
  return {
    clock,
    cancelled,
    runner: new JobRunner({ store, clock, log: silentLog, warehouse: { cancel } }),
    recorded: (jobId) => store.find({ projectId: 'p', jobId, location: 'US' }),
  };
}

function job(jobId: string): JobRecord {
  return {
    ref: { projectId: 'p', location: 'US', jobId },
    userEmail: 'owner@p.iam.gserviceaccount.com',
    configuration: {},
    state: 'PENDING',
    createdMs: 1000,
    statistics: {},
  };
}

const DONE: WorkResult = { kind: 'done', statistics: { copy: { copiedRows: '1' } } };
const SOON = 60_000;

test('a job is on record as running before its work begins, and as done before anybody hears of it', async () => {
  const { runner, recorded } = bench();
  let during: string | undefined;
  const first = await runner.submit(job('a'), async () => {
    during = recorded('a')?.state;
    return DONE;
  });
  assert.equal(first.state, 'RUNNING');
  const last = await runner.wait(first, SOON);
  assert.equal(during, 'RUNNING');
  assert.equal(last.state, 'DONE');
  assert.deepEqual(recorded('a'), last);
  assert.deepEqual(last.statistics, { copy: { copiedRows: '1' } });
});

test('a taken id leaves the first job alone and its place free', async () => {
  const { runner, recorded } = bench();
  await runner.wait(await runner.submit(job('a'), async () => DONE), SOON);
  for (let attempt = 0; attempt < MAX_RUNNING_JOBS + 1; attempt += 1) {
    await assert.rejects(
      runner.submit(job('a'), async () => assert.fail('ran')),
      { reason: 'duplicate' },
    );
  }
  assert.equal(recorded('a')?.state, 'DONE');
  assert.equal((await runner.submit(job('b'), async () => DONE)).state, 'RUNNING');
});

test('more jobs than may run wait their turn', async () => {
  const { runner, recorded } = bench();
  const gates = Array.from({ length: MAX_RUNNING_JOBS + 2 }, () => Promise.withResolvers<WorkResult>());
  let running = 0;
  let most = 0;
  const jobs = await Promise.all(
    gates.map((gate, index) =>
      runner.submit(job(`j${index}`), async () => {
        running += 1;
        most = Math.max(most, running);
        const result = await gate.promise;
        running -= 1;
        return result;
      }),
    ),
  );
  assert.deepEqual(
    jobs.slice(-2).map(({ state }) => state),
    ['PENDING', 'PENDING'],
  );
  assert.equal(recorded(`j${MAX_RUNNING_JOBS}`)?.state, 'PENDING');
  for (const gate of gates) gate.resolve(DONE);
  const ended = await Promise.all(jobs.map((each) => runner.wait(each, SOON)));
  assert.deepEqual(new Set(ended.map(({ state }) => state)), new Set(['DONE']));
  assert.equal(most, MAX_RUNNING_JOBS);
});

test('waiting ends when the time is over', async () => {
  const { runner, clock } = bench();
  const gate = Promise.withResolvers<WorkResult>();
  const first = await runner.submit(job('a'), () => gate.promise);
  const waiting = runner.wait(first, 5000);
  await clock.advance(5000);
  assert.equal((await waiting).state, 'RUNNING');
  assert.equal((await runner.wait(first, 0)).state, 'RUNNING');
  gate.resolve(DONE);
  assert.equal((await runner.wait(first, SOON)).state, 'DONE');
});

test('an error ends a job; an exception ends it without telling more than that', async () => {
  const { runner } = bench();
  const error = { reason: 'invalidQuery', location: 'query', message: 'Syntax error' };
  const failed = await runner.submit(job('a'), async () => ({ kind: 'failed', error }));
  assert.deepEqual((await runner.wait(failed, SOON)).errorResult, error);
  const thrown = await runner.submit(job('b'), async () => {
    throw new Error('somebody@example.com');
  });
  const { errorResult } = await runner.wait(thrown, SOON);
  assert.equal(errorResult?.reason, 'internalError');
  assert.doesNotMatch(errorResult?.message ?? '', /example/);
});

test('a job that waits for its turn is cancelled at once, one that runs by the engine', async () => {
  const { runner, cancelled, recorded } = bench();
  const gate = Promise.withResolvers<WorkResult>();
  const work: Work = () => gate.promise;
  const jobs: JobRecord[] = [];
  for (let index = 0; index <= MAX_RUNNING_JOBS; index += 1) jobs.push(await runner.submit(job(`j${index}`), work));
  const [first, last] = [jobs[0] ?? assert.fail(), jobs.at(-1) ?? assert.fail()];
  await runner.cancel(last.ref);
  assert.equal(recorded(last.ref.jobId)?.errorResult?.reason, 'stopped');
  await runner.cancel(first.ref);
  assert.deepEqual(cancelled, ['p:US.j0']);
  gate.resolve({ kind: 'failed', error: { reason: 'stopped', message: 'stopped' } });
  assert.equal((await runner.wait(first, SOON)).errorResult?.reason, 'stopped');
});

test('a cancelled job that was done sooner stays done', async () => {
  const { runner } = bench();
  const gate = Promise.withResolvers<WorkResult>();
  const first = await runner.submit(job('a'), () => gate.promise);
  await runner.cancel(first.ref);
  gate.resolve(DONE);
  assert.equal((await runner.wait(first, SOON)).errorResult, undefined);
});

test('on the way out, what was stopped stays unfinished on record and what was done is recorded', async () => {
  const { runner, recorded } = bench();
  const gates = [Promise.withResolvers<WorkResult>(), Promise.withResolvers<WorkResult>()];
  for (const [index, gate] of gates.entries()) await runner.submit(job(`j${index}`), () => gate.promise);
  const stopped = runner.stop();
  gates[0]?.resolve({ kind: 'failed', error: { reason: 'stopped', message: 'stopped' } });
  gates[1]?.resolve(DONE);
  await stopped;
  assert.equal(recorded('j0')?.state, 'RUNNING');
  assert.equal(recorded('j1')?.state, 'DONE');
  await runner.submit(job('late'), async () => assert.fail('ran'));
  assert.equal(recorded('late')?.state, 'PENDING');
});

test('the step that cannot be repeated is on record before it is taken', async () => {
  const { runner, recorded } = bench();
  let during: true | undefined;
  const first = await runner.submit(job('a'), async (_job, control) => {
    await control.committing();
    during = recorded('a')?.committing;
    return DONE;
  });
  await runner.wait(first, SOON);
  assert.equal(during, true);
});
