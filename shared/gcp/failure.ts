// Owns what failures of Google's clients mean to the platform.
import type { ErrorCode } from '../platform/error-codes.ts';
import { PlatformError } from '../platform/platform-error.ts';

/** gRPC status numbers as HTTP statuses: https://cloud.google.com/apis/design/errors#handling_errors */
const HTTP_OF_GRPC: Readonly<Record<number, number>> = {
  1: 499,
  2: 500,
  3: 400,
  4: 504,
  5: 404,
  6: 409,
  7: 403,
  8: 429,
  9: 400,
  10: 409,
  11: 400,
  12: 501,
  13: 500,
  14: 503,
  15: 500,
  16: 401,
};

/** The HTTP status that a client's error stands for; undefined when it never got an answer. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, status } = error as { code?: unknown; status?: unknown };
  const number = Number(code ?? status);
  if (!Number.isInteger(number)) return typeof status === 'number' ? status : undefined;
  return HTTP_OF_GRPC[number] ?? number;
}

/** Google's `reason` words, where the client passes them on: https://cloud.google.com/bigquery/docs/error-messages */
export function reasonOf(error: unknown): string | undefined {
  const { errors } = (error ?? {}) as { errors?: readonly { reason?: string }[] };
  return errors?.[0]?.reason;
}

/** A client's failure as an error of the platform. Google's text stays out of it: it may quote what was sent. */
export function toPlatformError(error: unknown): PlatformError {
  if (error instanceof PlatformError) return error;
  const status = statusOf(error);
  const reason = reasonOf(error);
  return new PlatformError(codeOf(status), {
    cause: error,
    details: { ...(status === undefined ? {} : { status }), ...(reason === undefined ? {} : { reason }) },
  });
}

function codeOf(status: number | undefined): ErrorCode {
  if (status === undefined || status >= 500 || status === 408) return 'cloud_unavailable';
  if (status === 429) return 'cloud_throttled';
  if (status === 404) return 'cloud_missing';
  if (status === 409 || status === 412) return 'precondition_lost';
  return 'cloud_refused';
}
