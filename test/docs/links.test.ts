import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { anchorsOf, linksOf, OTHERS, page, pages, ROOT } from './pages.ts';

test('every link between pages leads somewhere, to a heading where it names one', () => {
  const links = pages().flatMap((from) => linksOf(from).map((link) => ({ from: from.path, ...link })));
  assert.ok(links.length > 30);
  const dead = links.filter(({ path, anchor }) => {
    if (!existsSync(join(ROOT, path))) return true;
    return anchor !== '' && !anchorsOf(page(path)).has(anchor);
  });
  assert.deepEqual(dead, []);
});

test('every command of trib that a page names is one', () => {
  const commands = readdirSync(join(ROOT, 'cli/commands')).map((file) => file.replace(/\.ts$/, ''));
  const known = new Set(['help', ...commands]);
  const unknown = pages().flatMap(({ path, text }) =>
    [...text.matchAll(/(?:npx |^|`)trib ([a-z-]+)/gm)].flatMap(([, noun = '']) =>
      known.has(noun) ? [] : [`${path}: trib ${noun}`],
    ),
  );
  assert.deepEqual(unknown, []);
});

test('the map of the README has every folder, and only folders that are there', () => {
  const map = page('README.md').text.split('## Map')[1] ?? '';
  const mapped = new Set([...map.matchAll(/^\| (.*?) \|/gm)].flatMap(([, cell = '']) => foldersIn(cell)));
  const there = readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .filter((name) => !OTHERS.has(name));
  assert.deepEqual([...mapped].toSorted(), there.toSorted());
});

function foldersIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`([a-z]+)\/`/g)].map(([, name = '']) => name);
}
