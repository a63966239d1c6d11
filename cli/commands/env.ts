// Owns `trib env`: shell exports after which Google's libraries and tools use the local cloud.
import type { Command } from 'commander';
import { connect } from '../platform/connection.ts';
import { dataOption, type DataOption } from './data-option.ts';

export function registerEnv(program: Command): void {
  program
    .command('env')
    .description('print shell exports for gcloud, bq, gsutil and the client libraries: eval "$(trib env)"')
    .addOption(dataOption())
    .action((options: DataOption) => {
      for (const [name, value] of Object.entries(connect(options.data).environment)) {
        process.stdout.write(`export ${name}=${quote(value)}\n`);
      }
    });
}

/** For a POSIX shell. */
function quote(value: string): string {
  return /^[\w@%+=:,./-]*$/.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`;
}
