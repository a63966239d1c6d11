/** BigQuery: the REST API over the SQL engine, with a history of jobs of its own. */
import { join } from 'node:path';
import type { Warehouse, WarehouseOptions } from '#lib/googlesql/engine/warehouse.ts';
import type { CallRemote } from '#lib/googlesql/engine/remote/remote-call.ts';
import type { CloudContext, CloudService } from '../host/service.ts';
import { createIdentityTokens } from '../primitives/identity-tokens.ts';
import { openStore, type Store } from '../primitives/store.ts';
import type { BigQuerySink } from '../pubsub/bigquery-sink.ts';
import { datasetRoutes } from './datasets/datasets.ts';
import { createAnonymousTables } from './jobs/anonymous-tables.ts';
import type { JobDeskParts } from './jobs/job-desk.ts';
import { JobRunner } from './jobs/job-runner.ts';
import { createJobStore, JOB_TABLE, type JobStore } from './jobs/job-store.ts';
import { jobRoutes } from './jobs/jobs.ts';
import { queryRoutes } from './jobs/queries.ts';
import { queryResultRoutes } from './jobs/query-results.ts';
import { recoverJobs } from './jobs/recovery.ts';
import {
  DUCKDB_MEMORY_MB,
  DUCKDB_MOST_MEMORY_MB,
  DUCKDB_THREADS,
  HISTORY_PRUNING_MS,
  RESULT_TTL_MS,
} from './limits.ts';
import { createLoadWork } from './loads/load-work.ts';
import { createStaging, STAGING_TABLE } from './loads/staging.ts';
import { uploadRoutes } from './loads/uploads.ts';
import { projectRoutes } from './projects.ts';
import { createRemoteFunctions, type RemoteParts } from './remote/remote-functions.ts';
import { routineRoutes } from './routines/routines.ts';
import { createSink } from './sink.ts';
import { POLICY_TABLE, policyRoutes } from './tables/iam-policies.ts';
import { rowAccessPolicyRoutes } from './tables/row-access-policies.ts';
import { tableDataRoutes } from './tables/table-data.ts';
import { tableRoutes } from './tables/tables.ts';

export interface BigQuery extends CloudService {
  /** Where BigQuery subscriptions write to. */
  readonly sink: BigQuerySink;
  /** Calls the endpoints of remote functions, for the warehouse. */
  readonly callRemote: CallRemote;
}

/** How the warehouse of this service is to be opened. */
export function warehouseOptions(context: CloudContext, projectId: string): WarehouseOptions {
  const folder = join(context.dataDir, 'bigquery');
  return {
    storage: { kind: 'file', path: join(folder, 'warehouse.duckdb') },
    projectId,
    clock: { nowMs: () => context.clock.now() },
    memoryLimitMb: DUCKDB_MEMORY_MB,
    mostMemoryMb: DUCKDB_MOST_MEMORY_MB,
    threads: DUCKDB_THREADS,
    spillFolder: join(folder, 'spill'),
    resultTtlMs: RESULT_TTL_MS,
  };
}

/**
 * @param warehouse opened with `warehouseOptions`; closed by `stop`
 * @param accountOf the service account of a connection
 */
export function createBigQuery(
  context: CloudContext,
  projectId: string,
  { warehouse, accountOf }: { readonly warehouse: Warehouse; readonly accountOf: RemoteParts['accountOf'] },
): BigQuery {
  const { clock, log } = context;
  const store = openStore(join(context.dataDir, 'bigquery', 'jobs.db'), [JOB_TABLE, POLICY_TABLE, STAGING_TABLE]);
  const parts = createParts(context, projectId, { warehouse, store });
  const { anonymous } = parts;
  const pruning = createPruning(parts.store, context);
  return {
    sink: createSink(warehouse),
    callRemote: createRemoteFunctions({
      outbound: context.outbound,
      tokens: createIdentityTokens(context.outbound, clock),
      accountOf,
      access: parts.access,
    }),
    rest: [
      ...projectRoutes(projectId),
      ...queryRoutes(parts),
      ...queryResultRoutes(parts),
      ...jobRoutes(parts),
      ...uploadRoutes(parts),
      // Verbs behind a colon come before the paths that would take them for a part of an id.
      ...policyRoutes({ warehouse, store }),
      ...rowAccessPolicyRoutes(warehouse),
      ...tableDataRoutes({ warehouse, anonymous, clock }),
      ...tableRoutes({ warehouse, anonymous }),
      ...routineRoutes(warehouse, accountOf),
      ...datasetRoutes(warehouse),
    ],
    async start() {
      await parts.staging.clean();
      await recoverJobs(parts);
      pruning.start();
      log('DEBUG', 'BigQuery is ready');
    },
    async stop() {
      pruning.stop();
      await parts.runner.stop();
      await warehouse.close();
      store.close();
    },
  };
}

type Parts = JobDeskParts & { readonly staging: ReturnType<typeof createStaging> };

function createParts(
  { clock, log, outbound }: CloudContext,
  projectId: string,
  { warehouse, store }: { readonly warehouse: Warehouse; readonly store: Store },
): Parts {
  const owner = `owner@${projectId}.iam.gserviceaccount.com`;
  const jobs = createJobStore(store);
  const staging = createStaging(warehouse, store);
  return {
    warehouse,
    clock,
    staging,
    store: jobs,
    runner: new JobRunner({ store: jobs, warehouse, clock, log }),
    anonymous: createAnonymousTables(clock, (resultId) => void warehouse.dropResult(resultId)),
    loads: createLoadWork({ warehouse, staging, outbound }),
    outbound,
    access: { warehouse, store, owner },
    owner,
  };
}

/** Old jobs leave the history now and then. */
function createPruning(jobs: JobStore, { clock }: CloudContext): { start(): void; stop(): void } {
  let timer = { cancel: (): void => undefined };
  const run = (): void => {
    jobs.prune(clock.now());
    timer = clock.at(clock.now() + HISTORY_PRUNING_MS, run);
  };
  return { start: run, stop: () => timer.cancel() };
}
