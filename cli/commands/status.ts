// Owns `trib status`: what runs, and where.
import type { Command } from 'commander';
import { printJson, printTable, say } from '../output/streams.ts';
import {
  dataFolderPath,
  openDataFolder,
  type ProcessEntry,
  PROCESSES_FILE,
  READY_FILE,
  type ReadyLine,
} from '../platform/data-folder.ts';
import { dataOption, type DataOption } from './data-option.ts';

interface Options extends DataOption {
  readonly json?: boolean;
}

export function registerStatus(program: Command): void {
  program
    .command('status')
    .description('which processes run, and where they answer')
    .addOption(dataOption())
    .option('--json', 'for a program')
    .action((options: Options) => {
      const folder = openDataFolder(dataFolderPath(options.data));
      const processes = folder.readJson<readonly ProcessEntry[]>(PROCESSES_FILE) ?? [];
      const ready = folder.readJson<ReadyLine>(READY_FILE);
      if (options.json) {
        printJson({ running: processes.length > 0, ready: ready !== undefined, data: folder.path, processes });
        return;
      }
      if (processes.length === 0) {
        say(`Nothing runs on ${folder.path}; start it with \`trib up\`.`);
        return;
      }
      printTable(
        ['process', 'pid'],
        processes.map(({ name, pid }) => [name, String(pid)]),
      );
      say(ready === undefined ? '\nstarting' : `\nconsole ${ready.console}\ncollect ${ready.collect}`);
    });
}
