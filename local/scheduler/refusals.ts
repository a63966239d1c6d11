/** The errors of Cloud Scheduler, in its words where they are known. */
import { ApiError } from '../primitives/errors.ts';

export function invalid(message: string): ApiError {
  return new ApiError('INVALID_ARGUMENT', message);
}

export function failedPrecondition(message: string): ApiError {
  return new ApiError('FAILED_PRECONDITION', message);
}

export function jobNotFound(): ApiError {
  return new ApiError('NOT_FOUND', 'Job not found.');
}

export function jobExists(name: string): ApiError {
  return new ApiError('ALREADY_EXISTS', `Job ${name} already exists.`);
}

export function invalidSchedule(): ApiError {
  return invalid('Schedule or time zone is invalid.');
}

/** What Google serves and this cloud does not. */
export function unserved(what: string): ApiError {
  return new ApiError('UNIMPLEMENTED', `The local cloud does not serve ${what}.`);
}
