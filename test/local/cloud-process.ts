// Owns a local cloud in a process of its own, for tests that kill it or that look at it from outside.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(import.meta.resolve('#local/main.ts'));

export interface CloudProcess {
  readonly url: string;
  readonly port: number;
  /** What clients take from the environment to come to it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Ends it, by itself without a chance to do anything, and waits until it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/**
 * Starts it on a data folder and waits until it is ready.
 * @param port 0 for any
 * @param flags more of its command line
 */
export async function startCloudProcess(
  dataDir: string,
  port = 0,
  flags: readonly string[] = [],
): Promise<CloudProcess> {
  const args = [MAIN, `--data=${dataDir}`, `--port=${port}`, '--log=ERROR', ...flags];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const { url, environment } = await readyLine(child);
  return {
    url,
    port: Number(new URL(url).port),
    environment,
    async kill(signal = 'SIGKILL') {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    },
  };
}

type ReadyLine = Pick<CloudProcess, 'url' | 'environment'>;

async function readyLine(child: ChildProcessByStdio<null, Readable, null>): Promise<ReadyLine> {
  const line = once(createInterface(child.stdout), 'line').then(([text]) => String(text));
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the cloud ended before it was ready')));
  return JSON.parse(await Promise.race([line, ended])) as ReadyLine;
}
