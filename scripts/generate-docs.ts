// Owns the files under docs/ that are generated from code: writes them, or with --check fails when one is stale.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { doubtsPage } from '#local/workflows/language/doubts-page.ts';
import { editorSchemas, editorSettings } from '#shared/catalog/editor-schemas.ts';
import { errorsPage } from '#shared/platform/error-docs.ts';
import { googlesqlPage } from '#test/lib/googlesql/conformance/googlesql-page.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SCHEMAS = 'docs/schemas';

/** A file that nobody edits: where it is, and what it holds. */
export interface GeneratedFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** Every generated file as it should be. */
export function generatedFiles(): readonly GeneratedFile[] {
  return [
    { path: 'docs/errors.md', text: errorsPage() },
    { path: 'docs/googlesql.md', text: googlesqlPage() },
    { path: 'docs/workflows-doubts.md', text: doubtsPage() },
    ...editorSchemas().map(({ name, schema }) => ({ path: `${SCHEMAS}/${name}`, text: json(schema) })),
    { path: `${SCHEMAS}/vscode-settings.json`, text: json(editorSettings(`./${SCHEMAS}`)) },
  ];
}

/** Those of them that the working tree does not hold like that. */
export function staleFiles(): readonly GeneratedFile[] {
  return generatedFiles().filter(({ path, text }) => currentText(path) !== text);
}

if (import.meta.main) {
  const stale = staleFiles();
  if (process.argv.includes('--check')) {
    for (const { path } of stale) process.stderr.write(`${path} is stale: run node scripts/generate-docs.ts\n`);
    process.exitCode = stale.length === 0 ? 0 : 1;
  } else {
    for (const { path, text } of stale) {
      mkdirSync(dirname(join(ROOT, path)), { recursive: true });
      writeFileSync(join(ROOT, path), text);
    }
    process.stderr.write(`${stale.length} of ${generatedFiles().length} files written\n`);
  }
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function currentText(path: string): string | undefined {
  try {
    return readFileSync(join(ROOT, path), 'utf8');
  } catch {
    return undefined; // not there yet: stale by definition
  }
}
