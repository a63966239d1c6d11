/** A cloud in a process of its own, to be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../local/main.ts', import.meta.url));

export interface CloudProcess {
  readonly url: string;
  readonly port: number;
  /** kill -9; resolves when it is gone. */
  readonly kill: () => Promise<void>;
}

/** @param port 0 for any */
export async function startCloudProcess(dataDir: string, port = 0): Promise<CloudProcess> {
  const child = spawn(process.execPath, [MAIN, '--data', dataDir, '--port', String(port), '--log', 'ERROR'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await readyUrl(child);
  return {
    url,
    port: Number(new URL(url).port),
    async kill() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

async function readyUrl(child: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    const end = text.indexOf('\n');
    if (end !== -1) return (JSON.parse(text.slice(0, end)) as { url: string }).url;
  }
  throw new Error('the cloud ended before it was ready');
}
