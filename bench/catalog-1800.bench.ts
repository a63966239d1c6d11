/** 1,800 event types in one catalog: how long collect needs to start with it, in how much memory, and what an event costs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SECRET } from '#test/functions/collect/test-app.ts';
import type { Benchmark, Measurement, Opened, Sample } from './benchmark.ts';
import { catalogOfMany, declarationsOfMany, TYPES } from './catalog-1800-types.ts';
import { type Load, startPipeline } from './catalog-1800-pipeline.ts';
import { startFunction } from './collect-over-http.ts';
import { start } from './processes.ts';

const [FEW_PORT, MANY_PORT] = [20_480, 20_484];
const LOOK_EVERY_MS = 10;
const PATIENCE_MS = 30_000;
const FEW = 'collect starts, few';
const COST = 'an event, few';

/** A local cloud with the platform's base and this repository's catalog in force; then, if wanted, the large one. */
async function startCloud(port: number, many: boolean): Promise<Opened> {
  const data = mkdtempSync(join(tmpdir(), 'tributary-bench-'));
  const cloud = start([
    'local/main.ts',
    `--data=${data}`,
    `--port=${port + 1}`,
    '--project=bench-project',
    '--log=WARNING',
  ]);
  const { environment } = JSON.parse(await cloud.firstLine) as { environment: Record<string, string> };
  for (const script of ['bench/collect-lay.ts', ...(many ? ['bench/catalog-1800-lay.ts'] : [])]) {
    const laid = start([script], environment);
    await laid.output;
    if (laid.exitCode() !== 0) throw new Error(`${script} failed`);
  }
  return {
    measure: (round) => startCollect(port, environment, round),
    async close() {
      await cloud.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** From the start of the process to the first event that is accepted. */
async function startCollect(
  port: number,
  environment: Readonly<Record<string, string>>,
  round: number,
): Promise<Sample> {
  const startedMs = performance.now();
  const collect = startFunction('functions/collect/index.ts', port, environment);
  try {
    while (!(await accepts(port, round))) {
      if (performance.now() - startedMs > PATIENCE_MS) throw new Error('collect accepts nothing');
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    const value = Math.round(performance.now() - startedMs) / 1000;
    return { value, peakMegabytes: { collect: collect.peakMegabytes() } };
  } finally {
    await collect.stop();
  }
}

async function accepts(port: number, round: number): Promise<boolean> {
  const event = {
    id: `start-${round}-${Date.now()}`,
    type: 'listening.SearchPerformed',
    occurredAt: new Date().toISOString(),
    userId: 'user-1',
    consent: { personalisation: true },
    data: { query: 'bach', query_length: 4, kind: 'all', results: 0, language: 'en', took_ms: 12 },
  };
  const answer = await fetch(`http://127.0.0.1:${port}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json' },
    body: JSON.stringify({ sentAt: new Date().toISOString(), events: [event] }),
  }).catch(() => undefined);
  if (answer?.ok !== true) return false;
  const { results } = (await answer.json()) as { readonly results: readonly { readonly status: string }[] };
  return results[0]?.status === 'accepted';
}

const eventCost = (name: string, load: Load, more: Partial<Measurement> = {}): Measurement => ({
  name,
  unit: 'µs CPU',
  better: 'less',
  open: ({ roundMs }) => startPipeline(load, roundMs),
  ...more,
});

export const benchmark: Benchmark = {
  says: `${TYPES} event types against those of this repository: collect on a local cloud until its first accepted event, and batches of 20 in process`,
  maxMegabytes: 300,
  measurements: [
    { name: FEW, unit: 's', better: 'less', open: () => startCloud(FEW_PORT, false) },
    {
      name: 'collect starts, 1,800',
      unit: 's',
      better: 'less',
      goal: 2,
      baseline: FEW,
      open: () => startCloud(MANY_PORT, true),
    },
    eventCost(COST, 'few'),
    eventCost('an event, 1,800 loaded', 'many', { baseline: COST }),
    eventCost('an event, each another', 'spread', { baseline: COST }),
    {
      name: 'compile',
      unit: 's',
      better: 'less',
      async open() {
        const files = declarationsOfMany();
        return {
          async measure() {
            const startedMs = performance.now();
            catalogOfMany(files);
            return { value: Math.round(performance.now() - startedMs) / 1000 };
          },
          close: async () => undefined,
        };
      },
    },
  ],
};
