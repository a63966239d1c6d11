// Owns how a failure reads on the command line: what is wrong, what to do, and the exit code.
import { exitCode } from '#shared/platform/error-codes.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';

export interface Failure {
  readonly text: string;
  readonly exitCode: number;
}

const UNEXPECTED_EXIT = 1;

/** `code: message` and a line with the next step; a stack only for what must not happen. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof PlatformError) {
    return { text: `${error.code}: ${error.message}\n  ${error.hint}`, exitCode: exitCode(error.code) };
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { text: `unexpected: ${text}`, exitCode: UNEXPECTED_EXIT };
}
