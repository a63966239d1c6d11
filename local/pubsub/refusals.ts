/** What Pub/Sub says when it refuses, in its own words. */
import { ApiError, type ErrorDetail } from '../primitives/errors.ts';

/** Source: the service's own error, which links there. */
const NAMES_PAGE = 'https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names';

/** The last part of a resource name, by which errors call the resource. */
function leaf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

export function notFound(name: string): ApiError {
  return new ApiError('NOT_FOUND', `Resource not found (resource=${leaf(name)}).`);
}

export function alreadyExists(name: string): ApiError {
  return new ApiError('ALREADY_EXISTS', `Resource already exists in the project (resource=${leaf(name)}).`);
}

export function invalid(message: string): ApiError {
  return new ApiError('INVALID_ARGUMENT', message);
}

export function invalidName(name: string): ApiError {
  return invalid(`Invalid resource name given (name=${name}). Refer to ${NAMES_PAGE} for more information.`);
}

export function invalidArgument(argument: string): ApiError {
  return invalid(`You have passed an invalid argument to the service (argument=${argument}).`);
}

export function tooLarge(what: string, given: number, max: number): ApiError {
  return invalid(
    `The value for ${what} is too large. You passed ${given} in the request, but the maximum value is ${max}.`,
  );
}

export function tooSmall(what: string, given: number | string, min: number | string): ApiError {
  return invalid(
    `The value for ${what} is too small. You passed ${given} in the request, but the minimum value is ${min}.`,
  );
}

export interface Bounds {
  readonly min: number | string;
  readonly max: number | string;
}

export function outOfBounds(what: string, given: number | string, bounds: Bounds): ApiError {
  return invalid(
    `The value for ${what} is out of bounds. You passed ${given} in the request, but the value must be between ${bounds.min} and ${bounds.max}.`,
  );
}

export function invalidAckDeadline(given: number, bounds: Bounds): ApiError {
  return invalid(
    `Invalid ack deadline given (ack_deadline=${given}). The ack deadline must be between ${bounds.min} and ${bounds.max} seconds.`,
  );
}

export function invalidAckId(ackId: string): ApiError {
  return invalid(`You have passed an invalid ack ID to the service (ack_id=${ackId}).`);
}

export function noAckIds(): ApiError {
  return invalid('You have not specified an ack ID in the request.');
}

export function wrongSubscriptionType(): ApiError {
  return new ApiError('FAILED_PRECONDITION', 'This method is not supported for this subscription type.');
}

export function detached(name: string): ApiError {
  return new ApiError('FAILED_PRECONDITION', `Subscription is detached (resource=${leaf(name)}).`);
}

/** For fields of Google's API that this cloud does not act on. */
export function notServed(field: string): ApiError {
  return new ApiError('UNIMPLEMENTED', `The local cloud does not serve ${field}.`);
}

/**
 * Acknowledgements that an exactly-once subscription could not honour; the client reads each id's fate from the details.
 * Source: https://cloud.google.com/pubsub/docs/exactly-once-delivery
 */
export function failedAckIds(ackIds: readonly string[]): ApiError {
  const info: ErrorDetail = {
    '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
    reason: 'EXACTLY_ONCE_ACKID_FAILURE',
    domain: 'pubsub.googleapis.com',
    metadata: Object.fromEntries(ackIds.map((ackId) => [ackId, 'PERMANENT_FAILURE_INVALID_ACK_ID'])),
  };
  return new ApiError(
    'INVALID_ARGUMENT',
    'Some acknowledgement ids in the request were invalid. This could be because the acknowledgement ids have expired or the acknowledgement ids were malformed.',
    { details: [info] },
  );
}
