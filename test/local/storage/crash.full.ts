import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startCloudProcess } from '#test/local/cloud-process.ts';

const KIB = 1024;
const dataDir = mkdtempSync(join(tmpdir(), 'tributary-crash-'));
after(() => rmSync(dataDir, { recursive: true, force: true }));

/** The bytes of an object are made from its name, so that half an object or another's bytes would be noticed. */
function bytesOf(name: string): Buffer {
  const sizes = [0, 200, 1500, 30 * KIB, 40 * KIB, 150 * KIB];
  const digest = createHash('sha512').update(name).digest();
  const size = sizes[digest.readUInt8(0) % sizes.length] ?? 0;
  return Buffer.alloc(size, digest);
}

async function createBucket(url: string, name: string): Promise<void> {
  const body = JSON.stringify({ name, softDeletePolicy: { retentionDurationSeconds: 0 } });
  assert.equal((await fetch(`${url}/b?project=p`, { method: 'POST', body })).status, 200);
}

async function listNames(url: string, bucket: string): Promise<Set<string>> {
  const names = new Set<string>();
  let pageToken = '';
  do {
    const reply = await fetch(`${url}/b/${bucket}/o?fields=items/name,nextPageToken&pageToken=${pageToken}`);
    const page = (await reply.json()) as { items?: { name: string }[]; nextPageToken?: string };
    for (const { name } of page.items ?? []) names.add(name);
    pageToken = page.nextPageToken ?? '';
  } while (pageToken !== '');
  return names;
}

interface Acknowledged {
  readonly created: Set<string>;
  readonly deleted: Set<string>;
  /** Asked for, without an answer when the cloud died. */
  readonly pending: Set<string>;
}

/** Creates and deletes with many callers at once until the cloud dies; kills it after so many answers. */
async function writeUntilKilled(url: string, kill: () => Promise<void>, answers: number): Promise<Acknowledged> {
  const log: Acknowledged = { created: new Set(), deleted: new Set(), pending: new Set() };
  let count = 0;
  let killed: Promise<void> | undefined;
  const answered = (name: string, into: Set<string>): void => {
    log.pending.delete(name);
    into.add(name);
    count += 1;
    if (count === answers) killed = kill();
  };
  const caller = async (id: number): Promise<void> => {
    for (let index = 0; ; index += 1) {
      const name = `object-${answers}-${id}-${index}`;
      log.pending.add(name);
      const path = `${url}/upload/storage/v1/b/crash/o?uploadType=media&ifGenerationMatch=0&name=${name}`;
      const created = await fetch(path, { method: 'POST', body: new Uint8Array(bytesOf(name)) });
      assert.equal(created.status, 200);
      await created.arrayBuffer();
      answered(name, log.created);
      if (index % 3 !== 0) continue;
      log.pending.add(name);
      const removed = await fetch(`${url}/b/crash/o/${name}`, { method: 'DELETE' });
      assert.equal(removed.status, 204);
      log.created.delete(name);
      answered(name, log.deleted);
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: 12 }, (_, id) => caller(id)));
  for (const end of ends) {
    // Every caller ends because its connection did.
    assert.ok(end.status === 'rejected' && !(end.reason instanceof assert.AssertionError), end.status);
  }
  await killed;
  return log;
}

test('kill -9 under load loses nothing acknowledged, leaves no half object and no stray file', async () => {
  let cloud = await startCloudProcess(dataDir);
  await createBucket(cloud.url, 'crash');
  for (const answers of [150, 400, 250]) {
    const { created, deleted, pending } = await writeUntilKilled(cloud.url, () => cloud.kill(), answers);
    cloud = await startCloudProcess(dataDir);
    const present = await listNames(cloud.url, 'crash');
    for (const name of created) assert.ok(present.has(name) || pending.has(name), `acknowledged, and gone: ${name}`);
    for (const name of deleted) assert.ok(!present.has(name), `deleted, and there: ${name}`);
    for (const name of present) {
      const reply = await fetch(`${cloud.url}/b/crash/o/${name}?alt=media`);
      assert.equal(reply.status, 200);
      assert.ok(Buffer.from(await reply.arrayBuffer()).equals(bytesOf(name)), `other bytes: ${name}`);
    }
  }
  const inFiles = [...(await listNames(cloud.url, 'crash'))].filter((name) => bytesOf(name).length > 32 * KIB);
  // The sweep of this start goes on in the background.
  const files = (): number =>
    readdirSync(join(dataDir, 'storage'), { recursive: true }).filter((name) =>
      statSync(join(dataDir, 'storage', String(name))).isFile(),
    ).length;
  for (let turn = 0; turn < 5000 && files() > inFiles.length; turn += 1) await fetch(`${cloud.url}/healthz`);
  assert.equal(files(), inFiles.length);
  await cloud.kill();
});

test('a resumable upload goes on after kill -9 from what was acknowledged', async () => {
  const chunk = 256 * KIB;
  const bytes = randomBytes(chunk * 4);
  let cloud = await startCloudProcess(dataDir);
  const path = `${cloud.url}/upload/storage/v1/b/crash/o?uploadType=resumable&name=resumed`;
  const location = (await fetch(path, { method: 'POST', body: '{}' })).headers.get('location') ?? '';
  const put = (range: string, body: Uint8Array): Promise<Response> =>
    fetch(location, { method: 'PUT', headers: { 'content-range': `bytes ${range}` }, body: new Uint8Array(body) });
  assert.equal((await put(`0-${chunk * 2 - 1}/*`, bytes.subarray(0, chunk * 2))).status, 308);
  // In the middle of the next chunk.
  const broken = put(`${chunk * 2}-${bytes.length - 1}/${bytes.length}`, bytes.subarray(chunk * 2)).catch(
    () => undefined,
  );
  await cloud.kill();
  await broken;
  cloud = await startCloudProcess(dataDir, cloud.port);
  const status = await put('*/*', new Uint8Array());
  if (status.status === 308) {
    assert.equal(status.headers.get('range'), `bytes=0-${chunk * 2 - 1}`);
    const rest = await put(`${chunk * 2}-${bytes.length - 1}/${bytes.length}`, bytes.subarray(chunk * 2));
    assert.equal(rest.status, 200);
  } else {
    assert.equal(status.status, 200);
  }
  const back = await fetch(`${cloud.url}/b/crash/o/resumed?alt=media`);
  assert.ok(Buffer.from(await back.arrayBuffer()).equals(bytes));
  await cloud.kill();
});
