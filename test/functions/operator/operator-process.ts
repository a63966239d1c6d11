// Owns an operator under the Functions Framework, in a process of its own that tests can kill.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { SETTINGS } from '#shared/platform/settings.ts';
import { freePort } from '#test/free-port.ts';
import { TEST_PROJECT } from '#test/local/cloud-harness.ts';

export const AUDIENCE = 'https://tributary.test';
export const REGION = 'europe-north1';

export interface OperatorProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** What it has written. */
  readonly output: () => string;
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts it and waits until it answers. */
export async function startOperator(environment: Readonly<Record<string, string>>): Promise<OperatorProcess> {
  const port = await freePort();
  const framework = fileURLToPath(import.meta.resolve('@google-cloud/functions-framework')).replace(
    /index\.js$/,
    'main.js',
  );
  const source = fileURLToPath(new URL('../../../functions/operator/index.ts', import.meta.url));
  const child = spawn(process.execPath, [framework, `--source=${source}`, '--target=operator', `--port=${port}`], {
    env: { PATH: process.env['PATH'], ...environment, ...settings(), NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => void written.push(String(chunk)));
  const url = `http://127.0.0.1:${port}`;
  const output = (): string => written.join('');
  await untilHealthy(url, child, output);
  return {
    url,
    child,
    output,
    kill: (signal = 'SIGKILL') =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) resolve();
        else child.once('exit', () => resolve());
        child.kill(signal);
      }),
  };
}

function settings(): Record<string, string> {
  return {
    [SETTINGS.projectId.variable]: TEST_PROJECT,
    [SETTINGS.region.variable]: REGION,
    [SETTINGS.audience.variable]: AUDIENCE,
    [SETTINGS.collectUrl.variable]: 'http://127.0.0.1:1/collect',
    [SETTINGS.metadataUrl.variable]: 'http://127.0.0.1:1/metadata',
    [SETTINGS.privacyUrl.variable]: 'http://127.0.0.1:1/privacy',
    [SETTINGS.operatorUrl.variable]: 'http://127.0.0.1:1/operator',
  };
}

async function untilHealthy(url: string, child: ChildProcess, output: () => string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline && child.exitCode === null) {
    if (
      await fetch(`${url}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`the operator does not answer:\n${output()}`);
}
