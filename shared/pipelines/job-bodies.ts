// Owns the jobs of a run as BigQuery takes them: stage one partition, audit what was staged, copy it into its table.
import { type AuditedEndpoint, auditQuery } from '../catalog/audit-query.ts';
import type { Endpoint } from '../catalog/endpoint.ts';
import { flatName, qualified, type TableName } from '../catalog/names.ts';
import { partitioningOf } from '../catalog/tables.ts';
import { boundsOf } from './partition-key.ts';
import type { Place } from '../platform/base/resources.ts';
import { formatTimestamp } from '../platform/timestamp.ts';
import { decorated, partitionTable, type RunName, runJobId, stagingTableOf } from './job-names.ts';
import type { Commit, PartitionName } from './partition-record.ts';

/** The body of `jobs.insert`: https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/insert */
export interface JobBody {
  readonly jobReference: { readonly projectId: string; readonly jobId: string; readonly location: string };
  readonly configuration: object;
}

/** The query that a run stages, with its parameters beside the bounds of the partition. */
export interface StagedQuery {
  readonly sql: string;
  readonly timestamps?: Readonly<Record<string, number>> | undefined;
  readonly maxBytesBilled?: number | undefined;
}

/** Writes the rows of one partition into a table of the run's own, partitioned as the endpoint, because only equals copy. */
export function stageJob(place: Place, endpoint: Endpoint, run: RunName, query: StagedQuery): JobBody {
  const partitioning = partitioningOf(endpoint);
  return job(place, runJobId('stage', run), run, {
    query: {
      ...queryOf(query.sql, run, query.timestamps),
      destinationTable: reference(place, stagingTableOf(run)),
      createDisposition: 'CREATE_IF_NEEDED',
      writeDisposition: 'WRITE_TRUNCATE',
      ...(partitioning === undefined
        ? {}
        : { timePartitioning: { type: partitioning.unit, field: partitioning.column } }),
      ...(query.maxBytesBilled === undefined ? {} : { maximumBytesBilled: String(query.maxBytesBilled) }),
    },
  });
}

/** Judges the staged rows in one query of one row. */
export function auditJob(place: Place, contract: AuditedEndpoint, run: RunName): JobBody {
  const sql = auditQuery(contract, qualified(place.projectId, stagingTableOf(run)));
  return job(place, runJobId('audit', run), run, { query: queryOf(sql, run) });
}

/** Replaces the partition of the endpoint by the staged one: only metadata moves, all of it at once. */
export function copyJob(place: Place, run: RunName, commit: Pick<Commit, 'jobId'>): JobBody {
  return job(place, commit.jobId, run, {
    copy: {
      sourceTable: reference(place, decorated(stagingTableOf(run), run.key)),
      destinationTable: reference(place, partitionTable(run.endpoint, run.key)),
      createDisposition: 'CREATE_NEVER',
      writeDisposition: 'WRITE_TRUNCATE',
    },
  });
}

/** A table as BigQuery's REST API names it. */
function reference({ projectId }: Place, { dataset, table }: TableName): object {
  return { projectId, datasetId: dataset, tableId: table };
}

const MAX_LABEL_LENGTH = 63;

function job(place: Place, jobId: string, { endpoint, key }: PartitionName, work: object): JobBody {
  const { projectId, region: location } = place;
  // Values of labels have no capitals: https://cloud.google.com/bigquery/docs/labels-intro#requirements
  const labels = { endpoint: flatName(endpoint).slice(0, MAX_LABEL_LENGTH), partition: key.toLowerCase() };
  return { jobReference: { projectId, jobId, location }, configuration: { ...work, labels } };
}

function queryOf(sql: string, { key }: PartitionName, timestamps: Readonly<Record<string, number>> = {}): object {
  const { startMs, endMs } = boundsOf(key);
  return {
    query: sql,
    useLegacySql: false,
    parameterMode: 'NAMED',
    queryParameters: Object.entries({ partition_start: startMs, partition_end: endMs, ...timestamps }).map(
      ([name, epochMs]) => ({
        name,
        parameterType: { type: 'TIMESTAMP' },
        parameterValue: { value: formatTimestamp(epochMs) },
      }),
    ),
  };
}
