import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestCloud, TEST_NOW_MS, TEST_PROJECT } from '#test/local/cloud-harness.ts';

const cloud = await startTestCloud({ frozen: true });
const { CloudSchedulerClient } = await import('@google-cloud/scheduler');
const client = new CloudSchedulerClient();

const INVALID_ARGUMENT = 3;
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;
const FAILED_PRECONDITION = 9;
const UNIMPLEMENTED = 12;

const parent = `projects/${TEST_PROJECT}/locations/europe-west1`;
const jobName = (id: string): string => `${parent}/jobs/${id}`;
const HTTP_JOB = { schedule: '0 3 * * *', httpTarget: { uri: 'http://127.0.0.1:1/tick' } };

const create = async (id: string, job: object = HTTP_JOB) => {
  const [created] = await client.createJob({ parent, job: { name: jobName(id), ...job } });
  return created;
};

test('a job comes back with what was set, its state and its next time', async () => {
  const created = await create('full', {
    description: 'each night',
    schedule: '30 2 * * *',
    timeZone: 'Europe/Berlin',
    httpTarget: { uri: 'https://example.com/run', httpMethod: 'PUT', headers: { 'X-A': '1' }, body: Buffer.from('{}') },
    retryConfig: { retryCount: 2, minBackoffDuration: { seconds: 10 } },
    attemptDeadline: { seconds: 60 },
  });
  const [found] = await client.getJob({ name: jobName('full') });
  assert.deepEqual(found, created);
  assert.equal(found.state, 'ENABLED');
  assert.equal(found.httpTarget?.httpMethod, 'PUT');
  assert.equal(Buffer.from(found.httpTarget?.body as Uint8Array).toString(), '{}');
  assert.equal(Number(found.userUpdateTime?.seconds) * 1000, TEST_NOW_MS);
  assert.equal(Number(found.scheduleTime?.seconds) * 1000, Date.parse('2026-08-02T00:30:00Z'));
  assert.equal(Number(found.attemptDeadline?.seconds), 60);
  assert.deepEqual(
    [
      found.retryConfig?.retryCount,
      Number(found.retryConfig?.maxBackoffDuration?.seconds),
      found.retryConfig?.maxDoublings,
    ],
    [2, 3600, 5],
  );
  assert.equal(found.lastAttemptTime, null);
});

test('what was not set has the defaults of Cloud Scheduler', async () => {
  const created = await create('defaults');
  assert.equal(created.timeZone, 'UTC');
  assert.equal(created.httpTarget?.httpMethod, 'POST');
  assert.equal(Number(created.attemptDeadline?.seconds), 180);
  assert.equal(created.retryConfig, null);
});

test('a job without a name gets one', async () => {
  const [created] = await client.createJob({ parent, job: HTTP_JOB });
  assert.match(created.name!, new RegExp(`^${parent}/jobs/[A-Za-z0-9_-]+$`));
});

test('a name is taken once, and names that do not fit are refused', async () => {
  await create('taken');
  await assert.rejects(create('taken'), { code: ALREADY_EXISTS, details: `Job ${jobName('taken')} already exists.` });
  await assert.rejects(create('no spaces'), { code: INVALID_ARGUMENT, details: /^Job name must be formatted:/ });
  await assert.rejects(create('x'.repeat(501)), { code: INVALID_ARGUMENT });
  const elsewhere = `projects/${TEST_PROJECT}/locations/us-east1/jobs/elsewhere`;
  await assert.rejects(client.createJob({ parent, job: { ...HTTP_JOB, name: elsewhere } }), { code: INVALID_ARGUMENT });
});

test('what does not exist is not found', async () => {
  const name = jobName('missing');
  const missing = { code: NOT_FOUND, details: 'Job not found.' };
  await assert.rejects(client.getJob({ name }), missing);
  await assert.rejects(client.deleteJob({ name }), missing);
  await assert.rejects(client.runJob({ name }), missing);
  await assert.rejects(client.pauseJob({ name }), missing);
  await assert.rejects(client.updateJob({ job: { name, ...HTTP_JOB } }), missing);
});

