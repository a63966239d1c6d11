import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { protos } from '@google-cloud/scheduler';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';
import { startTargetServer, status } from './target-server.ts';

const cloud = await startTestCloud({ frozen: true });
const target = await startTargetServer();
const { CloudSchedulerClient } = await import('@google-cloud/scheduler');
const { OAuth2Client } = await import('google-auth-library');
const client = new CloudSchedulerClient();

type Job = protos.google.cloud.scheduler.v1.IJob;

const MINUTE_MS = 60_000;
const ACCOUNT = `ticker@${TEST_PROJECT}.iam.gserviceaccount.com`;
const parent = `projects/${TEST_PROJECT}/locations/europe-west1`;
const jobName = (id: string): string => `${parent}/jobs/${id}`;

/** Creates a job that is deleted after the test, which must have taken every request by then. */
async function create(t: TestContext, id: string, job: object): Promise<string> {
  const name = jobName(id);
  await client.createJob({ parent, job: { name, schedule: '* * * * *', ...job } });
  t.after(async () => {
    await client.deleteJob({ name });
    const left = target.waiting();
    while (target.waiting() > 0) await target.take();
    target.answer = status(200);
    assert.equal(left, 0);
  });
  return name;
}

/** Moves the clock to the next whole minute. */
const nextMinute = (): Promise<void> => cloud.clock.advance(MINUTE_MS - (cloud.clock.now() % MINUTE_MS));

const http = (more: object = {}): object => ({ httpTarget: { uri: `${target.url}/tick`, ...more } });

/** Asks for the job until it is as expected: an attempt ends a moment after its target has answered. */
async function until(name: string, expected: (job: Job) => boolean): Promise<Job> {
  for (let asked = 0; asked < 1000; asked += 1) {
    const [job] = await client.getJob({ name });
    if (expected(job)) return job;
  }
  const [job] = await client.getJob({ name });
  throw new Error(`the job did not become what was expected: its status is ${JSON.stringify(job.status)}`);
}

const ended =
  (code: number) =>
  (job: Job): boolean =>
    job.status?.code === code;

test('a job calls its target at its time, and not before', async (t) => {
  const name = await create(
    t,
    'plain',
    http({ httpMethod: 'PUT', headers: { 'X-Own': 'a,b' }, body: Buffer.from('{"a":1}') }),
  );
  await cloud.clock.advance(MINUTE_MS - (cloud.clock.now() % MINUTE_MS) - 1);
  const [before] = await client.getJob({ name });
  assert.equal(before.lastAttemptTime, null);
  await nextMinute();
  const request = await target.take();
  assert.deepEqual([request.method, request.path, request.body], ['PUT', '/tick', '{"a":1}']);
  assert.equal(request.headers['x-own'], 'a,b');
  assert.equal(request.headers['content-type'], 'application/octet-stream');
  assert.equal(request.headers['user-agent'], 'Google-Cloud-Scheduler');
  assert.equal(request.headers['x-cloudscheduler'], 'true');
  assert.equal(request.headers['x-cloudscheduler-jobname'], 'plain');
  assert.equal(Date.parse(String(request.headers['x-cloudscheduler-scheduletime'])), cloud.clock.now());
  const job = await until(name, ended(0));
  assert.equal(Number(job.lastAttemptTime?.seconds) * 1000, cloud.clock.now());
  assert.equal(Number(job.scheduleTime?.seconds) * 1000, cloud.clock.now() + MINUTE_MS);
});

test('headers that belong to Cloud Scheduler cannot be set', async (t) => {
  const headers = {
    'User-Agent': 'mine',
    'X-CloudScheduler-JobName': 'other',
    'X-Google-Secret': 'x',
    'Content-Type': 'text/plain',
  };
  const name = await create(t, 'headers', http({ headers, body: Buffer.from('x') }));
  await nextMinute();
  const request = await target.take();
  assert.equal(request.headers['user-agent'], 'Google-Cloud-Scheduler');
  assert.equal(request.headers['x-cloudscheduler-jobname'], 'headers');
  assert.equal(request.headers['x-google-secret'], undefined);
  assert.equal(request.headers['content-type'], 'text/plain');
  await until(name, ended(0));
});

