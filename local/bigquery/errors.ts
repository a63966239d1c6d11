/** BigQuery's errors: reasons, their HTTP statuses, and the texts that every part shares. */
import type { DatasetRef, RoutineRef, TableRef } from '#lib/googlesql/engine/definitions.ts';
import type { EngineError, Outcome } from '#lib/googlesql/engine/outcome.ts';
import { ApiError, type StatusName } from '../primitives/errors.ts';

/** How a reason is answered over HTTP. Source: https://cloud.google.com/bigquery/docs/error-messages */
const REASONS = {
  accessDenied: { status: 'PERMISSION_DENIED', http: 403 },
  backendError: { status: 'UNAVAILABLE', http: 503 },
  bytesBilledLimitExceeded: { status: 'INVALID_ARGUMENT', http: 400 },
  conditionNotMet: { status: 'FAILED_PRECONDITION', http: 412 },
  duplicate: { status: 'ALREADY_EXISTS', http: 409 },
  internalError: { status: 'INTERNAL', http: 500 },
  invalid: { status: 'INVALID_ARGUMENT', http: 400 },
  invalidQuery: { status: 'INVALID_ARGUMENT', http: 400 },
  jobBackendError: { status: 'UNAVAILABLE', http: 400 },
  jobInternalError: { status: 'INTERNAL', http: 400 },
  notFound: { status: 'NOT_FOUND', http: 404 },
  notImplemented: { status: 'UNIMPLEMENTED', http: 501 },
  required: { status: 'INVALID_ARGUMENT', http: 400 },
  resourceInUse: { status: 'FAILED_PRECONDITION', http: 400 },
  resourcesExceeded: { status: 'RESOURCE_EXHAUSTED', http: 400 },
  stopped: { status: 'CANCELLED', http: 400 },
  timeout: { status: 'DEADLINE_EXCEEDED', http: 400 },
} as const satisfies Record<string, { status: StatusName; http: number }>;

export type BigQueryReason = keyof typeof REASONS;

/** REST `ErrorProto`, as jobs carry it. */
export interface ErrorProto {
  readonly reason: string;
  readonly location?: string;
  readonly debugInfo?: string;
  readonly message: string;
}

/** An error to throw from a handler. `location` is the parameter at fault (`q` for a query's text). */
export function bigQueryError(reason: BigQueryReason, message: string, location?: string): ApiError {
  const { status, http } = REASONS[reason];
  return new ApiError(status, message, {
    reason,
    httpStatus: http,
    ...(location === undefined ? {} : { location }),
  });
}

/** What the engine refused, as an error to throw. */
export function engineError(error: EngineError, location?: string): ApiError {
  const about = location ?? (error.reason === 'invalidQuery' ? 'q' : undefined);
  return bigQueryError(error.reason, error.message, about);
}

/** The value of a success; throws what the engine refused. */
export function valueOf<T>(outcome: Outcome<T>): T {
  if (outcome.kind === 'failed') throw engineError(outcome.error);
  return outcome.value;
}

/** How a failed job's error is answered by jobs.query and jobs.getQueryResults. */
export function jobFailure(error: ErrorProto): ApiError {
  const reason = FAILED_JOB_REASONS[error.reason] ?? error.reason;
  const known = reason in REASONS ? (reason as BigQueryReason) : 'invalid';
  return bigQueryError(known, error.message, error.reason === 'invalidQuery' ? 'q' : undefined);
}

/** A job that failed inside answers with a 400, so that clients do not retry the reading. Source: as `REASONS` */
const FAILED_JOB_REASONS: Readonly<Record<string, BigQueryReason>> = {
  backendError: 'jobBackendError',
  internalError: 'jobInternalError',
};

export function invalid(message: string, location?: string): ApiError {
  return bigQueryError('invalid', message, location);
}

/** A part of the API that is not served. `what` begins the sentence. */
export function notServed(what: string): ApiError {
  return bigQueryError('notImplemented', `${what} not served by the local cloud.`);
}

export function datasetName(ref: DatasetRef): string {
  return `${ref.projectId}:${ref.datasetId}`;
}

export function tableName(ref: TableRef): string {
  return `${datasetName(ref)}.${ref.tableId}`;
}

export function routineName(ref: RoutineRef): string {
  return `${datasetName(ref)}.${ref.routineId}`;
}

export function tableNotFound(ref: TableRef): ApiError {
  return bigQueryError('notFound', `Not found: Table ${tableName(ref)}`);
}
