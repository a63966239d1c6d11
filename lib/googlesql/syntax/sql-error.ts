/** The one error that the front end throws inside itself; every public function turns it into a value. */

import { positionAt } from './source-text.ts';

/** Why a statement was refused, in BigQuery's reasons. */
export type SqlErrorReason = 'invalidQuery' | 'notFound' | 'duplicate' | 'notImplemented' | 'invalid';

/** A refusal with the place in the SQL text that it is about. */
export class SqlError extends Error {
  readonly reason: SqlErrorReason;
  /** Offset in UTF-16 units into the text being compiled; absent when the error has no place. */
  readonly at: number | undefined;

  constructor(message: string, at?: number, reason: SqlErrorReason = 'invalidQuery') {
    super(message);
    this.reason = reason;
    this.at = at;
  }
}

/** An error as callers see it: Google's text with its place, and the place again as numbers from 1. */
export interface SqlProblem {
  readonly reason: SqlErrorReason;
  /** Ends in ` at [line:column]` when the place is known. */
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
}

/** Describes a thrown error against the text it came from; anything that is not a `SqlError` is thrown on. */
export function describeError(error: unknown, text: string): SqlProblem {
  if (!(error instanceof SqlError)) throw error;
  if (error.at === undefined) return { reason: error.reason, message: error.message };
  const { line, column } = positionAt(text, error.at);
  return { reason: error.reason, message: `${error.message} at [${line}:${column}]`, line, column };
}
