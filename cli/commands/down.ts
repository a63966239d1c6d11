// Owns `trib down`: ends every process of a platform and returns when all have ended.
import type { Command } from 'commander';
import { say } from '../output/streams.ts';
import { dataFolderPath, openDataFolder, type ProcessEntry, PROCESSES_FILE } from '../platform/data-folder.ts';
import { dataOption, type DataOption } from './data-option.ts';

const STOP_TIMEOUT_MS = 20_000;
const LOOK_EVERY_MS = 50;

export function registerDown(program: Command): void {
  program
    .command('down')
    .description('end the platform; its data stays')
    .addOption(dataOption())
    .action(async (options: DataOption) => {
      const path = dataFolderPath(options.data);
      const folder = openDataFolder(path);
      const entries = folder.readJson<readonly ProcessEntry[]>(PROCESSES_FILE) ?? [];
      if (!entries.some(({ pid }) => isAlive(pid))) {
        say(`nothing runs on ${path}`);
        return;
      }
      const supervisor = entries.find(({ name }) => name === 'supervisor');
      // The supervisor takes its children down in order; without it they end by themselves, or are told here.
      const told = supervisor !== undefined && isAlive(supervisor.pid) ? [supervisor] : entries;
      for (const { pid } of told) signal(pid, 'SIGTERM');
      const ended = await untilEnded(entries, STOP_TIMEOUT_MS);
      if (!ended) {
        for (const { pid } of entries) signal(pid, 'SIGKILL');
        await untilEnded(entries, STOP_TIMEOUT_MS);
      }
      folder.remove(PROCESSES_FILE);
      say(`stopped; the data stays in ${path}`);
    });
}

async function untilEnded(entries: readonly ProcessEntry[], timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (entries.some(({ pid }) => isAlive(pid))) {
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return true;
}

function isAlive(pid: number): boolean {
  return signal(pid, 0);
}

function signal(pid: number, what: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, what);
  } catch {
    return false;
  }
}
