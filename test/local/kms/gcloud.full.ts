import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { verify } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { startTestCloud } from '#test/local/cloud-harness.ts';

const cloud = await startTestCloud();

function hasGcloud(): boolean {
  try {
    execFileSync('gcloud', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const skip = hasGcloud() ? false : 'SKIPPED: gcloud is not installed on this machine';

async function gcloud(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('gcloud', ['kms', ...args], {
    env: { ...process.env, ...cloud.environment },
  });
  return stdout;
}

const file = (name: string): string => join(cloud.dataDir, name);

test('gcloud makes a key, encrypts and decrypts with it, checking every checksum', { skip }, async () => {
  const place = ['--location=europe-west1', '--keyring=cli'];
  await gcloud('keyrings', 'create', 'cli', '--location=europe-west1');
  await gcloud('keys', 'create', 'sealing', '--purpose=encryption', '--destroy-scheduled-duration=1d', ...place);
  writeFileSync(file('plain'), 'sealed by gcloud');
  writeFileSync(file('aad'), 'context');
  const files = [`--plaintext-file=${file('plain')}`, `--ciphertext-file=${file('sealed')}`];
  const aad = `--additional-authenticated-data-file=${file('aad')}`;
  await gcloud('encrypt', '--key=sealing', ...place, ...files, aad);
  const opened = [`--plaintext-file=${file('opened')}`, `--ciphertext-file=${file('sealed')}`];
  await gcloud('decrypt', '--key=sealing', ...place, ...opened, aad);
  assert.equal(readFileSync(file('opened'), 'utf8'), 'sealed by gcloud');
  await assert.rejects(gcloud('decrypt', '--key=sealing', ...place, ...opened), {
    stderr: /Decryption failed: the ciphertext is invalid/,
  });
});

test('gcloud disables, destroys, restores and describes versions', { skip }, async () => {
  const place = ['--location=europe-west1', '--keyring=cli', '--key=sealing'];
  await gcloud('keys', 'versions', 'disable', '1', ...place);
  await gcloud('keys', 'versions', 'destroy', '1', ...place);
  await gcloud('keys', 'versions', 'restore', '1', ...place);
  await gcloud('keys', 'versions', 'create', ...place, '--primary');
  const listed = JSON.parse(await gcloud('keys', 'versions', 'list', ...place, '--format=json')) as { state: string }[];
  assert.deepEqual(
    listed.map(({ state }) => state),
    ['DISABLED', 'ENABLED'],
  );
  const updated = ['--rotation-period=30d', '--next-rotation-time=2036-01-01T00:00:00Z'];
  await gcloud('keys', 'update', 'sealing', '--location=europe-west1', '--keyring=cli', ...updated);
  const described = await gcloud(
    'keys',
    'describe',
    'sealing',
    '--location=europe-west1',
    '--keyring=cli',
    '--format=json',
  );
  const key = JSON.parse(described) as Record<string, string>;
  assert.equal(key['rotationPeriod'], '2592000s');
  assert.equal(key['destroyScheduledDuration'], '86400s');
});

test('gcloud signs, and its public key verifies the signature', { skip }, async () => {
  const place = ['--location=europe-west1', '--keyring=cli'];
  const kind = ['--purpose=asymmetric-signing', '--default-algorithm=ec-sign-p256-sha256'];
  await gcloud('keys', 'create', 'signing', ...kind, ...place);
  const version = ['--version=1', '--key=signing', ...place];
  writeFileSync(file('message'), 'signed by gcloud');
  const files = [`--input-file=${file('message')}`, `--signature-file=${file('signature')}`];
  await gcloud('asymmetric-sign', ...version, '--digest-algorithm=sha256', ...files);
  await gcloud(
    'keys',
    'versions',
    'get-public-key',
    '1',
    '--key=signing',
    ...place,
    `--output-file=${file('public.pem')}`,
  );
  const message = readFileSync(file('message'));
  assert.ok(verify('sha256', message, readFileSync(file('public.pem')), readFileSync(file('signature'))));
});
