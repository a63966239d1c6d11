/** How the engine says that something did not work: BigQuery's reasons, as a closed set. */

/** Reasons of BigQuery's error table (cloud.google.com/bigquery/docs/error-messages) that the engine gives. */
export type Reason =
  | 'invalid'
  | 'invalidQuery'
  | 'accessDenied'
  | 'notFound'
  | 'duplicate'
  | 'resourceInUse'
  | 'resourcesExceeded'
  | 'conditionNotMet'
  | 'notImplemented'
  | 'stopped'
  | 'timeout'
  | 'backendError'
  | 'internalError';

/** One error in Google's words. `line` and `column` (from 1) say where in the SQL, when it is about SQL. */
export interface EngineError {
  readonly reason: Reason;
  /** Google's text; for SQL it ends in ` at [line:column]`. Never a personal value of a table. */
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
}

/** What every operation answers: expected failures are values, not exceptions. */
export type Outcome<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'failed'; readonly error: EngineError };

/** A success. */
export function ok<T>(value: T): Outcome<T> {
  return { kind: 'ok', value };
}

/** A failure with its reason and message. */
export function failed(reason: Reason, message: string): Outcome<never> {
  return { kind: 'failed', error: { reason, message } };
}
