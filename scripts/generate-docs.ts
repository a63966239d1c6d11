// Owns the pages under docs/ that are generated from code: writes them, or with --check fails when one is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { errorsPage } from '#shared/platform/error-docs.ts';

/** Every generated page with what it should hold. */
export const GENERATED_PAGES: readonly { readonly path: string; readonly text: () => string }[] = [
  { path: 'docs/errors.md', text: errorsPage },
];

if (import.meta.main) {
  const stale = GENERATED_PAGES.filter(({ path, text }) => currentText(path) !== text());
  if (process.argv.includes('--check')) {
    for (const { path } of stale) process.stderr.write(`${path} is stale: run node scripts/generate-docs.ts\n`);
    process.exitCode = stale.length === 0 ? 0 : 1;
  } else {
    for (const { path, text } of stale) writeFileSync(path, text());
    process.stderr.write(`${stale.length} of ${GENERATED_PAGES.length} pages written\n`);
  }
}

function currentText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // not there yet: stale by definition
  }
}
