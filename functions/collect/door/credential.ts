// Owns who may send: the write key of a request, from where it may be used, and what else it must allow.
import type { IncomingHttpHeaders } from 'node:http';
import { mayComeFrom, type WriteKey } from '#shared/events/write-key.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { WriteKeys } from '../state/write-keys.ts';

/** The write key behind a request's headers, or why it may not send; a promise only when the store has to be asked. */
export function credentialOf(
  headers: IncomingHttpHeaders,
  writeKeys: WriteKeys,
): WriteKey | PlatformError | Promise<WriteKey | PlatformError> {
  const found = writeKeys.find(secretOf(headers));
  return found instanceof Promise ? found.then((key) => fromOrigin(key, headers)) : fromOrigin(found, headers);
}

/** The same for what only keys for history may do. */
export async function historicalCredentialOf(
  headers: IncomingHttpHeaders,
  writeKeys: WriteKeys,
): Promise<WriteKey | PlatformError> {
  const found = await credentialOf(headers, writeKeys);
  if (found instanceof PlatformError || found.historical) return found;
  return new PlatformError('historical_not_allowed');
}

function fromOrigin(found: WriteKey | PlatformError, headers: IncomingHttpHeaders): WriteKey | PlatformError {
  if (found instanceof PlatformError || mayComeFrom(found, headers.origin)) return found;
  return new PlatformError('origin_not_allowed');
}

const SCHEME = 'bearer ';

function secretOf({ authorization }: IncomingHttpHeaders): string | undefined {
  if (authorization?.slice(0, SCHEME.length).toLowerCase() !== SCHEME) return undefined;
  return authorization.slice(SCHEME.length).trim();
}
