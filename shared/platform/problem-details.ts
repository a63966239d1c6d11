// Owns the shape of an error over HTTP: problem details by RFC 9457, built from the table of codes.
import { type ErrorCode, errorEntry, httpStatus } from './error-codes.ts';
import { PlatformError } from './platform-error.ts';

/** The media type of a problem. */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** The body of an error answer. */
export interface ProblemDetails {
  /** `urn:tributary:error:<code>`: names the kind of problem without promising a page that may move. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly hint: string;
  readonly details?: { readonly [name: string]: string | number | boolean };
}

/** The problem of a code, with what this occurrence adds. */
export function problemOf(error: PlatformError | ErrorCode): ProblemDetails {
  const occurred = typeof error === 'string' ? new PlatformError(error) : error;
  const { code, message, hint, details } = occurred;
  return {
    type: `urn:tributary:error:${code}`,
    title: errorEntry(code).sentence,
    status: httpStatus(code),
    detail: message,
    code,
    hint,
    ...(Object.keys(details).length === 0 ? {} : { details }),
  };
}

/** The problem of whatever was thrown: what is no PlatformError is `internal`, and its text stays out of the answer. */
export function problemOfThrown(thrown: unknown): ProblemDetails {
  return problemOf(thrown instanceof PlatformError ? thrown : 'internal');
}
