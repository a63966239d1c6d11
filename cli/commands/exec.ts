// Owns `trib exec`: runs a command in the environment of `trib env`.
import { spawn } from 'node:child_process';
import type { Command } from 'commander';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { connect } from '../platform/connection.ts';
import { dataOption, type DataOption } from './data-option.ts';

export function registerExec(program: Command): void {
  program
    .command('exec')
    .description('run a command with the environment of `trib env`: trib exec -- gcloud pubsub topics list')
    .addOption(dataOption())
    .argument('<command...>', 'the command and its arguments, after --')
    .passThroughOptions()
    .action(async ([command = '', ...args]: string[], options: DataOption) => {
      const { environment } = connect(options.data);
      process.exitCode = await run(command, args, environment);
    });
}

function run(command: string, args: readonly string[], environment: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...environment } });
    child.once('error', (cause) => {
      reject(new PlatformError('unreadable_file', { message: `Cannot run ${command}.`, cause }));
    });
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
