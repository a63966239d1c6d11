/**
 * How long a person waits: `npm start` to the ready line, cold (an empty data folder) and warm; from there to the first published
 * daily partition of the demo; and from `kill -9` of everything to healthy again with all its data.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Benchmark, Measurement, Sample } from './benchmark.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CLI = join(ROOT, 'cli', 'main.ts');
const BASE_PORT = 21_480;
const LOOK_EVERY_MS = 100;
const PATIENCE_MS = 180_000;

/** A platform of the demo in the foreground, as `npm start` runs it. */
interface Started {
  readonly readyMs: number;
  readonly metadata: string;
  readonly token: string;
  /** SIGINT, as Ctrl-C. */
  stop(): Promise<void>;
  /** SIGKILL for the supervisor and everything it started. */
  kill(): Promise<void>;
}

interface ReadyLine {
  readonly metadata: string;
  readonly tokens: { readonly analyst: string };
}

async function start(data: string, demo: readonly string[] = ['--demo']): Promise<Started> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, [CLI, 'up', ...demo, '--data', data, '--port', String(BASE_PORT)], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  const ended = once(child, 'exit');
  const line = Promise.withResolvers<string>();
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    if (text.includes('\n')) line.resolve(text.slice(0, text.indexOf('\n')));
  });
  void ended.then(() => line.reject(new Error('trib up ended before it was ready')));
  const ready = JSON.parse(await line.promise) as ReadyLine;
  return {
    readyMs: performance.now() - startedMs,
    metadata: ready.metadata,
    token: ready.tokens.analyst,
    async stop() {
      child.kill('SIGINT');
      await ended;
    },
    async kill() {
      // The group: the supervisor is its leader, and what it starts stays in it.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      await ended;
    },
  };
}

async function untilPublished({ metadata, token }: Started, endpoint: string): Promise<number> {
  const startedMs = performance.now();
  while (performance.now() - startedMs < PATIENCE_MS) {
    if ((await publishedOf(metadata, token, endpoint)) > 0) return performance.now() - startedMs;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new Error(`no partition of ${endpoint} was published in ${PATIENCE_MS} ms`);
}

async function publishedOf(metadata: string, token: string, endpoint: string): Promise<number> {
  const answer = await fetch(`${metadata}/v1/endpoints/${endpoint}/partitions`, {
    headers: { authorization: `Bearer ${token}` },
  }).catch(() => undefined);
  if (answer === undefined || !answer.ok) return 0;
  const { partitions } = (await answer.json()) as { readonly partitions: readonly { readonly state: string }[] };
  return partitions.filter(({ state }) => state === 'published').length;
}

const dataFolder = (): string => mkdtempSync(join(tmpdir(), 'tributary-bench-'));
const seconds = (milliseconds: number): number => Math.round(milliseconds / 10) / 100;

/** Each round in a folder of its own: ready, then the first published daily partition. */
const cold: Omit<Measurement, 'name' | 'goal'> = {
  unit: 's',
  better: 'less',
  async open() {
    return {
      measure: () => inNewFolder(async (data) => withStarted(data, ({ readyMs }) => ({ value: seconds(readyMs) }))),
      close,
    };
  },
};

async function inNewFolder(measure: (data: string) => Promise<Sample>): Promise<Sample> {
  const data = dataFolder();
  try {
    return await measure(data);
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

async function withStarted(data: string, measure: (started: Started) => Sample | Promise<Sample>): Promise<Sample> {
  const started = await start(data);
  try {
    return await measure(started);
  } finally {
    await started.stop();
  }
}

const close = async (): Promise<void> => undefined;

/** Each round on a folder that holds the demo's three days. */
async function inUsedFolder(measure: (data: string) => Promise<Sample>): Promise<Sample> {
  return inNewFolder(async (data) => {
    await withStarted(data, async (started) => ({ value: await untilPublished(started, 'listening.daily_plays') }));
    return measure(data);
  });
}

export const benchmark: Benchmark = {
  says: 'npm start to the ready line, the first published daily partition, and back after kill -9 of everything',
  measurements: [
    { name: 'start, cold', goal: 15, ...cold },
    {
      name: 'start, warm',
      unit: 's',
      better: 'less',
      goal: 6,
      async open() {
        return {
          measure: () => inUsedFolder((data) => withStarted(data, ({ readyMs }) => ({ value: seconds(readyMs) }))),
          close,
        };
      },
    },
    {
      name: 'first daily partition',
      unit: 's',
      better: 'less',
      goal: 60,
      async open() {
        return {
          measure: () =>
            inNewFolder((data) =>
              withStarted(data, async (started) => ({
                value: seconds(await untilPublished(started, 'listening.daily_plays')),
              })),
            ),
          close,
        };
      },
    },
    {
      name: 'back after kill -9',
      unit: 's',
      better: 'less',
      goal: 5,
      async open() {
        return { measure: () => inNewFolder(backAfterKill), close };
      },
    },
  ],
};

async function backAfterKill(data: string): Promise<Sample> {
  const first = await start(data);
  await untilPublished(first, 'listening.daily_plays');
  const before = await publishedOf(first.metadata, first.token, 'listening.daily_plays');
  await first.kill();
  const killedMs = performance.now();
  const again = await start(data);
  const value = seconds(performance.now() - killedMs);
  try {
    const after = await publishedOf(again.metadata, again.token, 'listening.daily_plays');
    if (after < before) throw new Error(`${before} partitions were published before the kill, ${after} after`);
    return { value };
  } finally {
    await again.stop();
  }
}
