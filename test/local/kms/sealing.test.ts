import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import * as fc from 'fast-check';
import { openSealer } from '#local/kms/sealing.ts';

const folder = mkdtempSync(join(tmpdir(), 'tributary-sealing-'));
after(() => rmSync(folder, { recursive: true }));
const keyFile = join(folder, 'key');

test('sealed material opens under its name, also with a sealer opened later on the same file', () => {
  const sealer = openSealer(keyFile);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.string(), (secret, name) => {
      assert.deepEqual(openSealer(keyFile).open(sealer.seal(secret, name), name), Buffer.from(secret));
    }),
    { numRuns: 50 },
  );
});

test('material does not open under another name, or under another key, or changed', () => {
  const sealer = openSealer(keyFile);
  const sealed = sealer.seal(Buffer.from('secret'), 'version 1');
  assert.throws(() => sealer.open(sealed, 'version 2'));
  assert.throws(() => openSealer(join(folder, 'other')).open(sealed, 'version 1'));
  sealed[20] = sealed[20]! ^ 1;
  assert.throws(() => sealer.open(sealed, 'version 1'));
});

test('the key file is for this user only, and a wider mode is narrowed again', () => {
  openSealer(keyFile);
  chmodSync(keyFile, 0o644);
  openSealer(keyFile);
  assert.equal(statSync(keyFile).mode & 0o777, 0o600);
  assert.equal(readFileSync(keyFile).length, 32);
});

test('a file that is not a key is refused rather than replaced', () => {
  const broken = join(folder, 'broken');
  writeFileSync(broken, 'short');
  assert.throws(() => openSealer(broken), /is not a key file: 5 bytes, not 32/);
});
