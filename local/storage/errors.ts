/** What Cloud Storage refuses, in its words. Source: https://cloud.google.com/storage/docs/json_api/v1/status-codes */
import { ApiError } from '../primitives/errors.ts';

/** A read whose "not match" precondition matched: 304, without a body. Not an ApiError, because it has none of its parts. */
export class NotModified extends Error {}

export function noSuchBucket(): ApiError {
  return new ApiError('NOT_FOUND', 'The specified bucket does not exist.', { reason: 'notFound' });
}

export function noSuchObject(bucket: string, name: string): ApiError {
  return new ApiError('NOT_FOUND', `No such object: ${bucket}/${name}`, { reason: 'notFound' });
}

export function noSuchUpload(): ApiError {
  return new ApiError('NOT_FOUND', 'Not Found', { reason: 'notFound' });
}

export function conditionNotMet(message = 'At least one of the pre-conditions you specified did not hold.'): ApiError {
  return new ApiError('FAILED_PRECONDITION', message, {
    httpStatus: 412,
    reason: 'conditionNotMet',
    location: 'If-Match',
  });
}

export function conflict(message: string): ApiError {
  return new ApiError('ALREADY_EXISTS', message, { reason: 'conflict' });
}

export function forbidden(message: string, reason = 'forbidden'): ApiError {
  return new ApiError('PERMISSION_DENIED', message, { reason });
}

export function invalid(message: string, location?: string): ApiError {
  return new ApiError('INVALID_ARGUMENT', message, {
    reason: 'invalid',
    ...(location === undefined ? {} : { location }),
  });
}

export function required(parameter: string): ApiError {
  return new ApiError('INVALID_ARGUMENT', `Required parameter: ${parameter}`, {
    reason: 'required',
    location: parameter,
  });
}

export function badValue(parameter: string, value: string): ApiError {
  return new ApiError('INVALID_ARGUMENT', `Invalid value for ${parameter}: '${value}'.`, {
    reason: 'invalidParameter',
    location: parameter,
  });
}

/** A refused value, as it reads in a message. */
export function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** @param what a method or a parameter of it */
export function notServed(what: string): ApiError {
  return new ApiError('UNIMPLEMENTED', `The local cloud does not serve ${what}.`);
}
