// Owns who may send: the write key of a request, wherever it is shown, from where it may be used, and what else it must allow.
import type { IncomingHttpHeaders } from 'node:http';
import { isSecret, mayComeFrom, type WriteKey } from '#shared/events/write-key.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { WriteKeys } from '../state/write-keys.ts';

/** What of a request is there before its body. */
export interface RequestHead {
  readonly headers: IncomingHttpHeaders;
  /** Undefined where the URL has none. */
  readonly query: URLSearchParams | undefined;
}

/** What shows a key where headers cannot: beacons in their URL, some clients in their body. */
const WRITE_KEY_PARAMETER = 'writeKey';
/** The same for senders of web hooks. https://www.rfc-editor.org/rfc/rfc6750#section-2.3 */
const TOKEN_PARAMETER = 'access_token';

/** The head of a request with this URL. */
export function headOf({ headers, url = '' }: { headers: IncomingHttpHeaders; url?: string | undefined }): RequestHead {
  const mark = url.indexOf('?');
  return { headers, query: mark < 0 ? undefined : new URLSearchParams(url.slice(mark)) };
}

/**
 * The secret that a request shows: the header X-Write-Key, Authorization (Bearer; or Basic with the key as the user), the query's
 * `writeKey` or `access_token`, or what its body names, given as `inBody`. The first that has the form of a secret; where none has, the first there
 * is: a token for somebody else, such as the one of a proxy on the way, must not hide the key that stands beside it.
 */
export function secretShown({ headers, query }: RequestHead, inBody?: unknown): string | undefined {
  const shown = [
    headers['x-write-key'],
    authorization(headers.authorization),
    query?.get(WRITE_KEY_PARAMETER),
    query?.get(TOKEN_PARAMETER),
    inBody,
  ].filter((text) => typeof text === 'string' && text !== '');
  return (shown.find((text) => isSecret(String(text))) ?? shown[0]) as string | undefined;
}

/** Whether the head alone says which key it is; without that, the body may. */
export function showsSecret(head: RequestHead): boolean {
  return isSecret(secretShown(head) ?? '');
}

/** The write key of a request, or why it may not send; a promise only when the store has to be asked. */
export function credentialOf(
  head: RequestHead,
  writeKeys: WriteKeys,
  inBody?: unknown,
): WriteKey | PlatformError | Promise<WriteKey | PlatformError> {
  const found = writeKeys.find(secretShown(head, inBody));
  return found instanceof Promise
    ? found.then((key) => fromOrigin(key, head.headers))
    : fromOrigin(found, head.headers);
}

/** The same for what only keys for history may do. */
export async function historicalCredentialOf(
  head: RequestHead,
  writeKeys: WriteKeys,
  inBody?: unknown,
): Promise<WriteKey | PlatformError> {
  const found = await credentialOf(head, writeKeys, inBody);
  if (found instanceof PlatformError || found.historical) return found;
  return new PlatformError('historical_not_allowed');
}

function fromOrigin(found: WriteKey | PlatformError, headers: IncomingHttpHeaders): WriteKey | PlatformError {
  if (found instanceof PlatformError || mayComeFrom(found, headers.origin)) return found;
  return new PlatformError('origin_not_allowed');
}

/** What an Authorization header shows; undefined for schemes that show no key. https://www.rfc-editor.org/rfc/rfc7617#section-2 */
function authorization(header = ''): string | undefined {
  const [, scheme = '', credentials = ''] = /^(\S+) +(\S+) *$/.exec(header) ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return credentials;
    case 'basic':
      return Buffer.from(credentials, 'base64').toString('latin1').split(':', 1)[0];
    default:
      return undefined;
  }
}
