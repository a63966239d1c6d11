/** Holds the table of who may import whom, the size of files, and the names that files and folders may have. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join, posix, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const SOURCE_FOLDERS = ['bench', 'cli', 'console', 'functions', 'lib', 'local', 'scripts', 'sdk', 'shared', 'test'];

/** The parts of the product, by path; the first pattern that matches a file says which part it belongs to. */
const PARTS = {
  'lib/tink': /^lib\/tink\//,
  'lib/googlesql': /^lib\/googlesql\//,
  'lib/beam-yaml': /^lib\/beam-yaml\//,
  local: /^local\//,
  rules: /^shared\/(?:platform|catalog|events|privacy|pipelines|metadata)\//,
  http: /^shared\/http\//,
  gcp: /^shared\/gcp\//,
  collect: /^functions\/collect\//,
  metadata: /^functions\/metadata\//,
  privacy: /^functions\/privacy\//,
  operator: /^functions\/operator\//,
  cli: /^cli\//,
  console: /^console\//,
  sdk: /^sdk\//,
  test: /^test\//,
  bench: /^bench\//,
  scripts: /^scripts\//,
} as const;
type Part = keyof typeof PARTS;

const LIB: readonly Part[] = ['lib/tink', 'lib/googlesql', 'lib/beam-yaml'];
const SHARED: readonly Part[] = ['rules', 'http', 'gcp'];

/** Whom each part may import, besides itself and packages. What is missing here is forbidden. */
const MAY_IMPORT: { readonly [P in Part]: readonly Part[] } = {
  'lib/tink': [],
  'lib/googlesql': ['lib/tink'],
  'lib/beam-yaml': ['lib/googlesql'],
  local: LIB,
  rules: LIB,
  http: ['rules'],
  gcp: ['rules', ...LIB],
  collect: [...SHARED, ...LIB],
  metadata: [...SHARED, ...LIB],
  privacy: [...SHARED, ...LIB],
  operator: [...SHARED, ...LIB],
  cli: [...SHARED, ...LIB],
  console: [],
  sdk: [],
  test: Object.keys(PARTS) as Part[],
  bench: Object.keys(PARTS) as Part[],
  // Documentation shows what the conformance tests hold.
  scripts: ['local', 'test', ...SHARED, ...LIB],
};

/** Packages that only some parts may use; every other package is free. */
const PACKAGE_USERS: Readonly<Record<string, readonly Part[]>> = {
  '@google-cloud/functions-framework': ['http'],
  'google-auth-library': ['gcp', 'test', 'bench'],
  '@duckdb/node-api': ['lib/googlesql', 'lib/beam-yaml', 'test', 'bench'],
};
/** Google's clients are made in one place only. */
const CLIENTS = /^@google-cloud\/(?!functions-framework)/;
const CLIENT_USERS: readonly Part[] = ['gcp', 'test', 'bench'];

interface SourceFile {
  readonly path: string;
  readonly part: Part;
  readonly text: string;
  readonly imports: readonly string[];
}

const files = SOURCE_FOLDERS.flatMap(readFolder);

test('the table sees the whole tree', () => {
  assert.ok(files.length > 200, `only ${files.length} files were read`);
  assert.ok(files.reduce((sum, file) => sum + file.imports.length, 0) > 500);
});

test('every part imports only what the table allows', () => {
  const wrong = files.flatMap((file) =>
    file.imports.flatMap((specifier) => {
      const target = partOfImport(file, specifier);
      if (target === undefined || target === file.part || MAY_IMPORT[file.part].includes(target)) return [];
      return [`${file.path} (${file.part}) imports ${specifier} (${target})`];
    }),
  );
  assert.deepEqual(wrong, []);
});

