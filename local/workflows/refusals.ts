/** The errors of Workflows, in its words where they are known. */
import { ApiError } from '../primitives/errors.ts';

export function invalid(message: string): ApiError {
  return new ApiError('INVALID_ARGUMENT', message);
}

export function notFound(name: string): ApiError {
  return new ApiError('NOT_FOUND', `Resource '${name}' was not found`);
}

export function alreadyExists(name: string): ApiError {
  return new ApiError('ALREADY_EXISTS', `Resource '${name}' already exists`);
}

/** What Google serves and this cloud does not. */
export function unserved(what: string): ApiError {
  return new ApiError('UNIMPLEMENTED', `The local cloud does not serve ${what}.`);
}
