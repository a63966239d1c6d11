// Owns a console that can be looked at: the built files, metadata over a seeded bucket of the local cloud, and the door in front.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { compileRepository } from '#cli/catalog/repository.ts';
import { ownRepository } from '#cli/catalog/repository-place.ts';
import { buildConsole } from '#cli/up/console.ts';
import { readAssets } from '#functions/metadata/console/assets.ts';
import { createMetadata, type Metadata } from '#functions/metadata/metadata.ts';
import { bucketName } from '#shared/platform/base/names.ts';
import type { Clock } from '#shared/platform/clock.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { serviceAccountEmail } from '#shared/platform/roles.ts';
import { freePort } from '#test/free-port.ts';
import { type CloudProcess, startCloudProcess } from '#test/local/cloud-process.ts';
import { seed } from './seed.ts';

const PROJECT = 'console-test';
const AUDIENCE = `https://tributary.${PROJECT}`;

export interface ConsolePlatform {
  /** What a browser opens. */
  readonly url: string;
  /** What the door leads to. */
  readonly backend: string;
  readonly store: ObjectStore;
  /** Applies the catalog of the repository, with partitions in every state. */
  fill(): Promise<void>;
  /** Takes metadata away, as when it crashed, and puts it back. */
  interrupt(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

/** The bucket is empty, not even a catalog is in it. */
export async function startConsolePlatform(clock: Clock): Promise<ConsolePlatform> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-console-'));
  const [door, backend] = [await freePort(), await freePort()];
  const cloud = await startCloud(folder, { door, backend });
  Object.assign(process.env, cloud.environment);
  const authority = readFileSync(cloud.environment['NODE_EXTRA_CA_CERTS'] ?? '', 'utf8');
  setDefaultCACertificates([...getCACertificates('default'), authority]);

  const store = await stateBucket();
  await buildConsole(join(folder, 'console'));
  const metadata = await metadataOver(store, clock, join(folder, 'console'));
  let server = await listen(metadata, backend);
  return {
    url: `http://127.0.0.1:${door}`,
    backend: `http://127.0.0.1:${backend}`,
    store,
    async fill() {
      await seed(store, repositoryCatalog(), clock.now());
      await metadata.parts.applied.refresh();
      await metadata.parts.partitions.refresh();
    },
    interrupt: () => close(server),
    async resume() {
      server = await listen(metadata, backend);
    },
    async stop() {
      await close(server);
      await metadata.stop();
      await cloud.kill('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function repositoryCatalog() {
  const compiled = compileRepository(ownRepository());
  if (compiled.kind === 'failed') throw new Error('the repository does not compile');
  return compiled.catalog;
}

/** Google's clients read the environment when they are loaded, so they are loaded after the cloud has started. */
async function stateBucket(): Promise<ObjectStore> {
  const { Storage } = await import('@google-cloud/storage');
  const { createObjectStore } = await import('#shared/gcp/objects.ts');
  const storage = new Storage();
  await storage.createBucket(bucketName('state', PROJECT), { location: 'europe-north1' });
  return createObjectStore(bucketName('state', PROJECT), storage);
}

/** Nothing is driven: what is seen stays as it was seeded. */
async function metadataOver(store: ObjectStore, clock: Clock, console: string): Promise<Metadata> {
  const { createIdentifier } = await import('#shared/gcp/identity.ts');
  return createMetadata({
    place: { projectId: PROJECT, region: 'europe-north1' },
    store,
    publisher: { publish: async () => 'acknowledged', close: async () => undefined },
    executions: { start: () => Promise.reject(new Error('no executions')), state: async () => 'ended' },
    jobs: { state: async () => ({ kind: 'missing' }), rows: async () => [] },
    identify: createIdentifier({ audience: AUDIENCE, iapAudience: AUDIENCE }),
    clock,
    startTimer: () => () => undefined,
    newId: () => 'none',
    randomBytes: (count) => new Uint8Array(count),
    callCollect: () => Promise.reject(new Error('no collect')),
    log: { write: () => undefined },
    assets: readAssets(console),
  });
}

function startCloud(folder: string, ports: { readonly door: number; readonly backend: number }): Promise<CloudProcess> {
  return startCloudProcess(join(folder, 'cloud'), 0, [
    `--project=${PROJECT}`,
    `--iap-port=${ports.door}`,
    `--iap-backend=http://127.0.0.1:${ports.backend}`,
    `--iap-email=${serviceAccountEmail('analyst', PROJECT)}`,
    `--iap-audience=${AUDIENCE}`,
  ]);
}

function listen(metadata: Metadata, port: number): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer(metadata.handler);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
