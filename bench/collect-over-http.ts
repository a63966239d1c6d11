/** Collect under the Functions Framework, the local cloud and the generator, each a process of its own on the same machine. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CLOUD_HEAP, FUNCTION_HEAP, NATIVE_MEMORY } from '#cli/up/heap.ts';
import { REGION } from '#test/functions/collect/test-app.ts';
import type { GeneratorFigures } from './collect-generator.ts';
import { type Measured, start } from './processes.ts';

const PROJECT = 'bench-project';
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FRAMEWORK = join(ROOT, 'node_modules/@google-cloud/functions-framework/build/src/main.js');
export interface HttpFigures {
  readonly eventsPerSecond: number;
  /** For each processor second of the one that is measured: what a whole core of its own would take. */
  readonly eventsPerCoreSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of both processors, for each process, while measured: 1 is a whole one. */
  readonly cores: Readonly<Record<string, number>>;
  readonly peakMegabytes: Readonly<Record<string, number>>;
  readonly retried: number;
  /** How long after the last answer every accepted event was in BigQuery, in milliseconds. */
  readonly landedAfterMs?: number;
}

export interface Running {
  readonly port: number;
  readonly processes: Readonly<Record<string, Measured>>;
  /** Waits until so many events have landed; undefined where nothing lands. */
  readonly landed?: (events: number) => Promise<number>;
  /** Events that were accepted so far. */
  accepted: number;
  stop(): Promise<void>;
}

