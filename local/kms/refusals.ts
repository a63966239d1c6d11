/** The errors of Cloud KMS, in its words where they are known. */
import { ApiError } from '../primitives/errors.ts';

export type ResourceKind = 'KeyRing' | 'CryptoKey' | 'CryptoKeyVersion';

export function notFound(kind: ResourceKind, name: string): ApiError {
  return new ApiError('NOT_FOUND', `${kind} ${name} not found.`);
}

export function alreadyExists(kind: ResourceKind, name: string): ApiError {
  return new ApiError('ALREADY_EXISTS', `${kind} ${name} already exists.`);
}

export function invalid(message: string): ApiError {
  return new ApiError('INVALID_ARGUMENT', message);
}

/** What Google serves and this cloud does not. */
export function unserved(what: string): ApiError {
  return new ApiError('UNIMPLEMENTED', `The local cloud does not serve ${what}.`);
}

/** A version's state does not allow this change of it. */
export function stateForbids(version: string, state: string): ApiError {
  return new ApiError(
    'FAILED_PRECONDITION',
    `The request cannot be fulfilled. Resource ${version} has value ${state} in field crypto_key_version.state.`,
  );
}

/** A version's state does not allow its use. */
export function notEnabled(version: string, state: string): ApiError {
  return new ApiError('FAILED_PRECONDITION', `${version} is not enabled, current state is: ${state}.`, {
    details: [
      {
        '@type': 'type.googleapis.com/google.rpc.PreconditionFailure',
        violations: [{ type: `KEY_${state}`, subject: version }],
      },
    ],
  });
}

export function wrongPurpose(name: string, purpose: string, wanted: string): ApiError {
  return new ApiError('FAILED_PRECONDITION', `${name} has purpose ${purpose}; this operation needs ${wanted}.`);
}

export function noPrimary(name: string): ApiError {
  return new ApiError('FAILED_PRECONDITION', `${name} has no primary version to encrypt with.`);
}

/** Source: https://cloud.google.com/kms/docs/data-integrity-guidelines */
export function checksumMismatch(checksumField: string, dataField: string): ApiError {
  return invalid(`The checksum in field ${checksumField} did not match the data in field ${dataField}.`);
}
