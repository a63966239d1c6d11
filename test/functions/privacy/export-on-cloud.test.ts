/** An export over Google's own clients: rows in BigQuery, sealed parts in Cloud Storage, the workflow, the link over HTTP, and `trib export`. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { unzipSync } from 'fflate';
import { openDataFolder } from '#cli/platform/data-folder.ts';
import { serviceAccountEmail } from '#shared/platform/roles.ts';
import { sealFields } from '#shared/privacy/sealing.ts';
import { type CommandResult, runTrib } from '#test/cli/trib.ts';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';
import { coveredCatalog } from './catalogs.ts';

const cloud = await startTestCloud();
const { apply, AUDIENCE, deployWorkflow, layForPrivacy, otherProcess, REGION, startPrivacy } =
  await import('./privacy-on-cloud.ts');
const { identityTokenOf } = await import('#shared/gcp/base/service-accounts.ts');
const { BigQuery } = await import('@google-cloud/bigquery');
const { state, stores } = await layForPrivacy();
await apply(state, coveredCatalog());
const privacy = await startPrivacy(1);
const collecting = await otherProcess(stores, 1);
await deployWorkflow('export-user', privacy.url);
await deployWorkflow('erase-user', privacy.url);
const folder = openDataFolder(mkdtempSync(join(tmpdir(), 'tributary-export-')));
const compliance = await identityTokenOf(serviceAccountEmail('compliance', TEST_PROJECT), AUDIENCE);
folder.writeJson('ready.json', { ready: true, privacy: privacy.url, tokens: { compliance } });
folder.writeJson('environment.json', cloud.environment);
after(async () => {
  collecting.close();
  await privacy.stop();
  rmSync(folder.path, { recursive: true, force: true });
});

const ANN = 'ann@example.com';
const bigQuery = new BigQuery({ projectId: TEST_PROJECT, location: REGION });

function trib(...args: readonly string[]): Promise<CommandResult> {
  return runTrib(args, { TRIBUTARY_DATA: folder.path });
}

async function sealedFor(user: string): Promise<{ token: string; sealed: Buffer }> {
  const used = await collecting.use({ subject: { kind: 'user', id: user }, purpose: 'analytics' }, ({ keys }) => ({
    token: keys.token,
    sealed: sealFields(keys, { email: user }),
  }));
  return used.kind === 'used' ? used.result : assert.fail(used.kind);
}

const [ann, ben] = [await sealedFor(ANN), await sealedFor('ben@example.com')];
for (const dataset of ['music', 'staging', 'platform']) await bigQuery.createDataset(dataset, { location: REGION });
await bigQuery.query({
  query: `CREATE TABLE music.played_live AS
    SELECT TIMESTAMP '2026-11-20T10:00:00Z' AS hour, subject, CAST(9007199254740993 AS INT64) AS ms, FROM_BASE64(sealed) AS sealed
    FROM UNNEST([STRUCT(@annToken AS subject, @ann AS sealed), STRUCT(@benToken, @ben)])`,
  params: {
    annToken: ann.token,
    ann: ann.sealed.toString('base64'),
    benToken: ben.token,
    ben: ben.sealed.toString('base64'),
  },
});
await bigQuery.query({
  query: `CREATE TABLE music.daily_plays AS SELECT DATE '2026-11-20' AS day, subject, 1 AS plays FROM music.played_live`,
});
await bigQuery.query('CREATE TABLE platform.failed_events (failed_at TIMESTAMP, subject STRING, sealed BYTES)');

function filesOf(path: string): Readonly<Record<string, string>> {
  const files = Object.entries(unzipSync(readFileSync(path)));
  return Object.fromEntries(files.map(([name, bytes]) => [name, Buffer.from(bytes).toString('utf8')]));
}

test('trib export --out writes the archive, readable by its owner only, and says how many rows there are', async () => {
  const out = join(folder.path, 'ann.zip');
  const { exitCode, stderr } = await trib('export', ANN, '--out', out);
  assert.equal(exitCode, 0, stderr);
  assert.match(stderr, /2 row\(s\) of 2 endpoint\(s\)/);
  assert.ok(!stderr.includes(ANN));
  assert.equal(statSync(out).mode & 0o777, 0o600);
  const files = filesOf(out);
  assert.deepEqual(Object.keys(files).sort(), [
    'README.txt',
    'explanation.json',
    'music.daily_plays.csv',
    'music.daily_plays.json',
    'music.played.csv',
    'music.played.json',
  ]);
  const [played] = JSON.parse(files['music.played.json'] ?? '') as Record<string, unknown>[];
  assert.deepEqual(
    [played?.['email'], played?.['ms'], played?.['hour']],
    [ANN, '9007199254740993', '2026-11-20T10:00:00.000Z'],
  );
  const [tables] = await bigQuery.dataset('staging').getTables();
  assert.deepEqual(tables, [], 'the table of tokens is dropped');
});

test('the link opens a page that runs one script only; the archive comes once', async () => {
  const { stdout } = await trib('export', ANN, '--json');
  const { id, link } = JSON.parse(stdout) as { id: string; link: string };
  const secret = new URL(link).hash.slice(1);
  const page = await fetch(`${privacy.url}${new URL(link).pathname}`);
  assert.equal(page.status, 200);
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'; script-src 'sha256-/);
  assert.ok(!(await page.text()).includes(secret));
  const use = (): Promise<Response> =>
    fetch(`${privacy.url}/v1/exports/${id}:fetch`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ secret }),
    });
  let reply = await use();
  while (reply.status === 503) reply = await use();
  assert.equal(reply.status, 200);
  assert.equal(reply.headers.get('content-type'), 'application/zip');
  const files = unzipSync(new Uint8Array(await reply.arrayBuffer()));
  assert.ok(Buffer.from(files['music.played.json'] ?? []).includes(ANN));
  assert.equal((await use()).status, 404);
});

test('nobody who is unknown is exported', async () => {
  const { exitCode, stderr } = await trib('export', 'nobody@example.com', '--out', join(folder.path, 'none.zip'));
  assert.equal(exitCode, 1);
  assert.match(stderr, /unknown_subject/);
});

test('values of the last day are verified where they lie', async () => {
  await bigQuery.createDataset('raw', { location: REGION });
  await bigQuery.query(
    'CREATE TABLE raw.music_played AS SELECT CURRENT_TIMESTAMP() AS received_at, subject, sealed FROM music.played_live',
  );
  await bigQuery.query(
    "INSERT raw.music_played VALUES (CURRENT_TIMESTAMP(), NULL, NULL), (TIMESTAMP '2020-01-01', 'old', b'old')",
  );
  const { status, body } = await privacy.post('/v1/verifications', 'workflows');
  assert.equal(status, 200);
  assert.deepEqual(body, { passed: true, sampled: 2, plain: 2, shredded: 0, corrupt: 0, undeclared: 0 });
  assert.equal((await privacy.post('/v1/verifications', 'analyst')).status, 403);
});

test('an erasure that was asked to export first writes the archive once it is certified', async () => {
  const out = join(folder.path, 'erased.zip');
  const { exitCode, stderr } = await trib('erase', 'ben@example.com', '--export', out, '--wait', '--json');
  assert.equal(exitCode, 0, stderr);
  assert.match(filesOf(out)['music.played.json'] ?? '', /ben@example\.com/);
  assert.equal((await trib('erase', ANN, '--export', out)).exitCode, 2);
});
