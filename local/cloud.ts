/** The local cloud: puts the services, the hosts and the port together. */
import { mkdirSync } from 'node:fs';
import { openWarehouse } from '#lib/googlesql/engine/open-warehouse.ts';
import type { CallRemote } from '#lib/googlesql/engine/remote/remote-call.ts';
import { createConnections } from './bigquery-connection/connections.ts';
import { createBigQuery, warehouseOptions } from './bigquery/bigquery.ts';
import { ensureCertificate } from './host/certificate.ts';
import { controlRoutes } from './host/control.ts';
import { cloudEnvironment } from './host/environment.ts';
import { createGrpcHost } from './host/grpc-host.ts';
import { createHttpHost } from './host/http-host.ts';
import { openPort } from './host/port.ts';
import { loadProtos } from './host/protos.ts';
import { createRestRouter } from './host/rest-router.ts';
import type { CloudContext, CloudService } from './host/service.ts';
import { transcodedRoutes } from './host/transcoder.ts';
import { type IapOptions, startIap } from './iap/iap.ts';
import { createIdentity } from './identity/identity.ts';
import { createKms } from './kms/kms.ts';
import { type CloudClock, systemClock } from './primitives/clock.ts';
import { createFaults, type Faults } from './primitives/faults.ts';
import type { Log } from './primitives/log.ts';
import { createOutbound } from './primitives/outbound.ts';
import type { BigQuerySink } from './pubsub/bigquery-sink.ts';
import { createPubSub } from './pubsub/pubsub.ts';
import { createScheduler } from './scheduler/scheduler.ts';
import { createStorage } from './storage/storage.ts';
import { createWorkflows } from './workflows/workflows.ts';

export interface CloudOptions {
  readonly dataDir: string;
  /** 0 for any free port. */
  readonly port: number;
  /** The project that the metadata server names; every other project id is served just the same. */
  readonly projectId: string;
  readonly log: Log;
  readonly clock?: CloudClock;
  /** A door with sign-in in front of one backend. */
  readonly iap?: IapOptions;
  /** Where BigQuery subscriptions of Pub/Sub write, if not to this cloud's own BigQuery. */
  readonly bigQuerySink?: BigQuerySink;
}

export interface Cloud {
  readonly port: number;
  /** Base URL of REST, without a trailing slash. */
  readonly url: string;
  /** Environment variables after which Google's clients and tools use this cloud. */
  readonly environment: Readonly<Record<string, string>>;
  readonly clock: CloudClock;
  readonly faults: Faults;
  stop(): Promise<void>;
}

/** @throws the system's error when the port or a data file cannot be had */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  const clock = options.clock ?? systemClock();
  const faults = createFaults();
  let port = options.port;
  const url = (): string => `http://127.0.0.1:${port}`;
  const context: CloudContext = {
    dataDir: options.dataDir,
    clock,
    log: options.log,
    outbound: createOutbound(url),
  };

  const connections = createConnections(context);
  // Statements run once everything is put together.
  const callRemote: CallRemote = (call, signal) => bigQuery.callRemote(call, signal);
  const [certificate, identity, warehouse] = await Promise.all([
    ensureCertificate(options.dataDir),
    createIdentity(context, options.projectId),
    openWarehouse({ ...warehouseOptions(context, options.projectId), callRemote }),
  ]);
  const bigQuery = createBigQuery(context, options.projectId, { warehouse, accountOf: connections.accountOf });
  const services: CloudService[] = [
    identity,
    createKms(context),
    createScheduler(context),
    connections,
    // Before Pub/Sub, so that what it delivers to is there from its start to its end.
    bigQuery,
    createPubSub(context, options.bigQuerySink ?? bigQuery.sink),
    createStorage(context),
    createWorkflows(context),
  ];

  const environment = (): Record<string, string> =>
    cloudEnvironment({
      port,
      projectId: options.projectId,
      dataDir: options.dataDir,
      authorityFile: certificate.authorityFile,
      credentialsFile: identity.credentialsFile,
      accessTokenFile: identity.accessTokenFile,
    });

  const root = loadProtos();
  const grpcServices = services.flatMap((service) => service.grpc ?? []);
  const grpc = createGrpcHost({ root, services: grpcServices, faults, log: options.log });
  const router = createRestRouter([
    ...controlRoutes({ clock, faults, environment }),
    ...services.flatMap((service) => service.rest ?? []),
    ...transcodedRoutes(root, grpcServices),
  ]);
  const http = createHttpHost({ router, faults, log: options.log });
  const opened = await openPort(options.port, { http, grpc, certificate, log: options.log });
  port = opened.number;
  const iap = options.iap === undefined ? undefined : await startIap(options.iap, { ...context, key: identity.iapKey });
  for (const service of services) await service.start?.();

  return {
    port,
    url: url(),
    environment: environment(),
    clock,
    faults,
    async stop() {
      await iap?.stop();
      await grpc.close();
      await opened.close();
      for (const service of services.toReversed()) await service.stop();
    },
  };
}
