// Owns `trib compile`: whether the declarations are right, and every problem at its place if not.
import type { Command } from 'commander';
import type { Catalog } from '#shared/catalog/catalog.ts';
import { exitCode } from '#shared/platform/error-codes.ts';
import { repositoryRoot } from '../catalog/repository-place.ts';
import { printJson, say } from '../output/streams.ts';
import { rootOption, type RootOption } from './root-option.ts';

interface Options extends RootOption {
  readonly json?: boolean;
}

export function registerCompile(program: Command): void {
  program
    .command('compile')
    .description('check the declarations: events, platform, sql; every problem with file:line:column')
    .addOption(rootOption())
    .option('--json', 'for a program')
    .action(async (options: Options) => {
      // Loaded by the command that needs it: the compiler is large.
      const { compileRepository } = await import('../catalog/repository.ts');
      const { formatProblem } = await import('#shared/catalog/problem.ts');
      const compiled = compileRepository(repositoryRoot(options.root));
      if (compiled.kind === 'failed') {
        const { problems } = compiled;
        if (options.json) printJson({ digest: null, problems });
        else for (const problem of problems) process.stdout.write(`${formatProblem(problem)}\n`);
        say(`${problems.length} problem${problems.length === 1 ? '' : 's'}; nothing was compiled`);
        process.exitCode = exitCode('declarations_invalid');
        return;
      }
      const { catalog, bundle } = compiled;
      if (options.json) printJson({ digest: bundle.digest, problems: [], ...idsOf(catalog) });
      else say(`${counts(catalog)}: catalog ${bundle.digest.slice(0, 12)}. Look at \`trib plan\` next.`);
    });
}

function idsOf(catalog: Catalog): { readonly eventTypes: readonly string[]; readonly endpoints: readonly string[] } {
  return { eventTypes: Object.keys(catalog.eventTypes).sort(), endpoints: Object.keys(catalog.endpoints).sort() };
}

function counts(catalog: Catalog): string {
  const { eventTypes, endpoints } = idsOf(catalog);
  return `${eventTypes.length} event types and ${endpoints.length} endpoints compiled`;
}
