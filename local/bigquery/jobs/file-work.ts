/** What EXPORT DATA and LOAD DATA have the service do with files. */
import type { FileWork, RunResult } from '#lib/googlesql/engine/requests.ts';
import type { JsonObject } from '#lib/googlesql/engine/definitions.ts';
import type { Warehouse } from '#lib/googlesql/engine/warehouse.ts';
import { ApiError } from '../../primitives/errors.ts';
import type { Outbound } from '../../primitives/outbound.ts';
import type { ErrorProto } from '../errors.ts';
import { exportRows } from '../exports/export-work.ts';
import type { LoadWork } from '../loads/load-work.ts';
import { decodeBody } from '../wire/proto-json.ts';
import type { JobRecord } from './job-record.ts';
import { loadShape, readLoad, type LoadPlan } from './load-configuration.ts';
import type { WorkControl, WorkResult } from './work.ts';

export interface FileWorkParts {
  readonly warehouse: Warehouse;
  readonly outbound: Outbound;
  readonly loads: LoadWork;
}

/** One statement's work with files. */
export interface FileTask {
  readonly job: JobRecord;
  readonly result: RunResult;
  readonly files: FileWork;
}

/** Does it; answers what REST says of it under `statistics.query`. */
export async function workOnFiles(parts: FileWorkParts, task: FileTask, control: WorkControl): Promise<WorkResult> {
  return task.files.kind === 'export'
    ? exportResult(parts, task.result, task.files.options)
    : load(parts, task.job, task.files.configuration, control);
}

async function exportResult(
  parts: FileWorkParts,
  { result, schema }: RunResult,
  options: JsonObject,
): Promise<WorkResult> {
  if (result === undefined || schema === undefined) throw new Error('EXPORT DATA has rows');
  try {
    const exported = await exportRows(parts, { result, fields: schema.fields, options });
    if (exported.kind === 'refused') return failed(exported.error);
    const { files, rows } = exported;
    return { kind: 'done', statistics: { exportDataStatistics: { fileCount: String(files), rowCount: String(rows) } } };
  } finally {
    await parts.warehouse.dropResult(result.resultId);
  }
}

async function load(
  parts: FileWorkParts,
  job: JobRecord,
  configuration: JsonObject,
  control: WorkControl,
): Promise<WorkResult> {
  let plan: LoadPlan;
  try {
    plan = readLoad(decodeBody(loadShape, configuration, 'load'), job.ref.projectId);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return failed({ reason: error.reason ?? 'invalid', message: error.message });
  }
  if (plan.fields === undefined && (await isNew(parts.warehouse, plan))) {
    return failed({
      reason: 'notImplemented',
      message: 'LOAD DATA into a new table without columns is not supported locally',
    });
  }
  const done = await parts.loads.work(job, plan, control);
  return done.kind === 'failed' ? done : { kind: 'done', statistics: { loadQueryStatistics: done.statistics['load'] } };
}

async function isNew({ tables }: Warehouse, { destination }: LoadPlan): Promise<boolean> {
  const found = await tables.get({ ...destination, tableId: destination.tableId.replace(/\$.*$/, '') });
  return found.kind === 'failed' && found.error.reason === 'notFound';
}

function failed(error: ErrorProto): WorkResult {
  return { kind: 'failed', error };
}
