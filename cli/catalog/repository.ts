// Owns compiling a repository of declarations with the approvals and unit tests that go with it.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleOf, type Catalog, type CatalogBundle } from '#shared/catalog/catalog.ts';
import { compileCatalog } from '#shared/catalog/compile-catalog.ts';
import { type Deletion, DELETIONS_FILE } from '#shared/catalog/operator/deletion.ts';
import { readDeletions } from '#shared/catalog/operator/deletions-file.ts';
import { formatProblem, type Problem, sortProblems } from '#shared/catalog/problem.ts';
import { readDeclarations } from '#shared/catalog/read-folder.ts';
import { compileUnitTests } from '#shared/catalog/unit-tests/compile-unit-tests.ts';
import type { UnitTest } from '#shared/catalog/unit-tests/unit-test.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';

/** What a repository compiles to, or everything that is wrong with it. */
export type CompiledRepository =
  | {
      readonly kind: 'compiled';
      readonly catalog: Catalog;
      readonly bundle: CatalogBundle;
      readonly deletions: readonly Deletion[];
      /** What it was compiled from: texts by path. */
      readonly files: ReadonlyMap<string, string>;
      readonly unitTests: readonly UnitTest[];
    }
  | { readonly kind: 'failed'; readonly problems: readonly Problem[] };

/** Compiles everything; problems name files from the root. */
export function compileRepository(root: string): CompiledRepository {
  const declarations = readDeclarations(root);
  const result = compileCatalog(declarations.files);
  const problems = [...declarations.problems, ...(result.kind === 'failed' ? result.problems : [])];
  if (result.kind === 'failed' || problems.length > 0) return { kind: 'failed', problems: sortProblems(problems) };
  const { catalog } = result;
  const { files } = declarations;
  const { deletions, problems: refused } = deletionsOf(root, catalog);
  const { tests: unitTests, problems: untestable } = compileUnitTests(files, catalog);
  const beside = [...refused, ...untestable];
  if (beside.length > 0) return { kind: 'failed', problems: sortProblems(beside) };
  return { kind: 'compiled', catalog, bundle: bundleOf(catalog), deletions, files, unitTests };
}

function deletionsOf(root: string, catalog: Catalog): ReturnType<typeof readDeletions> {
  const file = join(root, DELETIONS_FILE);
  return existsSync(file)
    ? readDeletions(readFileSync(file, 'utf8'), catalog.platform)
    : { deletions: [], problems: [] };
}

/** The problems as one failure, for commands that can do nothing without a catalog. */
export function declarationsInvalid(problems: readonly Problem[]): PlatformError {
  const count = `${problems.length} problem${problems.length === 1 ? '' : 's'}`;
  return new PlatformError('declarations_invalid', {
    message: `The declarations have ${count}:\n${problems.map(formatProblem).join('\n')}`,
  });
}
