/** Where a job runs: as asked, or where the data is that it names. */
import type { DatasetRef } from '#lib/googlesql/engine/definitions.ts';
import type { Warehouse } from '#lib/googlesql/engine/warehouse.ts';
import { canonicalLocation, DEFAULT_LOCATION, locationOf } from '../datasets/dataset-resource.ts';
import { bigQueryError, datasetName } from '../errors.ts';
import type { JobPlan } from './job-configuration.ts';
import type { QueryPlan } from './query-configuration.ts';

/**
 * The location of a new job.
 * @throws ApiError 404 when a dataset that the job names is elsewhere than the request says
 */
export async function jobLocation(warehouse: Warehouse, plan: JobPlan, asked: string | undefined): Promise<string> {
  const wanted = asked === undefined || asked === '' ? undefined : canonicalLocation(asked);
  for (const ref of namedDatasets(plan)) {
    const found = await datasetLocation(warehouse, ref);
    if (found === undefined) continue;
    if (wanted === undefined || found === wanted) return found;
    throw bigQueryError('notFound', `Not found: Dataset ${datasetName(ref)} was not found in location ${wanted}`);
  }
  if (wanted !== undefined) return wanted;
  return plan.kind === 'query' ? locationOfTables(warehouse, plan.query) : DEFAULT_LOCATION;
}

/** The datasets that a request names outside of SQL. */
function namedDatasets(plan: JobPlan): DatasetRef[] {
  switch (plan.kind) {
    case 'copy':
      return [plan.copy.destination, ...plan.copy.sources.slice(0, 1)];
    case 'load':
      return [plan.load.destination];
    case 'query': {
      const { destination, defaultDataset } = plan.query.run;
      return [destination?.table, defaultDataset].filter((ref) => ref !== undefined);
    }
  }
}

/** SQL that names its tables in full says by them where it runs; an analysis finds out. */
async function locationOfTables(warehouse: Warehouse, plan: QueryPlan): Promise<string> {
  const analysed = await warehouse.run({ ...plan.run, queryId: `location ${crypto.randomUUID()}`, dryRun: true });
  if (analysed.kind === 'failed') return DEFAULT_LOCATION;
  const { referencedTables, ddl } = analysed.value;
  const [ref = ddl?.table ?? ddl?.routine ?? ddl?.dataset] = referencedTables;
  return (ref === undefined ? undefined : await datasetLocation(warehouse, ref)) ?? DEFAULT_LOCATION;
}

async function datasetLocation(
  warehouse: Warehouse,
  { projectId, datasetId }: DatasetRef,
): Promise<string | undefined> {
  const dataset = await warehouse.datasets.get({ projectId, datasetId });
  return dataset.kind === 'ok' ? locationOf(dataset.value) : undefined;
}
