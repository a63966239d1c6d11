// Owns a name for what a catalog is compiled from, so that it is compiled again only when that changed.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readdirSync, statSync } from 'node:fs';
import { DELETIONS_FILE } from '#shared/catalog/operator/deletion.ts';
import { readDeclarations } from '#shared/catalog/read-folder.ts';
import { ownRepository } from './repository-place.ts';

/** The folders of code that decide what declarations compile to. */
const COMPILER_FOLDERS = ['shared/catalog', 'shared/events', 'shared/pipelines', 'shared/platform', 'lib/googlesql'];

/**
 * A digest of the declarations below a root, by content, and of the compiler, by size and time of its files: cheaper than
 * reading them, and a checkout that only touches them costs one compile.
 */
export function sourcesDigest(root: string): string {
  const hash = createHash('sha256');
  for (const [file, text] of readDeclarations(root).files) hash.update(`${file}\0${text.length}\0${text}`);
  const deletions = join(root, DELETIONS_FILE);
  if (existsSync(deletions)) hash.update(readFileSync(deletions));
  for (const folder of COMPILER_FOLDERS) {
    for (const file of codeBelow(join(ownRepository(), folder))) {
      const { size, mtimeMs } = statSync(file);
      hash.update(`${file}\0${size}\0${mtimeMs}`);
    }
  }
  return hash.digest('hex');
}

function codeBelow(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
