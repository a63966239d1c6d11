/** Errors as jobs carry them. */
import type { EngineError } from '#lib/googlesql/engine/outcome.ts';
import type { ErrorProto } from '../errors.ts';

/** What ends a job that was cancelled. */
export const STOPPED: ErrorProto = {
  reason: 'stopped',
  message: 'Job execution was cancelled: User requested cancellation',
};

/** An error of the engine as a job carries it. */
export function queryError(error: EngineError): ErrorProto {
  if (error.reason === 'stopped') return STOPPED;
  return {
    reason: error.reason,
    ...(error.reason === 'invalidQuery' ? { location: 'query' } : {}),
    message: error.message,
  };
}
