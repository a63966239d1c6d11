/** Holds docs/dependencies.md to package.json: one reason per package, none without a package, exact versions. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const page = readFileSync(new URL('../../docs/dependencies.md', import.meta.url), 'utf8');
const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as Manifest;

/** `1.2.3`, `1.2.3-r.1`, `npm:other@1.2.3`. */
const EXACT = /^(?:npm:(?:@[\w.-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/;

/** The rows of the table under a heading: package and reason. */
function rowsUnder(heading: string): { readonly name: string; readonly reason: string }[] {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  return [...section.matchAll(/^\| `(?<name>[^`]+)` \| (?<reason>.*) \|$/gm)].map(({ groups }) => ({
    name: groups?.['name'] ?? '',
    reason: groups?.['reason'] ?? '',
  }));
}

const SECTIONS = [
  { heading: 'What the product runs on', named: manifest.dependencies },
  { heading: 'What it is built and tested with', named: manifest.devDependencies },
] as const;

for (const { heading, named } of SECTIONS) {
  test(`"${heading}" names every package of its kind once, in order, and no other`, () => {
    assert.deepEqual(
      rowsUnder(heading).map(({ name }) => name),
      Object.keys(named).toSorted((left, right) => (left < right ? -1 : 1)),
    );
  });

  test(`"${heading}" gives each a reason of its own`, () => {
    const reasons = rowsUnder(heading).map(({ reason }) => reason);
    assert.equal(new Set(reasons).size, reasons.length);
    for (const reason of reasons) assert.match(reason, /^[A-Z`].*\.$/);
  });

  test(`"${heading}" has exact versions`, () => {
    const loose = Object.entries(named).filter(([, version]) => !EXACT.test(version));
    assert.deepEqual(loose, []);
  });
}
