/** Opening values in SQL from end to end: BigQuery's function, its connection, privacy behind it, and the record of every use. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { rolloutOrder } from '#shared/catalog/operator/order.ts';
import { wantedResources } from '#shared/catalog/operator/wanted.ts';
import { revealConnection } from '#shared/platform/base/names.ts';
import { systemClock } from '#shared/platform/clock.ts';
import { serviceAccountEmail } from '#shared/platform/roles.ts';
import { lookupIdOf } from '#shared/privacy/keys/derivations.ts';
import { EpochKeys } from '#shared/privacy/keys/epoch-keys.ts';
import { freezeSubject, shredKeyrings, wipeIndex } from '#shared/privacy/keys/forgetting.ts';
import { openPepper } from '#shared/privacy/keys/pepper.ts';
import { sealFields } from '#shared/privacy/sealing.ts';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';
import { MAILS, openingCatalog } from './catalogs.ts';

const cloud = await startTestCloud();
const { apply, AUDIENCE, layForPrivacy, otherProcess, place, startPrivacy } = await import('./privacy-on-cloud.ts');
const { createResourceCloud } = await import('#shared/gcp/resources.ts');
const { identityTokenOf } = await import('#shared/gcp/base/service-accounts.ts');
const { BigQuery } = await import('@google-cloud/bigquery');
const { GoogleAuth } = await import('google-auth-library');

const catalog = openingCatalog();
const { state, stores } = await layForPrivacy();
await apply(state, catalog);
const BOUND_SECONDS = 1;
const privacy = await startPrivacy(BOUND_SECONDS);
const collecting = await otherProcess(stores, BOUND_SECONDS);
after(async () => {
  collecting.close();
  await privacy.stop();
});

const bigQuery = new BigQuery({ projectId: TEST_PROJECT, location: place.region });
for (const dataset of ['raw', 'staging', 'platform']) await bigQuery.createDataset(dataset, { location: place.region });
const resources = createResourceCloud(place);
const reveal = { endpoint: privacy.url, connection: revealConnection(place) };
for (const { resource } of rolloutOrder(
  wantedResources(catalog, { ...place, reveal, workflows: {}, workflowEnvironment: {} }),
)) {
  await resources.create(resource);
}

async function send(user: string): Promise<{ readonly token: string; readonly sealed: Buffer }> {
  const used = await collecting.use({ subject: { kind: 'user', id: user }, purpose: 'analytics' }, ({ keys }) => ({
    token: keys.token,
    sealed: sealFields(keys, { email: `${user}@example.com` }),
  }));
  assert.ok(used.kind === 'used');
  const { token, sealed } = used.result;
  await bigQuery.query({
    query: `INSERT INTO music.played (hour, event_id, subject, sealed)
      VALUES (TIMESTAMP '2026-11-20T10:00:00Z', @user, @token, FROM_BASE64(@sealed))`,
    params: { user, token, sealed: sealed.toString('base64') },
  });
  return used.result;
}

const ann = await send('ann');
await send('ben');

/** Destroys the keys of a user, as an erasure does, and waits until every process knows. */
async function forget(user: string): Promise<void> {
  const epochs = new EpochKeys({ store: stores.epochs, wrapper: stores.wrapper, clock: systemClock });
  const found = await openPepper(stores.pepper, stores.wrapper, stores.pepperVersion);
  assert.ok(found.kind === 'pepper');
  const deps = { store: stores.keyrings, epochs, feed: stores.feed, clock: systemClock };
  const frozen = await freezeSubject(deps, lookupIdOf(found.pepper, { kind: 'user', id: user }));
  assert.ok(frozen.kind === 'frozen');
  const lookupIds = frozen.keyrings.map(({ lookupId }) => lookupId);
  assert.equal((await shredKeyrings(deps, lookupIds)).kind, 'shredded');
  const tokens = frozen.keyrings.flatMap((keyring) => keyring.tokens);
  await wipeIndex(stores.keyrings, tokens);
  await new Promise((resolve) => setTimeout(resolve, BOUND_SECONDS * 1000));
}

