/** Holds docs/sources.md to the code: every protocol, route and key is in it, and its example compiles. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { compileCatalog } from '#shared/catalog/compile-catalog.ts';
import { sourceFile } from '#shared/catalog/declarations/source-file.ts';
import { formatProblem } from '#shared/catalog/problem.ts';
import { readDeclarations } from '#shared/catalog/read-folder.ts';
import { PROTOCOL_NAMES, SOURCE_PROTOCOLS } from '#shared/events/sources/protocols.ts';
import { page } from './pages.ts';

const { text } = page('docs/sources.md');
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

test('every protocol is told with its routes', () => {
  for (const name of PROTOCOL_NAMES) {
    const row = text.split('\n').find((line) => line.startsWith(`| \`${name}\``)) ?? '';
    const [first, ...more] = SOURCE_PROTOCOLS[name].routes.map(({ path }) => path);
    assert.ok(row.includes(`POST ${first}`), name);
    // Of single calls the page tells the name, and how it is shortened.
    const words = more.filter((path) => path.length > '/v1/x'.length).map((path) => path.replace(/^\/v1\//, ''));
    for (const word of words) assert.ok(row.includes(word), word);
  }
});

test('every key of a mapping file is told', () => {
  const table = text.split('| key | what it says |')[1]?.split('\n\n')[0] ?? '';
  for (const key of Object.keys(sourceFile.shape)) assert.ok(table.includes(`\`${key}\``), key);
});

test('the example of the page compiles, with its examples', () => {
  const example = /```yaml\n(description:[\s\S]*?)```/.exec(text)?.[1] ?? '';
  const files = new Map(readDeclarations(ROOT).files);
  files.set('platform/sources/website.yaml', example);
  const result = compileCatalog(files);
  assert.equal(result.kind, 'compiled', result.kind === 'failed' ? result.problems.map(formatProblem).join('\n') : '');
});
