// Owns reading the declarations of a repository from its folder: the only part of the catalog that touches a disk.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from './problem.ts';

/** Folders that hold declarations, and which of their files do. */
const DECLARATION_FILES: { readonly [folder: string]: RegExp } = {
  events: /\.yaml$/,
  platform: /\.yaml$/,
  sql: /\.(yaml|sql)$|\/README\.md$/,
  dataflow: /\.yaml$|\/README\.md$/,
};

/** Whether a path from the root of a repository is that of a declaration. */
export function isDeclaration(path: string): boolean {
  const folder = path.split('/', 1)[0] ?? '';
  return Object.hasOwn(DECLARATION_FILES, folder) && DECLARATION_FILES[folder]?.test(path) === true;
}

/** The folders of a repository in which declarations are. */
export const DECLARATION_FOLDERS: readonly string[] = Object.keys(DECLARATION_FILES);

/** Texts by path from the root of the repository, with `/` between folders. */
export interface DeclarationFiles {
  readonly files: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
}

/**
 * Reads every declaration below a folder, or those in some of its folders; a folder that is missing holds none. Throws when a file
 * cannot be read.
 */
export function readDeclarations(root: string, folders: readonly string[] = DECLARATION_FOLDERS): DeclarationFiles {
  const files = new Map<string, string>();
  const problems: Problem[] = [];
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  for (const folder of folders) {
    for (const path of filesBelow(root, folder)) {
      if (!isDeclaration(path)) continue;
      try {
        files.set(path, utf8.decode(readFileSync(join(root, path))));
      } catch (thrown) {
        if (!(thrown instanceof TypeError)) throw thrown;
        problems.push({ file: path, line: 1, column: 1, message: 'the file is not UTF-8', hint: 'save it as UTF-8' });
      }
    }
  }
  return { files, problems };
}

function filesBelow(root: string, folder: string): readonly string[] {
  try {
    const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length).replaceAll('\\', '/').replace(/^\/+/, ''))
      .sort();
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return [];
    throw thrown;
  }
}
