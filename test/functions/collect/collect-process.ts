// Owns collect under the Functions Framework, in a process of its own, with the environment that a platform gives it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FUNCTION_HEAP } from '#cli/up/heap.ts';
import { SETTINGS } from '#shared/platform/settings.ts';
import { freePort } from '#test/free-port.ts';
import { TEST_PROJECT } from '#test/local/cloud-harness.ts';
import { REGION } from './test-app.ts';

export interface CollectProcess {
  readonly url: string;
  readonly port: number;
  /** Everything that it has written. */
  output(): string;
  /** The most memory that it ever had, in megabytes. */
  peakMegabytes(): number;
  /** Tells it to end, and resolves with its exit code. */
  end(): Promise<number | null>;
  kill(): Promise<void>;
}

/** Starts it and waits until it is healthy. */
export async function startCollectProcess(
  environment: Readonly<Record<string, string>>,
  port?: number,
): Promise<CollectProcess> {
  const listening = port ?? (await freePort());
  const framework = fileURLToPath(import.meta.resolve('@google-cloud/functions-framework')).replace(
    /index\.js$/,
    'main.js',
  );
  const source = fileURLToPath(new URL('../../../functions/collect/index.ts', import.meta.url));
  const child = spawn(
    process.execPath,
    [...FUNCTION_HEAP, framework, `--source=${source}`, '--target=collect', `--port=${listening}`],
    {
      env: { PATH: process.env['PATH'], ...environment, ...settings(), NODE_ENV: 'production' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let written = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      written += String(chunk);
    });
  }
  const url = `http://127.0.0.1:${listening}`;
  await untilHealthy(url, child, () => written);
  return {
    url,
    port: listening,
    output: () => written,
    peakMegabytes: () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'latin1'))?.[1]) / 1024,
    async end() {
      child.kill('SIGTERM');
      return child.exitCode ?? ((await once(child, 'exit')) as [number | null])[0];
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

function settings(): Record<string, string> {
  return {
    [SETTINGS.projectId.variable]: TEST_PROJECT,
    [SETTINGS.region.variable]: REGION,
    [SETTINGS.audience.variable]: 'https://tributary.test',
    [SETTINGS.collectUrl.variable]: 'http://127.0.0.1:1/collect',
    [SETTINGS.metadataUrl.variable]: 'http://127.0.0.1:1/metadata',
    [SETTINGS.privacyUrl.variable]: 'http://127.0.0.1:1/privacy',
    [SETTINGS.operatorUrl.variable]: 'http://127.0.0.1:1/operator',
    [SETTINGS.revocationBoundSeconds.variable]: '5',
  };
}

async function untilHealthy(url: string, child: ChildProcess, output: () => string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline && child.exitCode === null) {
    const healthy = await fetch(`${url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (healthy) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`collect does not answer:\n${output()}`);
}
