// Owns the look into the files of a platform: nothing personal in any of them, and something that shows that the search finds.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TraceFinder } from '#shared/privacy/canary/traces.ts';

/** What is looked for. */
export interface LookedFor {
  /** Must be in no file. */
  readonly personal: TraceFinder;
  /** What was sent in clear: a search that does not find it proves nothing. */
  readonly clear: TraceFinder;
}

/** Looks into every file under a folder that is everything of a platform. */
export function assertCleanFiles(folder: string, { personal, clear }: LookedFor): void {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const read = files.map((entry) => join(entry.parentPath, entry.name));
  assert.ok(read.length > 20, 'the folder is that of a platform');
  assert.ok(hits(clear, read).length > 0, 'some file holds what was sent in clear');
  assert.deepEqual(hits(personal, read), []);
}

function hits(finder: TraceFinder, files: readonly string[]): readonly string[] {
  return files.flatMap((file) => finder.find(readFileSync(file)).map((trace) => `${file}: ${trace}`));
}
