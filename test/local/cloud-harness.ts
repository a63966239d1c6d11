/** A local cloud in the test's own process, and the environment through which real clients reach it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { Cloud } from '#local/cloud.ts';
import { type CloudClock, frozenClock, systemClock } from '#local/primitives/clock.ts';
import { silentLog } from '#local/primitives/log.ts';
import type { BigQuerySink } from '#local/pubsub/bigquery-sink.ts';

export const TEST_PROJECT = 'test-project';

/** A fixed moment for frozen clocks: 2026-08-01T12:00:00Z. */
export const TEST_NOW_MS = Date.UTC(2026, 7, 1, 12);

export interface TestCloud extends Cloud {
  readonly dataDir: string;
  /** Stops the cloud, does `whileDown`, and starts it again on the same data folder and port. */
  restart(whileDown?: () => Promise<void>): Promise<void>;
}

/**
 * Starts a cloud on any port with a data folder of its own, removed after the tests of the file, and sets the process's
 * environment so that `new XClient()` without options talks to it. Import Google's clients *after* this (dynamically):
 * some read the environment when they are loaded.
 */
export async function startTestCloud(
  options: { readonly frozen?: boolean; readonly bigQuerySink?: BigQuerySink } = {},
): Promise<TestCloud> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tributary-cloud-'));
  const clock: CloudClock = options.frozen ? frozenClock(TEST_NOW_MS) : systemClock();
  // grpc-js reads this when it is loaded, which is with the cloud: a machine's own value would keep clients from
  // trusting the cloud; without one they take the process's authorities, set below.
  delete process.env['GRPC_DEFAULT_SSL_ROOTS_FILE_PATH'];
  const { startCloud } = await import('#local/cloud.ts');
  const start = (port: number): Promise<Cloud> =>
    startCloud({
      dataDir,
      port,
      projectId: TEST_PROJECT,
      log: silentLog,
      clock,
      ...(options.bigQuerySink === undefined ? {} : { bigQuerySink: options.bigQuerySink }),
    });
  let cloud = await start(0);
  Object.assign(process.env, cloud.environment);
  const authority = readFileSync(String(cloud.environment['NODE_EXTRA_CA_CERTS']), 'utf8');
  setDefaultCACertificates([...getCACertificates('default'), authority]);
  after(async () => {
    await cloud.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return {
    get port() {
      return cloud.port;
    },
    get url() {
      return cloud.url;
    },
    get environment() {
      return cloud.environment;
    },
    get faults() {
      return cloud.faults;
    },
    clock,
    dataDir,
    stop: () => cloud.stop(),
    async restart(whileDown) {
      const { port } = cloud;
      await cloud.stop();
      await whileDown?.();
      cloud = await start(port);
    },
  };
}
