// What starts fast loads little: which of our own modules a start of collect reads, from sources and in the tests of other projects.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** Imports of values; those of types are gone when a module runs. */
const IMPORT = /(?:^|\n)(?:import|export)\s+(?!type\b)(?:[^;']*?\s+from\s+)?'([^']+)'/g;

/** Our own modules that are loaded with one, and the packages. */
function loadedWith(entry: string): { readonly modules: readonly string[]; readonly packages: ReadonlySet<string> } {
  const modules = new Set([entry]);
  const packages = new Set<string>();
  // Grows while it is gone through.
  for (const path of modules)
    for (const [, specifier = ''] of readFileSync(join(ROOT, path), 'utf8').matchAll(IMPORT)) {
      if (specifier.startsWith('#')) modules.add(specifier.slice(1));
      else if (specifier.startsWith('.')) modules.add(posix.join(posix.dirname(path), specifier));
      else packages.add(specifier);
    }
  return { modules: [...modules], packages };
}

const within = (folder: string, modules: readonly string[]): readonly string[] =>
  modules.filter((path) => path.startsWith(folder));

test('collect starts without the rules of SQL, and its client of Pub/Sub comes after', () => {
  const { modules, packages } = loadedWith('functions/collect/index.ts');
  assert.ok(modules.includes('shared/gcp/publisher.ts') && modules.length > 100, `${modules.length} modules`);
  assert.deepEqual(within('lib/googlesql/', modules), []);
  for (const late of ['@google-cloud/pubsub', '@google-cloud/kms', '@google-cloud/bigquery', 'yaml'])
    assert.ok(!packages.has(late), late);
});

test('its harness knows of SQL only which names have to be quoted, and none of Google’s clients', () => {
  const { modules, packages } = loadedWith('functions/collect/testing/harness.ts');
  assert.ok(modules.includes('shared/catalog/compile-events.ts') && modules.length > 100, `${modules.length} modules`);
  assert.deepEqual(within('lib/googlesql/', modules), ['lib/googlesql/syntax/keywords.ts']);
  assert.deepEqual(
    [...packages].filter((name) => name.startsWith('@google-cloud/')),
    [],
  );
});
