// Owns `trib compile`: whether the declarations are right, every problem at its place if not, and what changed since a commit.
import type { Command } from 'commander';
import type { Catalog } from '#shared/catalog/catalog.ts';
import type { Problem } from '#shared/catalog/problem.ts';
import { exitCode } from '#shared/platform/error-codes.ts';
import type { AgainstCommit } from '../catalog/against.ts';
import { repositoryRoot } from '../catalog/repository-place.ts';
import { printJson, say } from '../output/streams.ts';
import { rootOption, type RootOption } from './root-option.ts';

interface Options extends RootOption {
  readonly against?: string;
  readonly json?: boolean;
}

export function registerCompile(program: Command): void {
  program
    .command('compile')
    .description('check the declarations: events, platform, sql; every problem with file:line:column')
    .addOption(rootOption())
    .option(
      '--against <ref>',
      'tell what changed since a branch, tag or commit, and fail where it breaks senders or readers',
    )
    .option('--json', 'for a program')
    .action(async (options: Options) => {
      // Loaded by the command that needs it: the compiler is large.
      const { compileRepository } = await import('../catalog/repository.ts');
      const root = repositoryRoot(options.root);
      const compiled = compileRepository(root);
      if (compiled.kind === 'failed') return tellProblems(compiled.problems, options);
      const { catalog, bundle } = compiled;
      const head = { digest: bundle.digest, problems: [], ...idsOf(catalog) };
      const summary = `${counts(catalog)}: catalog ${bundle.digest.slice(0, 12)}.`;
      if (options.against === undefined) {
        if (options.json) printJson(head);
        else say(`${summary} Look at \`trib plan\` next.`);
        return;
      }
      const { compareWithCommit } = await import('../catalog/against.ts');
      const against = compareWithCommit(root, options.against, compiled);
      if (options.json) printJson({ ...head, against });
      else await tellChanges(summary, against);
      const [refusal] = against.refusals;
      if (refusal !== undefined) process.exitCode = exitCode(refusal.code);
    });
}

async function tellProblems(problems: readonly Problem[], { json }: Options): Promise<void> {
  const { formatProblem } = await import('#shared/catalog/problem.ts');
  if (json) printJson({ digest: null, problems });
  else for (const problem of problems) process.stdout.write(`${formatProblem(problem)}\n`);
  say(`${problems.length} problem${problems.length === 1 ? '' : 's'}; nothing was compiled`);
  process.exitCode = exitCode('declarations_invalid');
}

async function tellChanges(summary: string, against: AgainstCommit): Promise<void> {
  const { formatProblem } = await import('#shared/catalog/problem.ts');
  const { level, subjects, refusals, commit, problemsThere } = against;
  for (const { subject, level: asked, changes } of subjects) {
    process.stdout.write(`${asked.padEnd(5)}  ${subject}\n`);
    for (const change of changes) {
      const place = change.path === '' ? '' : `${change.path}: `;
      process.stdout.write(`    ${change.level.padEnd(5)}  ${place}${change.message} (rule ${change.rule})\n`);
    }
  }
  if (refusals.length > 0) process.stdout.write('\n');
  for (const { at, subject, message, hint } of refusals) {
    process.stdout.write(at === undefined ? `${subject}: ${message}\n    hint: ${hint}\n` : `${formatProblem(at)}\n`);
  }
  if (problemsThere > 0)
    say(
      `${commit.slice(0, 12)} has ${problemsThere} problems itself; only event types and mapping files that compile are compared.`,
    );
  const asked = level === undefined ? 'no change' : `a ${level} change`;
  const outcome = refusals.length > 0 ? `${refusals.length} refused` : asked;
  say(`${summary} Since ${commit.slice(0, 12)}: ${outcome}.`);
}

function idsOf(catalog: Catalog): { readonly eventTypes: readonly string[]; readonly endpoints: readonly string[] } {
  return { eventTypes: Object.keys(catalog.eventTypes).sort(), endpoints: Object.keys(catalog.endpoints).sort() };
}

function counts(catalog: Catalog): string {
  const { eventTypes, endpoints } = idsOf(catalog);
  return `${eventTypes.length} event types and ${endpoints.length} endpoints compiled`;
}
