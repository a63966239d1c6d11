// Owns what a failed step means: whether it waits, may pass by itself, or needs a person.
import type { ErrorCode } from '../platform/error-codes.ts';
import type { FailureClass } from './partition-record.ts';

/** What a workflow says about an error that it caught; never a text, because texts may quote values. */
export interface StepError {
  /** Status of HTTP, when there was an answer. */
  readonly code?: number | undefined;
  /** Tags of Workflows: https://cloud.google.com/workflows/docs/reference/syntax/error-types */
  readonly tags?: readonly string[] | undefined;
  /** The word with which BigQuery says why: https://cloud.google.com/bigquery/docs/error-messages */
  readonly reason?: string | undefined;
}

/** An error, classified. */
export interface ClassifiedError {
  readonly class: FailureClass;
  readonly code: ErrorCode;
}

const TRANSIENT: ClassifiedError = { class: 'transient', code: 'cloud_unavailable' };
const THROTTLED: ClassifiedError = { class: 'transient', code: 'cloud_throttled' };
const QUERY: ClassifiedError = { class: 'permanent', code: 'query_failed' };
const REFUSED: ClassifiedError = { class: 'permanent', code: 'cloud_refused' };
const MISSING: ClassifiedError = { class: 'permanent', code: 'cloud_missing' };

/** By BigQuery's word: a job that itself ended so, or a call that was answered so. */
const BY_REASON: Readonly<Record<string, ClassifiedError>> = {
  backendError: TRANSIENT,
  internalError: TRANSIENT,
  jobBackendError: TRANSIENT,
  jobInternalError: TRANSIENT,
  tableUnavailable: TRANSIENT,
  resourceInUse: TRANSIENT,
  stopped: TRANSIENT,
  timeout: TRANSIENT,
  conditionNotMet: TRANSIENT,
  rateLimitExceeded: THROTTLED,
  jobRateLimitExceeded: THROTTLED,
  quotaExceeded: THROTTLED,
  invalidQuery: QUERY,
  invalid: QUERY,
  resourcesExceeded: QUERY,
  responseTooLarge: QUERY,
  bytesBilledLimitExceeded: QUERY,
  accessDenied: REFUSED,
  blocked: REFUSED,
  billingNotEnabled: REFUSED,
  notImplemented: REFUSED,
  notFound: MISSING,
};

const TRANSIENT_TAGS: ReadonlySet<string> = new Set(['ConnectionError', 'ConnectionFailedError', 'TimeoutError']);

/**
 * What a caught error is. Unknown ones count as transient: attempts are bounded, so that the worst is a few in vain, while
 * one that is taken for permanent by mistake wakes a person.
 */
export function classifyError({ code, tags = [], reason }: StepError): ClassifiedError {
  const known = reason !== undefined && Object.hasOwn(BY_REASON, reason) ? BY_REASON[reason] : undefined;
  if (known !== undefined) return known;
  if (tags.some((tag) => TRANSIENT_TAGS.has(tag))) return TRANSIENT;
  if (code === undefined || code >= 500 || code === 408) return TRANSIENT;
  if (code === 429) return THROTTLED;
  if (code === 404) return MISSING;
  return code >= 400 ? REFUSED : TRANSIENT;
}