test('schedules and time zones are checked', async () => {
  const refused = { code: INVALID_ARGUMENT, details: 'Schedule or time zone is invalid.' };
  await assert.rejects(create('s1', { ...HTTP_JOB, schedule: '* * * *' }), refused);
  await assert.rejects(create('s2', { ...HTTP_JOB, schedule: '' }), refused);
  await assert.rejects(create('s3', { ...HTTP_JOB, timeZone: 'utc+8' }), refused);
  await assert.rejects(create('s4', { ...HTTP_JOB, schedule: 'every 5 minutes' }), { code: UNIMPLEMENTED });
});

test('targets are checked', async () => {
  const http = (target: object): Promise<unknown> => create('t', { schedule: '* * * * *', httpTarget: target });
  const refused = { code: INVALID_ARGUMENT };
  await assert.rejects(create('t', { schedule: '* * * * *' }), refused);
  await assert.rejects(http({ uri: 'ftp://example.com' }), refused);
  await assert.rejects(http({ uri: 'example.com/path' }), refused);
  await assert.rejects(http({ uri: `https://example.com/${'x'.repeat(2083)}` }), refused);
  await assert.rejects(http({ uri: 'https://example.com', httpMethod: 'GET', body: Buffer.from('x') }), refused);
  await assert.rejects(http({ uri: 'https://example.com', headers: { 'X-Big': 'x'.repeat(80 * 1024) } }), refused);
  await assert.rejects(http({ uri: 'https://example.com', headers: { 'Bad Name': 'x' } }), refused);
  await assert.rejects(
    http({ uri: 'https://example.com', oauthToken: { serviceAccountEmail: 'a@p.iam.gserviceaccount.com' } }),
    { code: INVALID_ARGUMENT, details: 'Invalid url for HttpRequest.oauth_token' },
  );
  await assert.rejects(create('t', { schedule: '* * * * *', appEngineHttpTarget: { relativeUri: '/' } }), {
    code: UNIMPLEMENTED,
  });
});

test('a Pub/Sub target needs a topic of the same project and something to say', async () => {
  const pubsub = (target: object): Promise<unknown> => create('p', { schedule: '* * * * *', pubsubTarget: target });
  const topicName = `projects/${TEST_PROJECT}/topics/ticks`;
  await assert.rejects(pubsub({ topicName: 'ticks', data: Buffer.from('x') }), { code: INVALID_ARGUMENT });
  await assert.rejects(pubsub({ topicName: 'projects/other/topics/ticks', data: Buffer.from('x') }), {
    code: INVALID_ARGUMENT,
  });
  await assert.rejects(pubsub({ topicName }), {
    details: 'Pubsub message must contain either non-empty data, or at least one attribute.',
  });
  await pubsub({ topicName, attributes: { kind: 'tick' } });
  const [found] = await client.getJob({ name: jobName('p') });
  assert.deepEqual(found.pubsubTarget?.attributes, { kind: 'tick' });
  assert.equal(found.attemptDeadline, null);
});

test('deadlines and retries are checked', async () => {
  const refused = { code: INVALID_ARGUMENT };
  const withDeadline = (seconds: number): Promise<unknown> =>
    create('d', { ...HTTP_JOB, attemptDeadline: { seconds } });
  await assert.rejects(withDeadline(14), refused);
  await assert.rejects(withDeadline(1801), refused);
  const withRetry = (retryConfig: object): Promise<unknown> => create('r', { ...HTTP_JOB, retryConfig });
  await assert.rejects(withRetry({ retryCount: 6 }), refused);
  await assert.rejects(withRetry({ retryCount: -1 }), refused);
  const backwards = { minBackoffDuration: { seconds: 20 }, maxBackoffDuration: { seconds: 10 } };
  await assert.rejects(withRetry({ retryCount: 1, ...backwards }), refused);
  await assert.rejects(create('long', { ...HTTP_JOB, description: 'x'.repeat(501) }), refused);
});

test('an update with a mask changes only what it names', async () => {
  await create('masked', { ...HTTP_JOB, description: 'before', retryConfig: { retryCount: 1 } });
  const [updated] = await client.updateJob({
    job: {
      name: jobName('masked'),
      description: 'after',
      schedule: '15 4 * * *',
      httpTarget: { uri: 'http://127.0.0.1:1/other', httpMethod: 'PUT' },
    },
    updateMask: { paths: ['schedule', 'http_target.uri'] },
  });
  assert.equal(updated.description, 'before');
  assert.equal(updated.schedule, '15 4 * * *');
  assert.equal(updated.httpTarget?.uri, 'http://127.0.0.1:1/other');
  assert.equal(updated.httpTarget?.httpMethod, 'POST');
  assert.equal(updated.retryConfig?.retryCount, 1);
  assert.equal(Number(updated.scheduleTime?.seconds) * 1000, Date.parse('2026-08-02T04:15:00Z'));
});

