/** The ids of datasets, tables, routines and jobs: what is allowed, and how references are read from requests. */
import type { DatasetRef, RoutineRef, TableRef } from '#lib/googlesql/engine/definitions.ts';
import type { RestRequest } from '../host/service.ts';
import { invalid } from './errors.ts';
import { MAX_ID_LENGTH } from './limits.ts';
import { pathParameter } from './wire/routes.ts';

// Sources: https://cloud.google.com/bigquery/docs/datasets#dataset-naming, .../docs/tables#table_naming
const DATASET_ID = /^\w+$/;
const TABLE_ID = /^[\p{L}\p{M}\p{N}\p{Pc}\p{Pd}\p{Zs}]+$/u;
const TABLE_WITH_DECORATOR = /^(?<table>[\p{L}\p{M}\p{N}\p{Pc}\p{Pd}\p{Zs}]+)\$[\w-]+$/u;
const ROUTINE_ID = /^\w+$/;
const MAX_ROUTINE_ID_LENGTH = 256;
const JOB_ID = /^[\w-]+$/;

/** @throws ApiError `invalid` */
export function checkDatasetId(id: string): void {
  if (DATASET_ID.test(id) && id.length <= MAX_ID_LENGTH) return;
  throw invalid(
    `Invalid dataset ID "${id}". Dataset IDs must be alphanumeric (plus underscores) and must be at most ${MAX_ID_LENGTH} characters long.`,
  );
}

/**
 * `decorated` ids may name a partition: `plays$20260801`.
 * @throws ApiError `invalid`
 */
export function checkTableId(id: string, form: 'plain' | 'decorated'): void {
  const plain = form === 'decorated' ? (TABLE_WITH_DECORATOR.exec(id)?.groups?.['table'] ?? id) : id;
  if (TABLE_ID.test(plain) && Buffer.byteLength(plain) <= MAX_ID_LENGTH) return;
  const also = form === 'plain' ? ' Also, Table decorators cannot be used.' : '';
  throw invalid(
    `Invalid table ID "${id}". Table IDs must be alphanumeric (plus underscores) and must be at most ${MAX_ID_LENGTH} characters long.${also}`,
  );
}

/** @throws ApiError `invalid` */
export function checkRoutineId(id: string): void {
  if (ROUTINE_ID.test(id) && id.length <= MAX_ROUTINE_ID_LENGTH) return;
  throw invalid(
    `Invalid routine ID "${id}". Routine IDs must be alphanumeric (plus underscores) and must be at most ${MAX_ROUTINE_ID_LENGTH} characters long.`,
  );
}

/** @throws ApiError `invalid` */
export function checkJobId(id: string): void {
  if (JOB_ID.test(id) && id.length <= MAX_ID_LENGTH) return;
  throw invalid(
    `Invalid job ID "${id}". Job IDs must be alphanumeric (plus underscores and dashes) and must be at most ${MAX_ID_LENGTH} characters long.`,
  );
}

/** The dataset of a request's path. */
export function datasetOf(request: RestRequest): DatasetRef {
  const ref = { projectId: pathParameter(request, 'projectId'), datasetId: pathParameter(request, 'datasetId') };
  checkDatasetId(ref.datasetId);
  return ref;
}

/** The table of a request's path, perhaps with a partition decorator. */
export function tableOf(request: RestRequest): TableRef {
  const tableId = pathParameter(request, 'tableId');
  checkTableId(tableId, 'decorated');
  return { ...datasetOf(request), tableId };
}

/** The routine of a request's path. */
export function routineOf(request: RestRequest): RoutineRef {
  const routineId = pathParameter(request, 'routineId');
  checkRoutineId(routineId);
  return { ...datasetOf(request), routineId };
}

/** A reference without its partition decorator. */
export function withoutDecorator(ref: TableRef): TableRef {
  const at = ref.tableId.indexOf('$');
  return at === -1 ? ref : { ...ref, tableId: ref.tableId.slice(0, at) };
}

/** A body may repeat what the path says, but not contradict it. */
export function agree(inPath: string, inBody: string | undefined, name: string): void {
  if (inBody === undefined || inBody === inPath) return;
  throw invalid(
    `Value '${inBody}' in content does not agree with value '${inPath}'. This can happen when a value set through a parameter is inconsistent with a value set in the request.`,
    name,
  );
}
