// Owns what checking one value means: the value as it is kept, or a failure that is told without quoting it.
import type { JsonValue } from '../platform/canonical-json.ts';
import type { RejectionCode } from '../platform/error-codes.ts';

/** A failure being told: the check that fails sets the code and hint, each level around it puts its name before the path. */
export interface Failure {
  code: RejectionCode;
  hint: string;
  path: string;
}

/** Checks one value that is there (neither undefined nor null). Answers undefined when it failed, having told why. */
export type Check = (value: unknown, failure: Failure) => JsonValue | undefined;

/** True for what JSON calls an object. */
export function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Tells a failure; the answer is what a failing check returns. */
export function fail(failure: Failure, code: RejectionCode, hint: string): undefined {
  failure.code = code;
  failure.hint = hint;
  failure.path = '';
  return undefined;
}

/** Puts a step before the path of a failure: `.sku` or `[3]`. */
export function within(failure: Failure, step: string): undefined {
  failure.path = step + failure.path;
  return undefined;
}
