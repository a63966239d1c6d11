/** `trib sdk generate`, the whole command in a process of its own. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type CommandResult, runTrib } from './trib.ts';

const folder = mkdtempSync(join(tmpdir(), 'tributary-sdk-generate-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function generate(...more: readonly string[]): Promise<CommandResult> {
  return runTrib(['sdk', 'generate', '--out', folder, ...more]);
}

test('it writes a module for each domain, and removes those it no longer writes but nothing else', async () => {
  const first = await generate('--json');
  assert.equal(first.exitCode, 0, first.stderr);
  assert.deepEqual(JSON.parse(first.stdout), {
    folder,
    written: ['listening.ts', 'operations.ts', 'web.ts'],
    removed: [],
  });
  assert.match(readFileSync(join(folder, 'listening.ts'), 'utf8'), /trackPlayed: \(data: TrackPlayedData/);
  writeFileSync(join(folder, 'mine.ts'), 'export {};\n');
  const second = await generate('--only', 'web.PageRequested', '--json');
  assert.deepEqual(JSON.parse(second.stdout), {
    folder,
    written: ['web.ts'],
    removed: ['listening.ts', 'operations.ts'],
  });
  assert.deepEqual(readdirSync(folder).toSorted(), ['mine.ts', 'web.ts']);
});

test('it writes the JSON Schema of each event type', async () => {
  const { stdout } = await generate('--json-schema', '--only', 'listening', '--json');
  assert.deepEqual((JSON.parse(stdout) as { written: string[] }).written, [
    'listening.PlaylistShared.schema.json',
    'listening.ProfileUpdated.schema.json',
    'listening.SearchPerformed.schema.json',
    'listening.TrackPlayed.schema.json',
  ]);
});

test('a name that is not declared is a mistake of usage', async () => {
  const { exitCode, stderr } = await generate('--only', 'listning');
  assert.equal(exitCode, 2);
  assert.match(stderr, /"listning", which is neither a domain nor an event type/);
});
