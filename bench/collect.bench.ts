/** What collect can take, beside servers that merely accept the same bodies: node:http, the Functions Framework, walkerOS. */
import type { Benchmark, Opened, Sample } from './benchmark.ts';
import {
  type Load,
  measureHttp,
  type Running,
  startDurable,
  startPlainFunction,
  startServer,
  startUnpublished,
} from './collect-over-http.ts';
import { startPipeline } from './collect-pipeline.ts';

const BASELINE = 'node:http alone';
const WALKER = 'walkerOS, accepting';
const FRAMEWORK = 'framework alone';
const FRAMEWORK_SINGLE = 'framework alone, single';
/** Each measurement has its own, and the durable one the next as well. */
let nextPort = 19_480;
const port = (): number => (nextPort += 2);
/** Rounds of closed loop that tell the peak of which the measured load is half. */
const PEAK_MS = 4000;
const EVENTS = 20;

export const benchmark: Benchmark = {
  says:
    '20-event batches of listening.TrackPlayed, 600 bytes an event, two sealed fields, 10,000 users, a tenth of the requests from ' +
    'new ones; the generator is on the same cores',
  maxMegabytes: 400,
  measurements: [
    {
      name: BASELINE,
      unit: 'events/s',
      better: 'more',
      open: async ({ roundMs }) => overHttp(await startServer('bench/collect-baseline.ts', port()), { forMs: roundMs }),
    },
    {
      name: FRAMEWORK,
      unit: 'events/s',
      better: 'more',
      baseline: BASELINE,
      open: async ({ roundMs }) => overHttp(await startPlainFunction(port()), { forMs: roundMs }),
    },
    {
      // It neither validates nor seals, and hands its events to nobody.
      name: WALKER,
      unit: 'events/s',
      better: 'more',
      baseline: BASELINE,
      open: async ({ roundMs }) => overHttp(await startServer('bench/collect-walker.ts', port()), { forMs: roundMs }),
    },
    {
      // Parse, validate, seal, group on one core; no HTTP, no broker.
      name: 'pipeline',
      unit: 'events/s',
      better: 'more',
      goal: 40_000,
      baseline: BASELINE,
      open: ({ roundMs }) => startPipeline(roundMs),
    },
    {
      // Under the Functions Framework; stores in memory, a publisher that acknowledges at once.
      name: 'http, unpublished',
      unit: 'events/s',
      better: 'more',
      baseline: WALKER,
      timesBaseline: 1,
      open: async ({ roundMs }) => overHttp(await startUnpublished(port()), { forMs: roundMs }),
    },
    {
      name: FRAMEWORK_SINGLE,
      unit: 'requests/s',
      better: 'more',
      open: async ({ roundMs }) => overHttp(await startPlainFunction(port()), { forMs: roundMs, events: 1 }),
    },
    {
      name: 'single, unpublished',
      unit: 'requests/s',
      better: 'more',
      baseline: FRAMEWORK_SINGLE,
      timesBaseline: 4,
      open: async ({ roundMs }) => overHttp(await startUnpublished(port()), { forMs: roundMs, events: 1 }),
    },
    {
      // Keys in Cloud Storage, every publish acknowledged after fdatasync, every row landed in BigQuery meanwhile.
      name: 'http, durable, landed',
      unit: 'events/s',
      better: 'more',
      goal: 12_000,
      baseline: BASELINE,
      open: async ({ roundMs }) => overHttp(await startDurable(port()), { forMs: roundMs }),
    },
    {
      // The same at half of what it has just taken, each request at its moment.
      name: 'p99 at half of the peak',
      unit: 'ms',
      better: 'less',
      goal: 100,
      open: async ({ roundMs }) => atHalf(await startDurable(port()), roundMs),
    },
  ],
};

function overHttp(running: Running, load: Load): Opened {
  return {
    async measure(round) {
      const { eventsPerSecond, peakMegabytes, ...detail } = await measureHttp(running, load, round);
      return { value: eventsPerSecond, peakMegabytes, detail };
    },
    close: () => running.stop(),
  };
}

function atHalf(running: Running, forMs: number): Opened {
  return {
    async measure(round): Promise<Sample> {
      const peak = await measureHttp(running, { forMs: PEAK_MS }, 2 * round - 1);
      const rate = Math.floor(peak.eventsPerSecond / EVENTS / 2);
      const { p99Ms, peakMegabytes, ...detail } = await measureHttp(running, { forMs, rate }, 2 * round);
      return { value: p99Ms, peakMegabytes, detail: { ...detail, peak: peak.eventsPerSecond } };
    },
    close: () => running.stop(),
  };
}