/** A local cloud with the base laid and the catalog of this repository applied, in a folder that goes when it ends. */
export interface LaidCloud {
  readonly cloud: Measured;
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export async function startLaidCloud(port: number): Promise<LaidCloud> {
  const data = mkdtempSync(join(tmpdir(), 'tributary-bench-'));
  const cloud = start(
    [...CLOUD_HEAP, 'local/main.ts', `--data=${data}`, `--port=${port}`, `--project=${PROJECT}`, '--log=WARNING'],
    NATIVE_MEMORY,
  );
  const stop = async (): Promise<void> => {
    await cloud.stop();
    rmSync(data, { recursive: true, force: true });
  };
  const { environment } = JSON.parse(await cloud.firstLine) as { environment: Record<string, string> };
  const laid = start(['bench/collect-lay.ts'], environment);
  await laid.output;
  if (laid.exitCode() === 0) return { cloud, environment, stop };
  await stop();
  throw new Error('the base could not be laid');
}

/** The platform as far as collect needs it: publishes are acknowledged after fdatasync. */
export async function startDurable(port: number): Promise<Running> {
  const laid = await startLaidCloud(port + 1);
  const { cloud, environment } = laid;
  const collect = startFunction('functions/collect/index.ts', port, environment);
  await untilHealthy(port);
  return {
    port,
    processes: { cloud, collect },
    accepted: 0,
    async landed(events) {
      const { landed, afterMs } = JSON.parse(
        await start(['bench/collect-landed.ts', String(events)], environment).output,
      ) as { landed: number; afterMs: number };
      if (landed !== events) throw new Error(`${events} events were accepted, ${landed} have landed`);
      return afterMs;
    },
    async stop() {
      await collect.stop();
      await laid.stop();
    },
  };
}

/** Collect over stores in memory and a publisher that acknowledges at once. */
export async function startUnpublished(port: number): Promise<Running> {
  const collect = startFunction('bench/collect-unpublished.ts', port, {});
  await untilHealthy(port);
  return { port, processes: { collect }, accepted: 0, stop: () => collect.stop() };
}

/** A server that accepts the same bodies: plain, or another collector behind one. */
export async function startServer(file: string, port: number): Promise<Running> {
  const server = start([...FUNCTION_HEAP, file, String(port)]);
  await untilHealthy(port);
  return { port, processes: { server }, accepted: 0, stop: () => server.stop() };
}

/** A plain handler under the Functions Framework, which parses the body for it. */
export async function startPlainFunction(port: number): Promise<Running> {
  const server = startFunction('bench/collect-framework.ts', port, {});
  await untilHealthy(port);
  return { port, processes: { server }, accepted: 0, stop: () => server.stop() };
}

/** How requests come. */
export interface Load {
  readonly forMs: number;
  /** Events of a request; 20 without it. */
  readonly events?: number;
  /** Requests a second, each at its moment; without it each when the one before is answered. */
  readonly rate?: number;
}

/** Sends for a time and measures everybody meanwhile. `round` keeps ids and new users apart. */
export async function measureHttp(running: Running, load: Load, round: number): Promise<HttpFigures> {
  const { forMs, events = 20, rate = 0 } = load;
  const generator = start([
    'bench/collect-generator.ts',
    `--port=${running.port}`,
    `--ms=${forMs}`,
    `--events=${events}`,
    `--rate=${rate}`,
    `--from=${round * 10_000_000}`,
    // Who is known stays known.
    ...(round === 1 ? [] : ['--no-warm']),
  ]);
  const everybody: Readonly<Record<string, Measured>> = { ...running.processes, generator };
  // The generator says when everybody it knows was seen once, and when it is done.
  const { warm } = JSON.parse(await generator.firstLine) as { warm: number };
  const before = Object.entries(everybody).map(([name, process]) => [name, process.cpuSeconds()] as const);
  await new Promise((resolve) => setTimeout(resolve, forMs - 200));
  const cores = before.map(([name, seconds]) => {
    const used = (everybody[name]?.cpuSeconds() ?? 0) - seconds;
    return [name, Math.round((used / (forMs - 200)) * 1e5) / 100] as const;
  });
  const peaks = Object.entries(running.processes).map(([name, process]) => [name, process.peakMegabytes()] as const);
  const figures = JSON.parse((await generator.output).trim().split('\n').at(-1) ?? '') as GeneratorFigures;
  running.accepted += warm + figures.accepted;
  const landedAfterMs = await running.landed?.(running.accepted);
  if (figures.other > 0) throw new Error(`${figures.other} events were neither accepted nor to be sent again`);
  const eventsPerSecond = Math.round((figures.accepted / figures.elapsedMs) * 1000);
  const [, measured = Number.NaN] = cores.findLast(([name]) => name in running.processes) ?? [];
  return {
    eventsPerSecond,
    eventsPerCoreSecond: Math.round(eventsPerSecond / measured),
    p50Ms: figures.p50Ms,
    p99Ms: figures.p99Ms,
    cores: Object.fromEntries(cores),
    peakMegabytes: { ...Object.fromEntries(peaks), generator: figures.rssMegabytes },
    retried: figures.retried,
    ...(landedAfterMs === undefined ? {} : { landedAfterMs }),
  };
}

/** A function under the Functions Framework, with the settings that a platform gives it. */
export function startFunction(source: string, port: number, environment: Readonly<Record<string, string>>): Measured {
  return startFramework([FRAMEWORK, `--source=${join(ROOT, source)}`], port, environment);
}

/** The framework as it lies in an image, or here; `args` say which and what of. */
export function startFramework(
  args: readonly string[],
  port: number,
  environment: Readonly<Record<string, string>>,
): Measured {
  const flags = (process.env['BENCH_NODE_FLAGS'] ?? '').split(' ').filter((flag) => flag !== '');
  const url = `http://127.0.0.1:${port}`;
  return start([...FUNCTION_HEAP, ...flags, ...args, '--target=collect', `--port=${port}`], {
    ...NATIVE_MEMORY,
    ...environment,
    NODE_ENV: 'production',
    GOOGLE_CLOUD_PROJECT: PROJECT,
    TRIBUTARY_REGION: REGION,
    TRIBUTARY_AUDIENCE: `https://tributary.${PROJECT}`,
    TRIBUTARY_COLLECT_URL: url,
    TRIBUTARY_METADATA_URL: url,
    TRIBUTARY_PRIVACY_URL: url,
    TRIBUTARY_OPERATOR_URL: url,
  });
}

async function untilHealthy(port: number): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    const healthy = await fetch(`http://127.0.0.1:${port}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (healthy) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('collect did not become healthy');
}
