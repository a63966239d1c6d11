import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { JobRecord } from '#local/bigquery/jobs/job-record.ts';
import { createJobStore, JOB_TABLE, type JobFilter } from '#local/bigquery/jobs/job-store.ts';
import { JOB_HISTORY_MS, REQUEST_ID_WINDOW_MS } from '#local/bigquery/limits.ts';
import { openStore } from '#local/primitives/store.ts';

const folder = mkdtempSync(join(tmpdir(), 'tributary-jobs-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

function open(): ReturnType<typeof createJobStore> {
  files += 1;
  return createJobStore(openStore(join(folder, `${files}.db`), [JOB_TABLE]));
}

function job(jobId: string, more: Partial<JobRecord> & { location?: string } = {}): JobRecord {
  const { location = 'US', ...rest } = more;
  return {
    ref: { projectId: 'p', location, jobId },
    userEmail: 'owner@p.iam.gserviceaccount.com',
    configuration: { query: { query: 'SELECT 1' } },
    state: 'DONE',
    createdMs: 1000,
    statistics: {},
    ...rest,
  };
}

const ALL: JobFilter = {
  projectId: 'p',
  parentJobId: '',
  states: ['PENDING', 'RUNNING', 'DONE'],
  minCreatedMs: 0,
  maxCreatedMs: Infinity,
  beforeSequence: Infinity,
  limit: 100,
};

test('an id is taken once per project and location', async () => {
  const store = open();
  await store.insert(job('a'));
  await store.insert(job('a', { location: 'EU' }));
  await assert.rejects(store.insert(job('a')), { reason: 'duplicate', message: 'Already Exists: Job p:US.a' });
});

test('of several that ask for the same id at once, one gets it', async () => {
  const store = open();
  const answers = await Promise.allSettled(Array.from({ length: 5 }, () => store.insert(job('a'))));
  assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, 1);
  assert.equal(store.list(ALL).length, 1);
});

test('without a location a job is looked for in the US and the EU multi-region only', async () => {
  const store = open();
  await store.insert(job('eu', { location: 'EU' }));
  await store.insert(job('north', { location: 'europe-north1' }));
  const find = (jobId: string, location?: string): string | undefined =>
    store.find({ projectId: 'p', jobId, location })?.ref.location;
  assert.equal(find('eu'), 'EU');
  assert.equal(find('north'), undefined);
  assert.equal(find('north', 'europe-north1'), 'europe-north1');
});

test('a request id is found within its window', async () => {
  const store = open();
  await store.insert(job('a', { request: { id: 'r', digest: 'x' } }));
  assert.equal(store.findRequest('p', 'r', 1000 + REQUEST_ID_WINDOW_MS - 1)?.ref.jobId, 'a');
  assert.equal(store.findRequest('p', 'r', 1000 + REQUEST_ID_WINDOW_MS), undefined);
  assert.equal(store.findRequest('q', 'r', 1000), undefined);
});

test('lists are newest first, by state, time and parent, page by page', async () => {
  const store = open();
  await store.insert(job('a', { createdMs: 1 }));
  await store.insert(job('b', { createdMs: 2, state: 'RUNNING' }));
  await store.insert(job('c', { createdMs: 3 }));
  await store.insert(job('d', { createdMs: 4, parentJobId: 'c' }));
  const ids = (filter: Partial<JobFilter>): string[] =>
    store.list({ ...ALL, ...filter }).map((row) => row.job.ref.jobId);
  assert.deepEqual(ids({}), ['c', 'b', 'a']);
  assert.deepEqual(ids({ states: ['DONE'] }), ['c', 'a']);
  assert.deepEqual(ids({ minCreatedMs: 2 }), ['c', 'b']);
  assert.deepEqual(ids({ maxCreatedMs: 2 }), ['b', 'a']);
  assert.deepEqual(ids({ parentJobId: 'c' }), ['d']);
  const [first] = store.list({ ...ALL, limit: 1 });
  assert.deepEqual(ids({ beforeSequence: first?.sequence ?? 0 }), ['b', 'a']);
});

test('a job is saved together with the jobs of its statements, and removed with them', async () => {
  const store = open();
  await store.insert(job('a', { state: 'RUNNING' }));
  assert.deepEqual(
    store.unfinished().map((found) => found.ref.jobId),
    ['a'],
  );
  await store.save(job('a'), [job('s0', { parentJobId: 'a' }), job('s1', { parentJobId: 'a' })]);
  assert.deepEqual(store.unfinished(), []);
  assert.equal(store.list({ ...ALL, parentJobId: 'a' }).length, 2);
  store.remove(job('a').ref);
  assert.equal(store.list({ ...ALL, parentJobId: 'a' }).length, 0);
  assert.equal(store.find(job('a').ref), undefined);
});

test('the history forgets what is older than it, but nothing that is not done', async () => {
  const store = open();
  await store.insert(job('old', { createdMs: 0 }));
  await store.insert(job('running', { createdMs: 0, state: 'RUNNING' }));
  await store.insert(job('new', { createdMs: 10 }));
  store.prune(JOB_HISTORY_MS + 5);
  assert.deepEqual(
    store.list(ALL).map((row) => row.job.ref.jobId),
    ['new', 'running'],
  );
});
