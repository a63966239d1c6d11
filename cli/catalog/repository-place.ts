// Owns where a repository of declarations is.
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file that every repository has, so that its root is found from below. */
const LANDMARK = join('platform', 'teams.yaml');

/** The folder given, else the nearest around the current one that holds declarations, else the current one. */
export function repositoryRoot(given: string | undefined, from: string = process.cwd()): string {
  if (given !== undefined) return resolve(given);
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, LANDMARK))) return folder;
    if (dirname(folder) === folder) return from;
  }
}

/** The repository that this program is part of. */
export function ownRepository(): string {
  return fileURLToPath(new URL('../..', import.meta.url));
}
