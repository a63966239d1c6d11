// Owns `trib test`: runs the unit tests of pipelines here, without any cloud.
import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import type { TestResult } from '#lib/googlesql/unit-tests/run-tests.ts';
import type { Catalog } from '#shared/catalog/catalog.ts';
import type { UnitTest } from '#shared/catalog/unit-tests/unit-test.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { repositoryRoot } from '../catalog/repository-place.ts';
import { createProgressLine, printJson, say } from '../output/streams.ts';
import { rootOption, type RootOption } from './root-option.ts';

interface Options extends RootOption {
  readonly json?: boolean;
  readonly workers?: number;
}

const EXIT_FAILED = 1;

export function registerTest(program: Command): void {
  program
    .command('test')
    .description('run the unit tests of pipelines (sql/<domain>/<endpoint>/tests/*.yaml), without any cloud')
    .addArgument(new Argument('[endpoints...]', 'only those of these, such as listening.daily_plays'))
    .addOption(rootOption())
    .addOption(new Option('--workers <n>', 'how many run beside each other (default: one a core)').argParser(count))
    .option('--json', 'for a program')
    .action(async (endpoints: readonly string[], options: Options) => {
      // Loaded by the command that needs it: the compiler is large.
      const { compileRepository, declarationsInvalid } = await import('../catalog/repository.ts');
      const { runQueryTests } = await import('#lib/googlesql/unit-tests/run-tests.ts');
      const compiled = compileRepository(repositoryRoot(options.root));
      if (compiled.kind === 'failed') throw declarationsInvalid(compiled.problems);
      const tests = chosen(compiled.unitTests, endpoints, compiled.catalog);
      const progress = createProgressLine();
      let done = 0;
      const startMs = performance.now();
      const results = await runQueryTests(
        tests.map(({ test }) => test),
        {
          ...(options.workers === undefined ? {} : { workers: options.workers }),
          onResult: () => {
            done += 1;
            progress.update(`${done} of ${tests.length} tests`);
          },
        },
      );
      const failed = await report(tests, results, options);
      const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
      progress.done(`${tests.length - failed} passed, ${failed} failed in ${seconds} s`);
      sayUntested(compiled.catalog, tests, endpoints);
      if (failed > 0) process.exitCode = EXIT_FAILED;
    });
}

function count(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new InvalidArgumentError('It is a number from 1 to 999.');
  return Number(text);
}

function chosen(tests: readonly UnitTest[], endpoints: readonly string[], catalog: Catalog): readonly UnitTest[] {
  const strange = endpoints.find((id) => !Object.hasOwn(catalog.endpoints, id));
  if (strange !== undefined) {
    throw new PlatformError('usage', { message: `There is no endpoint ${strange}.`, hint: 'Look at `trib compile`.' });
  }
  return endpoints.length === 0 ? tests : tests.filter(({ endpoint }) => endpoints.includes(endpoint));
}

/** Prints the outcomes; answers how many tests failed. */
async function report(tests: readonly UnitTest[], results: readonly TestResult[], { json }: Options): Promise<number> {
  const { outcomeProblem, outcomeText } = await import('#shared/catalog/unit-tests/outcome-text.ts');
  const told = results.flatMap(({ index, outcome, tookMs }) => {
    const unitTest = tests[index];
    return unitTest === undefined ? [] : [{ unitTest, outcome, tookMs }];
  });
  const failed = told.filter(({ outcome }) => outcome.kind !== 'passed');
  if (json) {
    printJson({
      passed: told.length - failed.length,
      failed: failed.length,
      tests: told.map(({ unitTest, outcome, tookMs }) => ({
        endpoint: unitTest.endpoint,
        name: unitTest.name,
        file: unitTest.source.file,
        outcome: outcome.kind,
        tookMs: Math.round(tookMs),
        ...(outcome.kind === 'passed'
          ? {}
          : { problem: outcomeProblem(unitTest, outcome), text: outcomeText(unitTest, outcome) }),
      })),
    });
  } else {
    for (const { unitTest, outcome } of failed) process.stdout.write(`${outcomeText(unitTest, outcome)}\n\n`);
  }
  return failed.length;
}

/** Names the endpoints that nothing was tested of. */
function sayUntested(catalog: Catalog, tests: readonly UnitTest[], endpoints: readonly string[]): void {
  const tested = new Set<string>(tests.map(({ endpoint }) => endpoint));
  const untested = Object.values(catalog.endpoints)
    .filter(({ kind, id }) => kind === 'sql' && !tested.has(id) && (endpoints.length === 0 || endpoints.includes(id)))
    .map(({ id }) => id)
    .sort();
  if (untested.length > 0) say(`Without a unit test: ${untested.join(', ')}`);
}
