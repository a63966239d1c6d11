/** `trib sdk generate`, the whole command in a process of its own. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tributary-sdk-generate-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function generate(...more: readonly string[]): {
  readonly status: number | null;
  readonly out: string;
  readonly talk: string;
} {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'sdk', 'generate', '--out', folder, ...more], {
    encoding: 'utf8',
  });
  return { status, out: stdout, talk: stderr };
}

test('it writes a module for each domain, and removes those it no longer writes but nothing else', () => {
  const first = generate('--json');
  assert.equal(first.status, 0, first.talk);
  assert.deepEqual(JSON.parse(first.out), {
    folder,
    written: ['listening.ts', 'operations.ts', 'web.ts'],
    removed: [],
  });
  assert.match(readFileSync(join(folder, 'listening.ts'), 'utf8'), /trackPlayed: \(data: TrackPlayedData/);
  writeFileSync(join(folder, 'mine.ts'), 'export {};\n');
  const second = generate('--only', 'web.PageRequested', '--json');
  assert.deepEqual(JSON.parse(second.out), { folder, written: ['web.ts'], removed: ['listening.ts', 'operations.ts'] });
  assert.deepEqual(readdirSync(folder).toSorted(), ['mine.ts', 'web.ts']);
});

test('it writes the JSON Schema of each event type', () => {
  const { out } = generate('--json-schema', '--only', 'listening', '--json');
  assert.deepEqual((JSON.parse(out) as { written: string[] }).written, [
    'listening.ProfileUpdated.schema.json',
    'listening.SearchPerformed.schema.json',
    'listening.TrackPlayed.schema.json',
  ]);
});

test('a name that is not declared is a mistake of usage', () => {
  const { status, talk } = generate('--only', 'listning');
  assert.equal(status, 2);
  assert.match(talk, /"listning", which is neither a domain nor an event type/);
});
