// Owns the shape of one row of the error-code table.

/** Whose fault an error is; everything about how it is answered derives from this. */
export type Fault = 'caller' | 'system' | 'transient';

/** What a row may set beside its texts, where the fault alone does not say it. */
export interface Answer {
  /** HTTP status; default 400 for a caller's fault, 500 for the system's, 503 for a passing one. */
  readonly status?: number;
  /** Exit code of `trib`; default 1. */
  readonly exit?: 2 | 20 | 50;
}

/** One row: what happened, in a sentence that holds for every occurrence, and what to do next. */
export interface ErrorEntry extends Answer {
  readonly fault: Fault;
  readonly sentence: string;
  readonly hint: string;
}

/** A row for what the caller can put right. */
export function caller(sentence: string, hint: string, answer: Answer = {}): ErrorEntry {
  return { fault: 'caller', sentence, hint, ...answer };
}

/** A row for what only the people who run the platform can put right. */
export function system(sentence: string, hint: string, answer: Answer = {}): ErrorEntry {
  return { fault: 'system', sentence, hint, ...answer };
}

/** A row for what passes by itself: the same request may be sent again. */
export function transient(sentence: string, hint: string, answer: Answer = {}): ErrorEntry {
  return { fault: 'transient', sentence, hint, ...answer };
}