interface Answered {
  readonly status: number;
  readonly rows: readonly (readonly (string | null)[])[];
  readonly message: string;
}

/** Runs a query as the account of a role, or of a function, with a job id of one's own. */
async function queryAs(name: string, query: string, jobId: string = crypto.randomUUID()): Promise<Answered> {
  const { data } = await new GoogleAuth().request<{ readonly accessToken: string }>({
    url: `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${serviceAccountEmail(name, TEST_PROJECT)}:generateAccessToken`,
    method: 'POST',
    data: { scope: ['https://www.googleapis.com/auth/cloud-platform'] },
  });
  const url = `${cloud.url}/bigquery/v2/projects/${TEST_PROJECT}`;
  const headers = { authorization: `Bearer ${data.accessToken}`, 'content-type': 'application/json' };
  const jobReference = { projectId: TEST_PROJECT, location: place.region, jobId };
  const body = JSON.stringify({ jobReference, configuration: { query: { query, useLegacySql: false } } });
  const inserted = await fetch(`${url}/jobs`, { method: 'POST', headers, body });
  assert.equal(inserted.status, 200, await inserted.clone().text());
  const response = await fetch(`${url}/queries/${jobId}?location=${place.region}`, { headers });
  const json = (await response.json()) as {
    readonly rows?: readonly { readonly f: readonly { readonly v: string | null }[] }[];
    readonly error?: { readonly message: string };
  };
  const rows = (json.rows ?? []).map(({ f }) => f.map(({ v }) => v));
  return { status: response.status, rows, message: json.error?.message ?? '' };
}

/** What is opened of every event, with a reason. */
function opening(reason: string): string {
  return `SELECT event_id, JSON_VALUE(opened, '$.status'), JSON_VALUE(opened, '$.value')
    FROM (SELECT event_id, reveal_analytics.open(subject, sealed, 'email', ${reason}) AS opened FROM music.played)
    ORDER BY event_id`;
}

const REASON = "'case 4711 of the support desk'";

test('whom the purpose names opens values in SQL, with a reason', async () => {
  const { rows, message } = await queryAs('compliance', opening(REASON));
  assert.deepEqual(
    rows,
    [
      ['ann', 'plain', 'ann@example.com'],
      ['ben', 'plain', 'ben@example.com'],
    ],
    message,
  );
});

test('without a reason privacy refuses, and anybody else is refused by BigQuery', async () => {
  const silent = await queryAs('compliance', opening('NULL'));
  assert.equal(silent.status, 400);
  assert.match(silent.message, /^Received response code 400 from endpoint http.* with response .*reason_missing/);
  for (const role of ['analyst', 'team', 'admin', 'collect']) {
    const { status, message } = await queryAs(role, opening(REASON));
    assert.equal(status, 403, role);
    assert.equal(
      message,
      `Access Denied: Routine ${TEST_PROJECT}:reveal_analytics.open: User does not have permission to invoke routine ${TEST_PROJECT}.reveal_analytics.open.`,
    );
  }
});

test('a run of an endpoint with a grant opens values; another job of the same account does not', async () => {
  const [domain, name] = MAILS.split('.');
  const run = await queryAs('workflows', opening("'the weekly mailing'"), `stage_${domain}__${name}_2026-11-20_a1b2`);
  assert.equal(run.rows[0]?.[2], 'ann@example.com', run.message);
  for (const job of [`stage_music__daily_plays_2026-11-20_a1b2`, 'something_else']) {
    const { status, message } = await queryAs('workflows', opening("'the weekly mailing'"), job);
    assert.equal(status, 400, job);
    assert.match(message, /^Received response code 403 from endpoint .*forbidden/);
  }
});

