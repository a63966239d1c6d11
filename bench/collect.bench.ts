/** What collect can take, beside a plain node:http server that accepts the same bodies. */
import type { Benchmark, Opened } from './benchmark.ts';
import { measureHttp, type Running, startBaseline, startDurable, startUnpublished } from './collect-over-http.ts';
import { startPipeline } from './collect-pipeline.ts';

const BASELINE = 'node:http alone';
const [BASELINE_PORT, UNPUBLISHED_PORT, DURABLE_PORT] = [19_480, 19_482, 19_484];

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
      open: async ({ roundMs }) => overHttp(await startBaseline(BASELINE_PORT), roundMs),
    },
    {
      // Parse, validate, seal, group on one core; no HTTP, no broker.
      name: 'pipeline',
      unit: 'events/s',
      better: 'more',
      baseline: BASELINE,
      open: ({ roundMs }) => startPipeline(roundMs),
    },
    {
      // Under the Functions Framework; stores in memory, a publisher that acknowledges at once.
      name: 'http, unpublished',
      unit: 'events/s',
      better: 'more',
      goal: 20_000,
      baseline: BASELINE,
      open: async ({ roundMs }) => overHttp(await startUnpublished(UNPUBLISHED_PORT), roundMs),
    },
    {
      // Keys in Cloud Storage, every publish acknowledged after fdatasync, every row landed in BigQuery meanwhile.
      name: 'http, durable, landed',
      unit: 'events/s',
      better: 'more',
      goal: 5000,
      baseline: BASELINE,
      open: async ({ roundMs }) => overHttp(await startDurable(DURABLE_PORT), roundMs),
    },
  ],
};

function overHttp(running: Running, roundMs: number): Opened {
  return {
    async measure(round) {
      const { eventsPerSecond, peakMegabytes, ...detail } = await measureHttp(running, roundMs, round);
      return { value: eventsPerSecond, peakMegabytes, detail };
    },
    close: () => running.stop(),
  };
}