test('an update can switch the kind of target', async () => {
  await create('switched');
  const pubsubTarget = { topicName: `projects/${TEST_PROJECT}/topics/ticks`, data: Buffer.from('x') };
  const [updated] = await client.updateJob({
    job: { name: jobName('switched'), pubsubTarget },
    updateMask: { paths: ['pubsub_target'] },
  });
  assert.equal(updated.pubsubTarget?.topicName, pubsubTarget.topicName);
  assert.ok(!updated.httpTarget);
});

test('an update without a mask replaces the job', async () => {
  await create('replaced', { ...HTTP_JOB, description: 'before' });
  const [updated] = await client.updateJob({ job: { name: jobName('replaced'), ...HTTP_JOB, schedule: '0 5 * * *' } });
  assert.equal(updated.description, '');
  assert.equal(updated.schedule, '0 5 * * *');
});

test('a mask that names no field is refused as Google does, also for camelCase over gRPC', async () => {
  await create('bad-mask');
  const update = (path: string): Promise<unknown> =>
    client.updateJob({ job: { name: jobName('bad-mask'), ...HTTP_JOB }, updateMask: { paths: [path] } });
  await assert.rejects(update('timeZone'), { code: INVALID_ARGUMENT, details: 'Invalid mask for Job: timeZone' });
  await assert.rejects(update('nothing'), { code: INVALID_ARGUMENT, details: 'Invalid mask for Job: nothing' });
});

test('over REST masks are in camelCase', async () => {
  await create('rest');
  const response = await fetch(`${cloud.url}/v1/${jobName('rest')}?updateMask=timeZone,retryConfig.retryCount`, {
    method: 'PATCH',
    body: JSON.stringify({ timeZone: 'Asia/Tokyo', retryConfig: { retryCount: 3 }, description: 'ignored' }),
  });
  const job = (await response.json()) as Record<string, unknown>;
  assert.equal(response.status, 200, JSON.stringify(job));
  assert.deepEqual([job['timeZone'], job['description'] ?? ''], ['Asia/Tokyo', '']);
  assert.equal((job['retryConfig'] as Record<string, unknown>)['minBackoffDuration'], '5s');
});

test('a paused job has no next time, keeps its state over an update, and goes on when resumed', async () => {
  await create('paused');
  const name = jobName('paused');
  const [paused] = await client.pauseJob({ name });
  assert.deepEqual([paused.state, paused.scheduleTime], ['PAUSED', null]);
  await assert.rejects(client.pauseJob({ name }), { code: FAILED_PRECONDITION });
  const [updated] = await client.updateJob({ job: { name, ...HTTP_JOB } });
  assert.equal(updated.state, 'PAUSED');
  const [resumed] = await client.resumeJob({ name });
  assert.equal(resumed.state, 'ENABLED');
  assert.equal(Number(resumed.scheduleTime?.seconds) * 1000, Date.parse('2026-08-02T03:00:00Z'));
  await assert.rejects(client.resumeJob({ name }), { code: FAILED_PRECONDITION });
});

test('jobs are listed by location in pages', async () => {
  const place = `projects/${TEST_PROJECT}/locations/us-east1`;
  for (const id of ['c', 'a', 'b'])
    await client.createJob({ parent: place, job: { ...HTTP_JOB, name: `${place}/jobs/${id}` } });
  const ids: string[] = [];
  for await (const job of client.listJobsAsync({ parent: place, pageSize: 2 })) ids.push(job.name!.slice(-1));
  assert.deepEqual(ids, ['a', 'b', 'c']);
  await client.deleteJob({ name: `${place}/jobs/b` });
  const [left] = await client.listJobs({ parent: place });
  assert.equal(left.length, 2);
});

test('jobs survive a restart', async () => {
  const [before] = await client.getJob({ name: jobName('full') });
  await cloud.restart();
  const [after] = await client.getJob({ name: jobName('full') });
  assert.deepEqual(after, before);
});
