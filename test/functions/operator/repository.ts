// Owns the catalog of this repository for tests, and ways to change one declaration of it.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { bundleOf, type Catalog, type CatalogBundle } from '#shared/catalog/catalog.ts';
import { compileCatalog } from '#shared/catalog/compile-catalog.ts';
import { formatProblem } from '#shared/catalog/problem.ts';
import { readDeclarations } from '#shared/catalog/read-folder.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export interface CompiledFiles {
  readonly catalog: Catalog;
  readonly bundle: CatalogBundle;
}

/** The declarations of the repository, some changed: a text replaced by another, or a file left out. */
export function repositoryCatalog(
  changes: Readonly<Record<string, readonly [from: string, to: string] | 'gone'>> = {},
): CompiledFiles {
  const files = new Map(readDeclarations(ROOT).files);
  for (const [file, change] of Object.entries(changes)) {
    const text = files.get(file);
    assert.ok(text !== undefined, `there is no ${file}`);
    if (change === 'gone') files.delete(file);
    else {
      assert.ok(text.includes(change[0]), `${file} has no ${change[0]}`);
      files.set(file, text.replace(...change));
    }
  }
  const result = compileCatalog(files);
  assert.ok(result.kind === 'compiled', result.kind === 'failed' ? result.problems.map(formatProblem).join('\n') : '');
  return { catalog: result.catalog, bundle: bundleOf(result.catalog) };
}
