/** Reads back what a recorded job was asked to do. */
import { isObject } from '../../primitives/json-object.ts';
import { anonymousTable } from './anonymous-tables.ts';
import { type JobPlan, readConfiguration } from './job-configuration.ts';
import type { JobRecord } from './job-record.ts';

/** The plan of a recorded job. A query's anonymous table is no destination that anybody asked for. */
export function planOf(job: JobRecord): JobPlan {
  const { query } = job.configuration;
  const anonymous = anonymousTable(job.ref);
  const destination = isObject(query) ? query['destinationTable'] : undefined;
  const own = isObject(destination) && destination['tableId'] === anonymous.tableId;
  if (!own || !isObject(query)) return readConfiguration(job.configuration, job.ref.projectId);
  const { destinationTable: _destination, writeDisposition: _disposition, ...asked } = query;
  return readConfiguration({ ...job.configuration, query: asked }, job.ref.projectId);
}
