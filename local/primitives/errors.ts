/** The errors a Google API can answer, and how each reads over gRPC and over REST. */

/**
 * Canonical codes with their gRPC number and HTTP status.
 * Source: google/rpc/code.proto, https://cloud.google.com/apis/design/errors#handling_errors
 */
export const STATUS = {
  CANCELLED: { grpc: 1, http: 499 },
  UNKNOWN: { grpc: 2, http: 500 },
  INVALID_ARGUMENT: { grpc: 3, http: 400 },
  DEADLINE_EXCEEDED: { grpc: 4, http: 504 },
  NOT_FOUND: { grpc: 5, http: 404 },
  ALREADY_EXISTS: { grpc: 6, http: 409 },
  PERMISSION_DENIED: { grpc: 7, http: 403 },
  RESOURCE_EXHAUSTED: { grpc: 8, http: 429 },
  FAILED_PRECONDITION: { grpc: 9, http: 400 },
  ABORTED: { grpc: 10, http: 409 },
  OUT_OF_RANGE: { grpc: 11, http: 400 },
  UNIMPLEMENTED: { grpc: 12, http: 501 },
  INTERNAL: { grpc: 13, http: 500 },
  UNAVAILABLE: { grpc: 14, http: 503 },
  DATA_LOSS: { grpc: 15, http: 500 },
  UNAUTHENTICATED: { grpc: 16, http: 401 },
} as const;

export type StatusName = keyof typeof STATUS;

/** One entry of `google.rpc.Status.details`, as JSON with its `@type`. */
export type ErrorDetail = Readonly<{ '@type': string } & Record<string, unknown>>;

/** What an API answers instead of a result; the hosts turn it into a gRPC status or a JSON body. */
export class ApiError extends Error {
  readonly status: StatusName;
  readonly details: readonly ErrorDetail[];
  /** HTTP status where it differs from the canonical mapping (Cloud Storage answers 412 for a failed precondition). */
  readonly httpStatus: number;
  /** `errors[0].reason` of the older JSON APIs (BigQuery, Cloud Storage). */
  readonly reason: string | undefined;
  /** `errors[0].location` / `locationType` of the older JSON APIs. */
  readonly location: string | undefined;

  constructor(
    status: StatusName,
    message: string,
    more: { details?: readonly ErrorDetail[]; httpStatus?: number; reason?: string; location?: string } = {},
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.details = more.details ?? [];
    this.httpStatus = more.httpStatus ?? STATUS[status].http;
    this.reason = more.reason;
    this.location = more.location;
  }
}

/** The gRPC status number of an error. */
export function grpcCode(error: ApiError): number {
  return STATUS[error.status].grpc;
}

/** Any thrown value as an ApiError; what was not foreseen becomes INTERNAL without leaking its text. */
export function toApiError(thrown: unknown): ApiError {
  return thrown instanceof ApiError ? thrown : new ApiError('INTERNAL', 'Internal error encountered.');
}

/** The error body of APIs defined by protos: `{error: {code, message, status, details}}` (google.rpc.Status as JSON). */
export function rpcErrorBody(error: ApiError): object {
  return {
    error: {
      code: error.httpStatus,
      message: error.message,
      status: error.status,
      ...(error.details.length > 0 ? { details: error.details } : {}),
    },
  };
}

/** The error body of the older JSON APIs: `{error: {code, message, errors: [{reason, domain, message}]}}`. */
export function legacyErrorBody(error: ApiError): object {
  const entry = {
    message: error.message,
    domain: 'global',
    reason: error.reason ?? LEGACY_REASON[error.status] ?? 'backendError',
    ...(error.location === undefined ? {} : { location: error.location, locationType: 'parameter' }),
  };
  return {
    error: { code: error.httpStatus, message: error.message, errors: [entry], status: error.status },
  };
}

/** Default `reason` words. Source: https://cloud.google.com/bigquery/docs/error-messages, https://cloud.google.com/storage/docs/json_api/v1/status-codes */
const LEGACY_REASON: Partial<Record<StatusName, string>> = {
  INVALID_ARGUMENT: 'invalid',
  NOT_FOUND: 'notFound',
  ALREADY_EXISTS: 'duplicate',
  PERMISSION_DENIED: 'accessDenied',
  FAILED_PRECONDITION: 'conditionNotMet',
  RESOURCE_EXHAUSTED: 'rateLimitExceeded',
  UNIMPLEMENTED: 'notImplemented',
  INTERNAL: 'internalError',
  UNAVAILABLE: 'backendError',
  UNAUTHENTICATED: 'authError',
};