test("Google's clients are made in shared/gcp only, and other packages only where they belong", () => {
  const wrong = files.flatMap((file) =>
    file.imports.flatMap((specifier) => {
      const name = packageOf(specifier);
      if (name === undefined) return [];
      const users = CLIENTS.test(name) ? CLIENT_USERS : PACKAGE_USERS[name];
      return users === undefined || users.includes(file.part) ? [] : [`${file.path} imports ${name}`];
    }),
  );
  assert.deepEqual(wrong, []);
});

test('the purest rules do no input or output', () => {
  const effects = /^node:(?:fs|http|https|child_process|worker_threads|sqlite|dns|tls)/;
  const pure = files.filter(({ path }) => /^shared\/(?:events|privacy|pipelines|metadata)\//.test(path));
  assert.deepEqual(
    pure.flatMap(({ path, imports }) => imports.filter((name) => effects.test(name)).map((name) => `${path}: ${name}`)),
    [],
  );
});

test('the product does not know the local cloud', () => {
  const telltale = /TRIBUTARY_CLOUD|_EMULATOR_HOST|localhost:\d|127\.0\.0\.1:\d/;
  const product = files.filter(({ part }) => !['local', 'cli', 'test', 'bench'].includes(part));
  assert.deepEqual(
    product.filter(({ text }) => telltale.test(text)).map(({ path }) => path),
    [],
  );
});

test('no file has more than 400 lines, the median is at most 100 and nine in ten are under 250', () => {
  const lengths = files
    .filter(({ part }) => part !== 'test' && part !== 'bench')
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .toSorted((left, right) => left.lines - right.lines);
  assert.deepEqual(
    lengths.filter(({ lines }) => lines > 400),
    [],
  );
  assert.ok((lengths[Math.floor(lengths.length / 2)]?.lines ?? 0) <= 100, 'median');
  assert.ok((lengths[Math.floor(lengths.length * 0.9)]?.lines ?? 0) < 250, 'nine in ten');
});

test('files are named after their subject: no barrels, no drawers', () => {
  const drawers = /^(?:utils?|helpers?|common|misc|manager|index)\.ts$/;
  const allowed = /^functions\/\w+\/index\.ts$/;
  const wrong = files.filter(({ path }) => drawers.test(basename(path)) && !allowed.test(path));
  assert.deepEqual(
    wrong.map(({ path }) => path),
    [],
  );
});

function readFolder(folder: string): SourceFile[] {
  let entries;
  try {
    entries = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true });
  } catch {
    return [];
  }
  return entries
    .filter(
      (entry) => entry.isFile() && /\.(?:ts|tsx|mjs)$/.test(entry.name) && !entry.parentPath.includes('node_modules'),
    )
    .map((entry) => readSource(relative(ROOT, join(entry.parentPath, entry.name)).replaceAll('\\', '/')));
}

function readSource(path: string): SourceFile {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const part = (Object.keys(PARTS) as Part[]).find((name) => PARTS[name].test(path));
  assert.ok(part !== undefined, `${path} belongs to no part of the table`);
  const statements = text.matchAll(
    /(?:^|\n)(?:import|export)\s[^;]*?from\s+'([^']+)'|import\(\s*'([^']+)'\s*\)|(?:^|\n)import\s+'([^']+)'/g,
  );
  return { path, part, text, imports: [...statements].map((found) => found[1] ?? found[2] ?? found[3] ?? '') };
}

function partOfImport(file: SourceFile, specifier: string): Part | undefined {
  const path = specifier.startsWith('#')
    ? specifier.slice(1)
    : specifier.startsWith('.')
      ? posix.join(posix.dirname(file.path), specifier)
      : undefined;
  if (path === undefined) return undefined;
  const part = (Object.keys(PARTS) as Part[]).find((name) => PARTS[name].test(path));
  assert.ok(
    part !== undefined || !/\.(?:ts|mjs)$/.test(path),
    `${file.path} imports ${specifier}, which is in no part`,
  );
  return part;
}

function packageOf(specifier: string): string | undefined {
  if (/^(?:\.|#|node:)/.test(specifier)) return undefined;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
