/** Privacy as it runs in production, over Google's own clients, on a local cloud in the test's process. Import after the cloud has started. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PubSub } from '@google-cloud/pubsub';
import { wirePrivacy } from '#functions/privacy/wire.ts';
import { bundleOf, type Catalog } from '#shared/catalog/catalog.ts';
import { FACTS_TOPIC } from '#shared/catalog/names.ts';
import { bundleObject, CURRENT_CATALOG_OBJECT, encodeCurrentCatalog } from '#shared/catalog/stored-catalog.ts';
import { layBase } from '#shared/gcp/base/lay.ts';
import { identityTokenOf } from '#shared/gcp/base/service-accounts.ts';
import { type KeyStores, keyStoresOf, layFirstEpoch } from '#shared/gcp/key-stores.ts';
import { createObjectStore } from '#shared/gcp/objects.ts';
import { bucketName } from '#shared/platform/base/names.ts';
import { baseResources } from '#shared/platform/base/resources.ts';
import { systemClock } from '#shared/platform/clock.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { serviceAccountEmail } from '#shared/platform/roles.ts';
import { EpochKeys } from '#shared/privacy/keys/epoch-keys.ts';
import { Keyrings } from '#shared/privacy/keys/keyrings.ts';
import { openPepper } from '#shared/privacy/keys/pepper.ts';
import { revocationTiming } from '#shared/privacy/keys/revocation.ts';
import { TEST_PROJECT } from '#test/local/cloud-harness.ts';
import { openTestWorkflows } from '#test/local/workflows/clients.ts';

export const REGION = 'europe-west1';
export const place = { projectId: TEST_PROJECT, region: REGION };
export const AUDIENCE = 'https://tributary.test';

/** Lays what privacy needs: buckets, keys with their first epoch, service accounts, the connection, the topic of facts. */
export async function layForPrivacy(): Promise<{ readonly state: ObjectStore; readonly stores: KeyStores }> {
  const kinds = new Set(['bucket', 'key-ring', 'crypto-key', 'service-account', 'connection']);
  await layBase(
    baseResources(place).filter(({ kind }) => kinds.has(kind)),
    place,
  );
  const stores = keyStoresOf(place);
  await layFirstEpoch(stores, systemClock);
  const pubsub = new PubSub();
  await pubsub.createTopic(FACTS_TOPIC);
  await pubsub.close();
  return { state: createObjectStore(bucketName('state', TEST_PROJECT)), stores };
}

/** Puts a catalog in force. */
export async function apply(state: ObjectStore, catalog: Catalog): Promise<void> {
  const { digest, text } = bundleOf(catalog);
  await state.create(bundleObject(digest), text);
  await state.create(CURRENT_CATALOG_OBJECT, encodeCurrentCatalog({ digest, appliedAt: '2026-11-21T12:00:00.000Z' }));
}

export interface RunningPrivacy {
  readonly url: string;
  readonly post: (path: string, role: string, body?: object) => Promise<Answer>;
  readonly get: (path: string, role?: string) => Promise<Answer>;
  stop(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly text: string;
}

/** Starts privacy in this process, on any port or on a given one. */
export async function startPrivacy(revocationBoundSeconds: number, port = 0): Promise<RunningPrivacy> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const privacy = wirePrivacy({
    GOOGLE_CLOUD_PROJECT: TEST_PROJECT,
    TRIBUTARY_REGION: REGION,
    TRIBUTARY_AUDIENCE: AUDIENCE,
    TRIBUTARY_COLLECT_URL: 'http://127.0.0.1:1',
    TRIBUTARY_METADATA_URL: 'http://127.0.0.1:1',
    TRIBUTARY_PRIVACY_URL: url,
    TRIBUTARY_OPERATOR_URL: 'http://127.0.0.1:1',
    TRIBUTARY_REVOCATION_BOUND_SECONDS: String(revocationBoundSeconds),
  });
  server.on('request', privacy.handler);
  await privacy.opened;
  const tokens = new Map<string, Promise<string>>();
  const call = async (path: string, init: RequestInit, role: string | undefined): Promise<Answer> => {
    const headers = new Headers({ 'content-type': 'application/json' });
    if (role !== undefined) {
      const token = tokens.get(role) ?? identityTokenOf(serviceAccountEmail(role, TEST_PROJECT), AUDIENCE);
      tokens.set(role, token);
      headers.set('authorization', `Bearer ${await token}`);
    }
    const response = await fetch(`${url}${path}`, { ...init, headers });
    const text = await response.text();
    const json = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, body: json ? (JSON.parse(text) as Answer['body']) : {}, text };
  };
  return {
    url,
    post: (path, role, body = {}) => call(path, { method: 'POST', body: JSON.stringify(body) }, role),
    get: (path, role) => call(path, {}, role),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await privacy.stop();
    },
  };
}

/** Deploys `erase-user`; answers its name. */
export function deployEraseUser(privacyUrl: string): Promise<string> {
  return deployWorkflow('erase-user', privacyUrl);
}

/** Deploys a workflow of this repository as the operator does, calling privacy at a URL; answers its name. */
export async function deployWorkflow(name: string, privacyUrl: string): Promise<string> {
  const { deploy } = openTestWorkflows();
  return deploy(name, readFileSync(new URL(`../../../workflows/${name}.yaml`, import.meta.url), 'utf8'), {
    serviceAccount: serviceAccountEmail('workflows', TEST_PROJECT),
    userEnvVars: { TRIBUTARY_AUDIENCE: AUDIENCE, TRIBUTARY_PRIVACY_URL: privacyUrl },
  });
}

/** The keyrings of another process, such as collect's. */
export async function otherProcess(stores: KeyStores, boundSeconds: number): Promise<Keyrings> {
  const epochs = new EpochKeys({ store: stores.epochs, wrapper: stores.wrapper, clock: systemClock });
  const found = await openPepper(stores.pepper, stores.wrapper, stores.pepperVersion);
  if (found.kind !== 'pepper') throw new Error('the pepper is damaged');
  const deps = { store: stores.keyrings, epochs, feed: stores.feed, pepper: found.pepper, clock: systemClock };
  return new Keyrings(deps, { timing: revocationTiming(boundSeconds * 1000) });
}
