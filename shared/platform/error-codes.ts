// Owns the one table of error codes, and the statuses, retries and exit codes that derive from it.
import { CLI_CODES } from './codes/cli-codes.ts';
import { CLOUD_CODES } from './codes/cloud-codes.ts';
import { DECLARATION_CODES } from './codes/declaration-codes.ts';
import type { ErrorEntry, Fault } from './codes/entry.ts';
import { REJECTION_CODES, RETRY_CODES } from './codes/event-codes.ts';
import { PIPELINE_CODES } from './codes/pipeline-codes.ts';
import { PRIVACY_CODES } from './codes/privacy-codes.ts';
import { REQUEST_CODES } from './codes/request-codes.ts';

export type { ErrorEntry, Fault };

/** The areas of the table, in the order in which the documentation shows them. */
export const ERROR_AREAS = {
  Requests: REQUEST_CODES,
  'Rejected events': REJECTION_CODES,
  'Events to send again': RETRY_CODES,
  Declarations: DECLARATION_CODES,
  'Endpoints, partitions and runs': PIPELINE_CODES,
  Privacy: PRIVACY_CODES,
  Cloud: CLOUD_CODES,
  'Command line': CLI_CODES,
} as const;

/** Every error code with its row. */
export const ERROR_CODES = {
  ...REQUEST_CODES,
  ...REJECTION_CODES,
  ...RETRY_CODES,
  ...DECLARATION_CODES,
  ...PIPELINE_CODES,
  ...PRIVACY_CODES,
  ...CLOUD_CODES,
  ...CLI_CODES,
} as const satisfies Record<string, ErrorEntry>;

/** Any code of the table. */
export type ErrorCode = keyof typeof ERROR_CODES;
/** A code with which an event is rejected. */
export type RejectionCode = keyof typeof REJECTION_CODES;
/** A code with which an event is to be sent again. */
export type RetryCode = keyof typeof RETRY_CODES;

const STATUS_BY_FAULT: { readonly [F in Fault]: number } = { caller: 400, system: 500, transient: 503 };
const EXIT_FAILED = 1;

/** The row of a code. */
export function errorEntry(code: ErrorCode): ErrorEntry {
  return ERROR_CODES[code];
}

/** The HTTP status with which a code is answered. */
export function httpStatus(code: ErrorCode): number {
  const entry = errorEntry(code);
  return entry.status ?? STATUS_BY_FAULT[entry.fault];
}

/** Whether the same request, sent again later, may succeed without anybody changing anything. */
export function mayRetry(code: ErrorCode): boolean {
  return errorEntry(code).fault === 'transient';
}

/** The exit code of `trib`: 1 failed, 2 usage, 20 waiting, 50 permanent. */
export function exitCode(code: ErrorCode): number {
  return errorEntry(code).exit ?? EXIT_FAILED;
}

/** Whether a text is a code with which events are rejected. */
export function isRejectionCode(text: string): text is RejectionCode {
  return Object.hasOwn(REJECTION_CODES, text);
}

/** Whether a text is a code of the table, for codes that come back over a wire. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERROR_CODES, text);
}
