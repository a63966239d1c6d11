// Owns `trib up`: starts the platform in the foreground, or detached.
import { spawn } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, InvalidArgumentError } from 'commander';
import { printJson, say } from '../output/streams.ts';
import { dataFolderPath } from '../platform/data-folder.ts';
import type { DetachedMessage } from '../up/detached.ts';
import { startPlatform, type UpOptions } from '../up/supervisor.ts';
import { dataOption, type DataOption } from './data-option.ts';

interface Options extends DataOption {
  readonly port?: number;
  readonly detach?: boolean;
  readonly demo: boolean;
}

export function registerUp(program: Command): void {
  program
    .command('up')
    .description('start the local cloud, the functions and the console')
    .addOption(dataOption())
    .option('--port <n>', 'base port: the console; the rest follow from it (default: 8480, or as before)', parsePort)
    .option('--demo', 'send made-up history and live traffic', false)
    .option('--no-demo', 'start without the demo (default)')
    .option('--detach', 'return once it is ready, and leave it running')
    .action(async (options: Options) => {
      const up: UpOptions = { dataPath: dataFolderPath(options.data), port: options.port, demo: options.demo };
      await (options.detach ? upDetached(up) : upInForeground(up));
    });
}

async function upInForeground(options: UpOptions): Promise<void> {
  const platform = await startPlatform(options, say);
  printJson(platform.ready);
  say(
    `\nThe console: ${platform.ready.console}\nCtrl-C ends the platform; what it holds stays in ${platform.ready.data}`,
  );
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  say('stopping');
  await platform.stop();
  process.exit(0);
}

async function upDetached(options: UpOptions): Promise<void> {
  const logs = join(options.dataPath, 'logs');
  mkdirSync(logs, { recursive: true, mode: 0o700 });
  const logFile = join(logs, 'supervisor.log');
  const log = openSync(logFile, 'a', 0o600);
  const script = fileURLToPath(new URL('../up/detached.ts', import.meta.url));
  const child = spawn(process.execPath, [script, JSON.stringify({ ...options, logFile })], {
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  });
  const exitCode = await new Promise<number>((resolve) => {
    child.once('exit', (code) => resolve(code ?? 1));
    child.on('message', (message: DetachedMessage) => {
      if (message.kind === 'progress') say(message.line);
      else if (message.kind === 'failed') {
        say(message.text);
        resolve(message.exitCode);
      } else {
        process.stdout.write(`${message.line}\n`);
        resolve(0);
      }
    });
  });
  child.disconnect();
  child.unref();
  process.exitCode = exitCode;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1024 || port > 65_000) {
    throw new InvalidArgumentError('a base port is a number from 1024 to 65000');
  }
  return port;
}
