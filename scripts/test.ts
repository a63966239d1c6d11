// Runs the project's tests and ends with a summary that is loud about everything that was skipped.
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { full: { type: 'boolean', default: false } },
});

/** `*.test.ts` belong to `npm test`; `*.full.ts` (crashes, load, browsers) only to `npm run test:full`. */
const suffix = values.full ? 'full.ts' : 'test.ts';
const patterns = positionals.length > 0 ? positionals : [`test/**/*.${suffix}`];
const files = globSync(patterns).toSorted();
if (files.length === 0) {
  process.stderr.write(`no test files match ${patterns.join(' ')}\n`);
  process.exit(1);
}

// Every file is a process: what one has compiled, the next need not.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, '..', 'node_modules', '.cache', 'tributary');

const skipped: string[] = [];
const failed: string[] = [];
let passed = 0;

const startedMs = Date.now();
// Suites that load the machine run one by one, so that their figures and time limits mean something.
const stream = run({
  files,
  concurrency: values.full ? 1 : availableParallelism() + 1,
  timeout: values.full ? 1_800_000 : 300_000,
});
stream.on('test:pass', (event) => {
  if (event.details.type === 'suite') return;
  if (event.skip !== undefined && event.skip !== false) skipped.push(`${event.name}: ${String(event.skip)}`);
  else passed += 1;
});
stream.on('test:fail', (event) => {
  failed.push(`${event.name} (${event.file ?? '?'})`);
});
stream.compose(spec()).pipe(process.stdout);
stream.on('end', () => {
  process.on('exit', () => {
    const seconds = Math.round((Date.now() - startedMs) / 1000);
    const lines = [
      '',
      `${passed} passed, ${failed.length} failed, ${skipped.length} SKIPPED in ${seconds} s (${files.length} files)`,
      ...skipped.map((name) => `  SKIPPED  ${name}`),
      ...failed.map((name) => `  FAILED   ${name}`),
      '',
    ];
    process.stdout.write(lines.join('\n'));
    if (failed.length > 0) process.exitCode = 1;
  });
});
