// Owns a function under the Functions Framework, in a process of its own that tests can look at and end.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FUNCTION_HEAP } from '#cli/up/heap.ts';
import { SETTINGS } from '#shared/platform/settings.ts';
import { IMAGE_START } from '#test/functions/function-image.ts';
import { freePort } from '#test/free-port.ts';
import { TEST_PROJECT } from '#test/local/cloud-harness.ts';

export const REGION = 'europe-north1';
export const AUDIENCE = 'https://tributary.test';

const HEALTHY_MS = 30_000;
const LOOK_EVERY_MS = 20;

export interface FunctionProcess {
  readonly url: string;
  readonly port: number;
  readonly child: ChildProcess;
  /** Everything that it has written. */
  output(): string;
  /** The most memory that it ever had, in megabytes. */
  peakMegabytes(): number;
  /** Tells it to end, waits until it is gone, and gives its exit code. */
  end(): Promise<number | null>;
  /** Ends it without a chance to do anything, and waits until it is gone. */
  kill(): Promise<void>;
}

/** What is not as a platform has it. */
export interface FunctionOptions {
  /** Where the cloud is. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Any that is free, when left out. */
  readonly port?: number;
  /** Of the function, when it is none of the platform's. */
  readonly source?: string;
  /** The folder of its image, started as Google does; without one its sources are run. */
  readonly image?: string;
}

/** Starts it and waits until it answers its health check. */
export async function startFunctionProcess(target: string, options: FunctionOptions = {}): Promise<FunctionProcess> {
  const { environment, port = await freePort(), image } = options;
  const args = image === undefined ? sourceArgs(target, options.source) : [join(image, IMAGE_START)];
  const child = spawn(process.execPath, [...FUNCTION_HEAP, ...args, `--target=${target}`, `--port=${port}`], {
    ...(image === undefined ? {} : { cwd: image }),
    env: { PATH: process.env['PATH'], ...environment, ...SETTINGS_OF_TESTS, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let written = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      written += String(chunk);
    });
  }
  const ended = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  };
  const url = `http://127.0.0.1:${port}`;
  await untilHealthy(url, child, () => `${target} does not answer:\n${written}`);
  return {
    url,
    port,
    child,
    output: () => written,
    peakMegabytes: () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'latin1'))?.[1]) / 1024,
    async end() {
      await ended('SIGTERM');
      return child.exitCode;
    },
    kill: () => ended('SIGKILL'),
  };
}

function sourceArgs(target: string, source = `#functions/${target}/index.ts`): readonly string[] {
  const framework = fileURLToPath(import.meta.resolve('@google-cloud/functions-framework'));
  return [framework.replace(/index\.js$/, 'main.js'), `--source=${fileURLToPath(import.meta.resolve(source))}`];
}

/** A platform whose other functions nobody runs. */
const SETTINGS_OF_TESTS: Readonly<Record<string, string>> = {
  [SETTINGS.projectId.variable]: TEST_PROJECT,
  [SETTINGS.region.variable]: REGION,
  [SETTINGS.audience.variable]: AUDIENCE,
  [SETTINGS.collectUrl.variable]: 'http://127.0.0.1:1/collect',
  [SETTINGS.metadataUrl.variable]: 'http://127.0.0.1:1/metadata',
  [SETTINGS.privacyUrl.variable]: 'http://127.0.0.1:1/privacy',
  [SETTINGS.operatorUrl.variable]: 'http://127.0.0.1:1/operator',
  [SETTINGS.revocationBoundSeconds.variable]: '5',
};

async function untilHealthy(url: string, child: ChildProcess, told: () => string): Promise<void> {
  const deadline = Date.now() + HEALTHY_MS;
  while (Date.now() < deadline && child.exitCode === null) {
    const healthy = await fetch(`${url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (healthy) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new Error(told());
}