test('an identity token goes along that verifies with the published keys, for the audience or else the URI', async (t) => {
  const oidcToken = { serviceAccountEmail: ACCOUNT };
  const name = await create(t, 'oidc', http({ oidcToken, headers: { Authorization: 'Bearer overridden' } }));
  await nextMinute();
  const first = await target.take();
  const idToken = (first.headers.authorization ?? '').replace('Bearer ', '');
  const certificates = (await (await fetch(`${cloud.url}/oauth2/v1/certs`)).json()) as Record<string, string>;
  const verifier = new OAuth2Client();
  const payload = JSON.parse(Buffer.from(idToken.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;
  assert.deepEqual([payload['aud'], payload['email']], [`${target.url}/tick`, ACCOUNT]);
  // The cloud's clock is ahead of the verifier's by some minutes at most, which it tolerates no more than Google does.
  const ticket = verifier.verifySignedJwtWithCertsAsync(idToken, certificates, `${target.url}/tick`, undefined, 1e9);
  await assert.doesNotReject(ticket.catch((error: Error) => assert.match(error.message, /too (?:early|late)/)));
  await until(name, ended(0));
});

test('a call to a Google host ends at this cloud, with an access token', async (t) => {
  const uri = 'https://unserved.googleapis.com/v1/nothing';
  const name = await create(t, 'google', { httpTarget: { uri, oauthToken: { serviceAccountEmail: ACCOUNT } } });
  await nextMinute();
  // 501 from this cloud; anything else would mean that the request had gone elsewhere.
  await until(name, ended(12));
});

test('a Pub/Sub target is published to', async (t) => {
  const topicName = `projects/${TEST_PROJECT}/topics/ticks`;
  const subscription = `projects/${TEST_PROJECT}/subscriptions/ticks`;
  const call = async (method: string, path: string, body: object): Promise<Record<string, unknown>> => {
    const response = await fetch(`${cloud.url}/v1/${path}`, { method, body: JSON.stringify(body) });
    const json = (await response.json()) as Record<string, unknown>;
    assert.equal(response.status, 200, JSON.stringify(json));
    return json;
  };
  await call('PUT', topicName, {});
  await call('PUT', subscription, { topic: topicName });
  const name = await create(t, 'pubsub', {
    pubsubTarget: { topicName, data: Buffer.from('tick'), attributes: { kind: 'minute' } },
  });
  await nextMinute();
  await until(name, ended(0));
  const pulled = await call('POST', `${subscription}:pull`, { maxMessages: 1 });
  const [{ message }] = pulled['receivedMessages'] as [{ message: { data: string; attributes: object } }];
  assert.equal(Buffer.from(message.data, 'base64').toString(), 'tick');
  assert.deepEqual(message.attributes, { kind: 'minute' });
});

test('a failure shows in the status and is not retried without being told to', async (t) => {
  for (const [httpStatus, code] of [
    [500, 13],
    [503, 14],
    [404, 5],
    [403, 7],
    [429, 8],
  ] as const) {
    target.answer = status(httpStatus);
    const name = await create(t, `fails-${httpStatus}`, { ...http(), schedule: '0 * * * *' });
    await client.runJob({ name });
    await target.take();
    await until(name, ended(code));
    await nextMinute();
  }
});

test('a target that cannot be reached is a failure too', async (t) => {
  const name = await create(t, 'unreachable', { httpTarget: { uri: 'http://127.0.0.1:1/' } });
  await nextMinute();
  await until(name, ended(14));
});

test('failed attempts are retried with growing waits, as often as set', async (t) => {
  target.answer = status(500);
  const retryConfig = { retryCount: 2, minBackoffDuration: { seconds: 10 }, maxDoublings: 5 };
  const name = await create(t, 'retried', { ...http(), schedule: '0 * * * *', retryConfig });
  await client.runJob({ name });
  const attempts = [await target.take()];
  const startMs = cloud.clock.now();
  for (const seconds of [10, 20]) {
    await until(name, ended(13));
    const taken = target.take();
    // The retry is set once the failure is recorded, a moment after the target has answered.
    await cloud.clock.advance(seconds * 1000 - 1);
    assert.equal(attempts.length, seconds / 10);
    await cloud.clock.advance(1);
    attempts.push(await taken);
  }
  assert.equal(cloud.clock.now(), startMs + 30_000);
  assert.equal(new Set(attempts.map(({ headers }) => headers['x-cloudscheduler-scheduletime'])).size, 1);
  await until(name, ended(13));
  await cloud.clock.advance(10 * MINUTE_MS);
});

test('a success ends the retries', async (t) => {
  target.answer = status(500);
  const retryConfig = { retryCount: 5, minBackoffDuration: { seconds: 10 } };
  const name = await create(t, 'recovers', { ...http(), schedule: '0 * * * *', retryConfig });
  await client.runJob({ name });
  await target.take();
  await until(name, ended(13));
  target.answer = status(200);
  await cloud.clock.advance(10_000);
  await target.take();
  await until(name, ended(0));
  await cloud.clock.advance(10 * MINUTE_MS);
});

test('an attempt without an answer ends at its deadline', async (t) => {
  target.answer = undefined;
  const name = await create(t, 'hangs', { ...http(), schedule: '0 * * * *', attemptDeadline: { seconds: 30 } });
  await client.runJob({ name });
  await target.take();
  await cloud.clock.advance(29_999);
  const [running] = await client.getJob({ name });
  assert.equal(running.status, null);
  await cloud.clock.advance(1);
  await until(name, ended(4));
});

test('a run that takes longer than the interval delays the next one and is never joined by it', async (t) => {
  target.answer = undefined;
  const name = await create(t, 'slow', http());
  await nextMinute();
  const first = await target.take();
  const startMs = cloud.clock.now();
  await cloud.clock.advance(2 * MINUTE_MS);
  await client.getJob({ name });
  assert.equal(target.waiting(), 0);
  target.answer = status(200);
  first.response.end();
  const second = await target.take();
  assert.equal(Date.parse(String(second.headers['x-cloudscheduler-scheduletime'])), startMs + MINUTE_MS);
  const job = await until(name, ended(0));
  assert.equal(Number(job.scheduleTime?.seconds) * 1000, startMs + 3 * MINUTE_MS);
});

test('a forced run happens at once, also while another is under way and while the job is paused', async (t) => {
  target.answer = undefined;
  const name = await create(t, 'forced', { ...http(), schedule: '0 0 1 1 *' });
  const [job] = await client.runJob({ name });
  assert.equal(Number(job.lastAttemptTime?.seconds) * 1000, cloud.clock.now());
  const first = await target.take();
  await client.runJob({ name });
  const second = await target.take();
  await client.pauseJob({ name });
  await client.runJob({ name });
  const third = await target.take();
  for (const { response } of [first, second, third]) response.end();
  await until(name, ended(0));
});

test('a paused job does not run, and a resumed one does not make up for it', async (t) => {
  const name = await create(t, 'rests', http());
  await client.pauseJob({ name });
  await cloud.clock.advance(5 * MINUTE_MS);
  await client.resumeJob({ name });
  assert.equal(target.waiting(), 0);
  await nextMinute();
  await target.take();
  await until(name, ended(0));
});

test('a redirect is followed, without the token when it leads elsewhere', async (t) => {
  const elsewhere = await startTargetServer();
  target.answer = ({ response }) => void response.writeHead(307, { location: `${elsewhere.url}/moved` }).end();
  const name = await create(
    t,
    'redirected',
    http({ oidcToken: { serviceAccountEmail: ACCOUNT }, body: Buffer.from('kept') }),
  );
  await nextMinute();
  const first = await target.take();
  assert.match(String(first.headers.authorization), /^Bearer /);
  const second = await elsewhere.take();
  assert.deepEqual([second.method, second.path, second.body], ['POST', '/moved', 'kept']);
  assert.equal(second.headers.authorization, undefined);
  await until(name, ended(0));
});

test('scheduled times that passed while the cloud was down are not made up for', async (t) => {
  const name = await create(t, 'missed', http());
  await cloud.restart(() => cloud.clock.advance(10 * MINUTE_MS + 1000));
  const [job] = await client.getJob({ name });
  assert.equal(job.lastAttemptTime, null);
  assert.ok(Number(job.scheduleTime?.seconds) * 1000 > cloud.clock.now());
  await nextMinute();
  const request = await target.take();
  assert.equal(Date.parse(String(request.headers['x-cloudscheduler-scheduletime'])), cloud.clock.now());
  await until(name, ended(0));
});

test('a run that was under way when the cloud stopped is not run again', async (t) => {
  target.answer = undefined;
  const name = await create(t, 'cut-off', http());
  await nextMinute();
  await target.take();
  target.answer = status(200);
  await cloud.restart();
  const [job] = await client.getJob({ name });
  assert.equal(job.status?.code, 14);
  assert.equal(target.waiting(), 0);
  await nextMinute();
  await target.take();
  await until(name, ended(0));
});

test('a retry that was waiting when the cloud stopped happens after the next start', async (t) => {
  target.answer = status(500);
  const retryConfig = { retryCount: 3, minBackoffDuration: { seconds: 10 } };
  const name = await create(t, 'waits', { ...http(), schedule: '0 * * * *', retryConfig });
  await client.runJob({ name });
  await target.take();
  await until(name, ended(13));
  target.answer = status(200);
  await cloud.restart(() => cloud.clock.advance(30_000));
  await target.take();
  await until(name, ended(0));
});
