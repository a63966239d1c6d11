// Owns `trib cloud`: the local cloud alone, for any project.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { dataFolderPath } from '../platform/data-folder.ts';
import { CLOUD_HEAP, NATIVE_MEMORY } from '../up/heap.ts';
import { dataOption, type DataOption } from './data-option.ts';

interface Options extends DataOption {
  readonly port: string;
  readonly project: string;
}

export function registerCloud(program: Command): void {
  program
    .command('cloud')
    .description('start the local Google Cloud alone, without the platform')
    .addOption(dataOption())
    .option('--port <n>', 'its one port', '9400')
    .option('--project <id>', 'the project of its environment; any other is served too', 'local-project')
    .action(async (options: Options) => {
      const script = fileURLToPath(new URL('../../local/main.ts', import.meta.url));
      const data = `${dataFolderPath(options.data)}/cloud`;
      const args = [...CLOUD_HEAP, script, `--data=${data}`, `--port=${options.port}`, `--project=${options.project}`];
      process.exitCode = await new Promise<number>((resolve) => {
        const child = spawn(process.execPath, args, {
          env: { ...process.env, ...NATIVE_MEMORY },
          stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        });
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill(signal));
        child.once('exit', (code) => resolve(code ?? 1));
      });
    });
}