test('nobody but BigQuery asks the endpoint, whatever they say of themselves', async () => {
  const sealed = ann.sealed.toString('base64');
  const body = JSON.stringify({
    requestId: '1',
    caller: `//bigquery.googleapis.com/projects/${TEST_PROJECT}/jobs/${TEST_PROJECT}:EU.job_1`,
    sessionUser: serviceAccountEmail('compliance', TEST_PROJECT),
    userDefinedContext: { purpose: 'analytics' },
    calls: [[ann.token, sealed, 'email', 'case 4711 of the support desk']],
  });
  const ask = async (token: string | undefined): Promise<number> => {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    const response = await fetch(privacy.url, { method: 'POST', headers, body });
    assert.ok(!(await response.text()).includes('ann@example.com'));
    return response.status;
  };
  const compliance = serviceAccountEmail('compliance', TEST_PROJECT);
  assert.equal(await ask(undefined), 401);
  assert.equal(await ask(await identityTokenOf(compliance, AUDIENCE)), 401);
  assert.equal(await ask(await identityTokenOf(compliance, privacy.url)), 403);
  assert.equal(
    await ask(await identityTokenOf('bqcx-1-aaaa@gcp-sa-bigquery-condel.iam.gserviceaccount.com', privacy.url)),
    403,
  );
});

test('what was tampered with is corrupt, and what was of somebody who is forgotten is shredded', async () => {
  await forget('ben');
  const sealed = Buffer.from(ann.sealed);
  sealed[20] = (sealed[20] ?? 0) ^ 1;
  await bigQuery.query({
    query: `INSERT INTO music.played (hour, event_id, subject, sealed)
      VALUES (TIMESTAMP '2026-11-20T10:00:00Z', 'changed', @token, FROM_BASE64(@sealed))`,
    params: { token: ann.token, sealed: sealed.toString('base64') },
  });
  assert.deepEqual((await queryAs('compliance', opening(REASON))).rows, [
    ['ann', 'plain', 'ann@example.com'],
    ['ben', 'shredded', null],
    ['changed', 'corrupt', null],
  ]);
});

test('every use is in platform.accesses: by whom, for what, why, how many of each, and no value', async () => {
  const query = `SELECT JSON_VALUE(body, '$.principal') AS principal, JSON_VALUE(body, '$.channel') AS channel,
      JSON_VALUE(body, '$.purpose') AS purpose, JSON_VALUE(body, '$.reason') AS reason,
      JSON_VALUE(body, '$.decision') AS decision, TO_JSON_STRING(JSON_QUERY(body, '$.counts')) AS counts,
      JSON_VALUE(body, '$.job') AS job
    FROM platform.accesses`;
  const found = async (): Promise<readonly Record<string, string | null>[]> => (await bigQuery.query(query))[0];
  let rows = await found();
  for (const untilMs = Date.now() + 20_000; rows.length < 6 && Date.now() < untilMs; rows = await found()) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const told = rows
    .map(({ principal, decision, counts }) => `${principal?.split('@')[0]} ${decision} ${counts}`)
    .sort();
  const none = '{"corrupt":0,"plain":0,"shredded":0}';
  assert.deepEqual(told, [
    'tributary-compliance allowed {"corrupt":0,"plain":2,"shredded":0}',
    'tributary-compliance allowed {"corrupt":1,"plain":1,"shredded":1}',
    `tributary-compliance reason_missing ${none}`,
    'tributary-workflows allowed {"corrupt":0,"plain":2,"shredded":0}',
    `tributary-workflows forbidden ${none}`,
    `tributary-workflows forbidden ${none}`,
  ]);
  assert.ok(rows.every(({ channel, purpose }) => channel === 'sql' && purpose === 'analytics'));
  assert.ok(rows.every(({ job }) => job?.startsWith(`${TEST_PROJECT}:${place.region}.`)));
  assert.ok(!JSON.stringify(rows).includes('@example.com'));
});
