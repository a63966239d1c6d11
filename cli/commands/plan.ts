// Owns `trib plan`: what applying the declarations would change, and why it may not be applied.
import type { Command } from 'commander';
import { planText } from '#shared/catalog/operator/plan-text.ts';
import { exitCode } from '#shared/platform/error-codes.ts';
import { repositoryRoot } from '../catalog/repository-place.ts';
import { printJson, say } from '../output/streams.ts';
import { adoptEnvironment, connect, tokenOf } from '../platform/connection.ts';
import { dataOption, type DataOption } from './data-option.ts';
import { rootOption, type RootOption } from './root-option.ts';

interface Options extends DataOption, RootOption {
  readonly json?: boolean;
}

export function registerPlan(program: Command): void {
  program
    .command('plan')
    .description('what `trib apply` would change, and at what risk; changes nothing')
    .addOption(dataOption())
    .addOption(rootOption())
    .option('--json', 'for a program')
    .action(async (options: Options) => {
      const connection = connect(options.data);
      const { ready, environment } = connection;
      adoptEnvironment(environment);
      // Loaded after the environment is set, and only by the command that needs it.
      const { planRepository } = await import('../catalog/apply-repository.ts');
      const operator = { url: ready.operator, bearer: tokenOf(connection, 'admin') };
      const plan = await planRepository(repositoryRoot(options.root), { projectId: ready.project, operator });
      if (options.json) printJson(plan);
      else process.stdout.write(`${planText(plan)}\n`);
      const [refusal] = plan.refusals;
      if (refusal !== undefined) process.exitCode = exitCode(refusal.code);
      else if (plan.changes.length > 0) say('Make it so with `trib apply`.');
    });
}
