import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { startTestCloud } from '#test/local/cloud-harness.ts';

const cloud = await startTestCloud();
const { GoogleAuth, OAuth2Client } = await import('google-auth-library');
const AUDIENCE = 'https://functions.test';

test('an identity token of a service account verifies with the public keys that the cloud publishes', async () => {
  const client = await new GoogleAuth().getIdTokenClient(AUDIENCE);
  const headers = await client.getRequestHeaders();
  const token = headers.get('authorization')?.replace('Bearer ', '') ?? '';
  const ticket = await new OAuth2Client().verifyIdToken({ idToken: token, audience: AUDIENCE });
  assert.equal(ticket.getPayload()?.email, 'owner@test-project.iam.gserviceaccount.com');
});

test('an identity token for another audience does not verify', async () => {
  const client = await new GoogleAuth().getIdTokenClient('https://elsewhere.test');
  const headers = await client.getRequestHeaders();
  const token = headers.get('authorization')?.replace('Bearer ', '') ?? '';
  await assert.rejects(new OAuth2Client().verifyIdToken({ idToken: token, audience: AUDIENCE }), /audience/);
});

test('a service account is created once, gets a key, and that key obtains identity tokens', async () => {
  const auth = new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform' });
  const url = 'https://iam.googleapis.com/v1/projects/test-project/serviceAccounts';
  const body = { accountId: 'tributary-collect', serviceAccount: { displayName: 'Collect' } };
  const created = await auth.request<{ email: string }>({ url, method: 'POST', data: body });
  assert.equal(created.data.email, 'tributary-collect@test-project.iam.gserviceaccount.com');
  await assert.rejects(auth.request({ url, method: 'POST', data: body }), { status: 409 });

  const key = await auth.request<{ privateKeyData: string }>({
    url: `${url}/${created.data.email}/keys`,
    method: 'POST',
  });
  const credentials = JSON.parse(Buffer.from(key.data.privateKeyData, 'base64').toString()) as object;
  const own = await new GoogleAuth({ credentials }).getIdTokenClient(AUDIENCE);
  const headers = await own.getRequestHeaders();
  const idToken = headers.get('authorization')?.replace('Bearer ', '') ?? '';
  const ticket = await new OAuth2Client().verifyIdToken({ idToken, audience: AUDIENCE });
  assert.equal(ticket.getPayload()?.email, created.data.email);
});

test('an assertion that was signed with a key of another account gets no identity token', async () => {
  const own = JSON.parse(readFileSync(String(process.env['GOOGLE_APPLICATION_CREDENTIALS']), 'utf8')) as object;
  const credentials = { ...own, client_email: 'tributary-collect@test-project.iam.gserviceaccount.com' };
  const client = await new GoogleAuth({ credentials }).getIdTokenClient(AUDIENCE);
  await assert.rejects(client.getRequestHeaders(), /invalid_grant/);
});

test('whoever may act as an account gets its identity tokens from IAM credentials', async () => {
  const auth = new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform' });
  const email = 'analyst@test-project.iam.gserviceaccount.com';
  const url = `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${email}:generateIdToken`;
  const reply = await auth.request<{ token: string }>({
    url,
    method: 'POST',
    data: { audience: AUDIENCE, includeEmail: true },
  });
  const ticket = await new OAuth2Client().verifyIdToken({ idToken: reply.data.token, audience: AUDIENCE });
  assert.equal(ticket.getPayload()?.email, email);
});

test('the owner keeps its key over a restart, in a file that only this user reads', async () => {
  const file = String(process.env['GOOGLE_APPLICATION_CREDENTIALS']);
  const before = readFileSync(file, 'utf8');
  await cloud.restart();
  assert.equal(readFileSync(file, 'utf8'), before);
  assert.equal(statSync(file).mode & 0o777, 0o600);
});
