/** How long the tests of another project wait for collect in their own process: from nothing loaded to the first accepted event. */
import { fileURLToPath } from 'node:url';
import type { Benchmark, Opened } from './benchmark.ts';
import { start } from './processes.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What one process came to, in milliseconds. */
interface HarnessFigures {
  readonly startedMs: number;
  readonly acceptedMs: number;
}

async function startOnce(): Promise<HarnessFigures> {
  const beganMs = performance.now();
  const { startCollectHarness } = await import('#functions/collect/testing/harness.ts');
  const harness = await startCollectHarness({ root: ROOT });
  const startedMs = performance.now() - beganMs;
  const { batchBody } = await import('./collect-batch-body.ts');
  const { bytes } = batchBody(1);
  const response = await fetch(`${harness.url}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${harness.writeKey}` },
    body: Uint8Array.from(bytes),
  });
  if (!(await response.text()).includes('"accepted"')) throw new Error('the event was not accepted');
  return { startedMs, acceptedMs: performance.now() - beganMs };
}

async function opened(): Promise<Opened> {
  return {
    async measure() {
      const child = start([import.meta.filename]);
      const { startedMs, acceptedMs } = JSON.parse(await child.output) as HarnessFigures;
      return { value: Math.round(startedMs), detail: { firstEventMs: Math.round(acceptedMs) } };
    },
    close: async () => undefined,
  };
}

export const benchmark: Benchmark = {
  says: 'collect in the process of a test, nothing compiled or cached before',
  measurements: [{ name: 'start', unit: 'ms', better: 'less', goal: 1000, open: opened }],
};

if (import.meta.main) {
  process.stdout.write(JSON.stringify(await startOnce()));
  process.exit(0);
}
