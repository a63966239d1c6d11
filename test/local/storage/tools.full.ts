import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { startTestCloud } from '#test/local/cloud-harness.ts';

const cloud = await startTestCloud();
const file = (name: string): string => join(cloud.dataDir, name);
const TIMEOUT_MS = 60_000;

function missing(tool: string): string | false {
  try {
    execFileSync(tool, ['--version'], { stdio: 'ignore', timeout: TIMEOUT_MS });
    return false;
  } catch {
    return `SKIPPED: ${tool} is not installed on this machine`;
  }
}

async function run(tool: string, args: readonly string[], more: Record<string, string> = {}): Promise<string> {
  const env = { ...process.env, ...cloud.environment, ...more };
  const { stdout } = await promisify(execFile)(tool, args, { env, timeout: TIMEOUT_MS });
  return stdout;
}

const gcloud = (...args: string[]): Promise<string> => run('gcloud', ['storage', ...args]);

/** gsutil takes the proxy from a file of its own. */
function gsutil(...args: string[]): Promise<string> {
  const boto = file('boto');
  writeFileSync(
    boto,
    `[Boto]\nproxy = 127.0.0.1\nproxy_port = ${cloud.port}\nproxy_type = http\n[GSUtil]\nprefer_api = json\ndefault_project_id = test-project\n`,
  );
  return run('gsutil', args, { BOTO_CONFIG: boto });
}

const small = file('small.txt');
const large = file('large.bin');
writeFileSync(small, 'small\n');
writeFileSync(large, randomBytes(12_000_000));

test(
  'gcloud storage works: buckets, copies up and down, listing, versions, moving, composing, removing',
  { skip: missing('gcloud') },
  async () => {
    await gcloud('buckets', 'create', 'gs://by-gcloud', '--location=europe-west3', '--uniform-bucket-level-access');
    await gcloud('buckets', 'update', 'gs://by-gcloud', '--clear-soft-delete', '--versioning', '--update-labels=a=b');
    await gcloud('cp', small, 'gs://by-gcloud/dir/small.txt');
    await gcloud('cp', large, 'gs://by-gcloud/large.bin');
    assert.equal(await gcloud('cat', 'gs://by-gcloud/dir/small.txt'), 'small\n');
    await gcloud('cp', 'gs://by-gcloud/large.bin', file('back.bin'));
    assert.ok(readFileSync(file('back.bin')).equals(readFileSync(large)));
    assert.equal(await gcloud('ls', 'gs://by-gcloud'), 'gs://by-gcloud/large.bin\ngs://by-gcloud/dir/\n');
    await gcloud('mv', 'gs://by-gcloud/dir/small.txt', 'gs://by-gcloud/dir/moved.txt');
    await gcloud(
      'objects',
      'compose',
      'gs://by-gcloud/dir/moved.txt',
      'gs://by-gcloud/dir/moved.txt',
      'gs://by-gcloud/twice',
    );
    assert.equal(await gcloud('cat', 'gs://by-gcloud/twice'), 'small\nsmall\n');
    await gcloud('rm', 'gs://by-gcloud/dir/moved.txt');
    assert.match(await gcloud('ls', '-a', 'gs://by-gcloud/dir/**'), /moved\.txt#\d+/);
    await gcloud('rm', '-r', 'gs://by-gcloud');
    assert.ok(!(await gcloud('buckets', 'list', '--format=value(name)')).includes('by-gcloud'));
  },
);

test(
  'gsutil works: buckets, copies up and down, compression, metadata, versions, removing',
  { skip: missing('gsutil') },
  async () => {
    await gsutil('mb', '-l', 'EU', 'gs://by-gsutil');
    await gsutil('cp', small, 'gs://by-gsutil/dir/small.txt');
    await gsutil('cp', large, 'gs://by-gsutil/large.bin');
    assert.equal(await gsutil('cat', 'gs://by-gsutil/dir/small.txt'), 'small\n');
    await gsutil('cp', 'gs://by-gsutil/large.bin', file('back-again.bin'));
    assert.ok(readFileSync(file('back-again.bin')).equals(readFileSync(large)));
    await gsutil('cp', '-J', small, 'gs://by-gsutil/compressed-on-the-way');
    assert.equal(await gsutil('cat', 'gs://by-gsutil/compressed-on-the-way'), 'small\n');
    await gsutil('setmeta', '-h', 'x-goog-meta-k:v', 'gs://by-gsutil/dir/small.txt');
    assert.match(await gsutil('stat', 'gs://by-gsutil/dir/small.txt'), /k:\s+v/);
    await gsutil('mv', 'gs://by-gsutil/dir/small.txt', 'gs://by-gsutil/dir/moved.txt');
    await gsutil('versioning', 'set', 'on', 'gs://by-gsutil');
    await gsutil('-m', 'rm', '-r', 'gs://by-gsutil');
    assert.ok(!(await gsutil('ls')).includes('by-gsutil'));
  },
);
