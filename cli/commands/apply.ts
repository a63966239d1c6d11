// Owns `trib apply`: makes the cloud match the declarations, and brings them into force.
import type { Command } from 'commander';
import { applyText, planText, summary } from '#shared/catalog/operator/plan-text.ts';
import type { ApplyReport, Progress } from '#shared/catalog/operator/report.ts';
import { exitCode } from '#shared/platform/error-codes.ts';
import { repositoryRoot } from '../catalog/repository-place.ts';
import { createProgressLine, printJson, say } from '../output/streams.ts';
import { adoptEnvironment, connect, tokenOf } from '../platform/connection.ts';
import { dataOption, type DataOption } from './data-option.ts';
import { rootOption, type RootOption } from './root-option.ts';

interface Options extends DataOption, RootOption {
  readonly json?: boolean;
}

export function registerApply(program: Command): void {
  program
    .command('apply')
    .description('make the cloud match the declarations, then bring them into force')
    .addOption(dataOption())
    .addOption(rootOption())
    .option('--json', 'the report for a program')
    .action(async (options: Options) => {
      const connection = connect(options.data);
      const { ready, environment } = connection;
      adoptEnvironment(environment);
      // Loaded after the environment is set, and only by the command that needs it.
      const { applyRepository } = await import('../catalog/apply-repository.ts');
      const target = {
        projectId: ready.project,
        operator: { url: ready.operator, bearer: tokenOf(connection, 'admin') },
      };
      const report = await applyRepository(repositoryRoot(options.root), target, createTeller());
      if (options.json) printJson(report);
      else printReport(report);
      process.exitCode = exitOf(report);
    });
}

function createTeller(): (progress: Progress) => void {
  const line = createProgressLine();
  return (progress) => {
    switch (progress.kind) {
      case 'waiting':
        say(progress.message);
        return;
      case 'planned':
        say(summary(progress.plan));
        return;
      case 'done':
        line.update(`${progress.settled} of ${progress.total}: ${progress.action} ${progress.resource}`);
        if (progress.settled === progress.total) line.done(`${progress.total} of ${progress.total}`);
        return;
      case 'failed':
        line.done(`failed: ${progress.action} ${progress.resource}`);
        return;
      case 'retrying':
        line.update(`trying ${progress.resource} again: ${progress.code}`);
        return;
    }
  };
}

function printReport(report: ApplyReport): void {
  if (report.outcome === 'refused') process.stdout.write(`${planText(report.plan)}\n\n`);
  process.stdout.write(`${applyText(report)}\n`);
}

function exitOf({ outcome, plan }: ApplyReport): number {
  if (outcome === 'refused') return exitCode(plan.refusals[0]?.code ?? 'breaking_change');
  return outcome === 'failed' ? exitCode('apply_failed') : 0;
}
