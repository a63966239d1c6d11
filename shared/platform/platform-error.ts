// Owns the one error that the platform throws, for what no caller expected; expected outcomes are values, not errors.
import { type ErrorCode, errorEntry, type Fault } from './error-codes.ts';

/** What an occurrence adds to its row of the table. Nothing personal may be in it: it is logged and answered. */
export interface ErrorOccurrence {
  /** What happened this time, with the values that matter; default the sentence of the table. */
  readonly message?: string;
  /** What to do this time; default the hint of the table. */
  readonly hint?: string;
  /** Values for a program to read: ids, counts, limits. */
  readonly details?: { readonly [name: string]: string | number | boolean };
  readonly cause?: unknown;
}

/** An error with a code of the table. */
export class PlatformError extends Error {
  override readonly name = 'PlatformError';
  readonly code: ErrorCode;
  readonly hint: string;
  readonly details: { readonly [name: string]: string | number | boolean };

  constructor(code: ErrorCode, occurrence: ErrorOccurrence = {}) {
    const entry = errorEntry(code);
    super(
      occurrence.message ?? entry.sentence,
      occurrence.cause === undefined ? undefined : { cause: occurrence.cause },
    );
    this.code = code;
    this.hint = occurrence.hint ?? entry.hint;
    this.details = occurrence.details ?? {};
  }

  /** Whose fault it is, by the table. */
  get fault(): Fault {
    return errorEntry(this.code).fault;
  }
}
