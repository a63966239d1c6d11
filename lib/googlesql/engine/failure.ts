/** An expected failure on its way out of the engine's depths; the edge turns it into an outcome. */

import { describeError, SqlError } from '../syntax/sql-error.ts';
import { ValueError } from '../values/sql-value.ts';
import type { EngineError, Reason } from './outcome.ts';

export class EngineFailure extends Error {
  readonly error: EngineError;

  constructor(error: EngineError) {
    super(error.message);
    this.error = error;
  }
}

/** A failure with its reason and message. */
export function failure(reason: Reason, message: string): EngineFailure {
  return new EngineFailure({ reason, message });
}

/** What a thrown error is to the caller, `text` being the SQL that it may be about; undefined for a bug of ours. */
export function engineErrorOf(error: unknown, text: string): EngineError | undefined {
  if (error instanceof EngineFailure) return error.error;
  if (error instanceof SqlError) return describeError(error, text);
  if (error instanceof ValueError) return { reason: 'invalidQuery', message: error.message };
  return undefined;
}
