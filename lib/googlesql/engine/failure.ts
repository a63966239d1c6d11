/** An expected failure on its way out of the engine's depths; the edge turns it into an outcome. */

import { describeError, SqlError } from '../syntax/sql-error.ts';
import { TOO_COMPLEX } from '../syntax/too-complex.ts';
import { ValueError } from '../values/sql-value.ts';
import type { EngineError, Reason } from './outcome.ts';

export class EngineFailure extends Error {
  readonly error: EngineError;

  /** `cause` is what it came from; callers never see that. */
  constructor(error: EngineError, cause?: unknown) {
    super(error.message, cause === undefined ? undefined : { cause });
    this.error = error;
  }
}

/** A failure with its reason and message. */
export function failure(reason: Reason, message: string): EngineFailure {
  return new EngineFailure({ reason, message });
}

/** What callers see of a bug of ours, or of an error of DuckDB's that has no words of Google's. */
export const INTERNAL_ERROR: EngineError = {
  reason: 'internalError',
  message: 'An internal error occurred and the request could not be completed.',
};

/** What a thrown error is to the caller, `text` being the SQL that it may be about. */
export function engineErrorOf(error: unknown, text = ''): EngineError {
  if (error instanceof EngineFailure) return error.error;
  if (error instanceof SqlError) return describeError(error, text);
  if (error instanceof ValueError) return { reason: 'invalidQuery', message: error.message };
  // What recurses over a statement ran out of stack before a limit of its own was reached.
  if (error instanceof RangeError && /call stack/.test(error.message)) {
    return { reason: 'resourcesExceeded', message: TOO_COMPLEX };
  }
  return INTERNAL_ERROR;
}
