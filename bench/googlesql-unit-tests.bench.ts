/** How long unit tests of pipelines take: those of this repository, again and again. */
import { fileURLToPath } from 'node:url';
import type { QueryTest } from '#lib/googlesql/unit-tests/query-test.ts';
import { runQueryTests } from '#lib/googlesql/unit-tests/run-tests.ts';
import { compileCatalog } from '#shared/catalog/compile-catalog.ts';
import { readDeclarations } from '#shared/catalog/read-folder.ts';
import { compileUnitTests } from '#shared/catalog/unit-tests/compile-unit-tests.ts';
import type { Benchmark } from './benchmark.ts';

const TESTS = 1000;

export const benchmark: Benchmark = {
  says: `${TESTS} unit tests of four pipelines, no two alike, with starting the workers`,
  maxMegabytes: 1000,
  measurements: [
    {
      name: 'unit tests, a worker a core',
      unit: 's',
      better: 'less',
      goal: 10,
      open: async () => opened({}),
    },
    { name: 'unit tests, one worker', unit: 's', better: 'less', open: async () => opened({ workers: 1 }) },
  ],
};

function opened(options: { readonly workers?: number }): Awaited<ReturnType<Benchmark['measurements'][0]['open']>> {
  const tests = testsOfRepository();
  return {
    measure: async () => {
      const startMs = performance.now();
      const results = await runQueryTests(tests, options);
      const failed = results.find(({ outcome }) => outcome.kind !== 'passed');
      if (failed !== undefined) throw new Error(JSON.stringify(failed));
      const seconds = (performance.now() - startMs) / 1000;
      return { value: seconds, peakMegabytes: { bench: Math.round(process.resourceUsage().maxRSS / 1024) } };
    },
    close: async () => undefined,
  };
}

/** The tests of the repository over and over, each time with another comment, so that nothing can be remembered of them. */
function testsOfRepository(): readonly QueryTest[] {
  const { files } = readDeclarations(fileURLToPath(new URL('..', import.meta.url)));
  const compiled = compileCatalog(files);
  if (compiled.kind === 'failed') throw new Error('the declarations do not compile');
  const { tests } = compileUnitTests(files, compiled.catalog);
  return Array.from({ length: TESTS }, (_, i): QueryTest => {
    const one = tests[i % tests.length];
    if (one === undefined) throw new Error('there are no unit tests');
    return { ...one.test, sql: `-- ${i}\n${one.test.sql}` };
  });
}
