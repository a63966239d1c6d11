// Owns the key management service: wrapping and unwrapping a few secrets, each under a key version that can be destroyed alone.
import crc32c from 'crc-32/crc32c.js';
import { GoogleAuth } from 'google-auth-library';
import type { KeyWrapper, Unwrapped } from '../privacy/keys/key-stores.ts';
import { statusOf, toPlatformError } from './failure.ts';

const ORIGIN = 'https://cloudkms.googleapis.com/v1';
const SCOPE = 'https://www.googleapis.com/auth/cloudkms';

/** Nothing is collected while a version is being unwrapped, so nobody waits long. */
const TIMEOUT_MS = 2500;
/** What passes by itself, as Google's own client repeats it; not for versions, which would be made twice. */
const RETRY = {
  retry: 2,
  noResponseRetries: 2,
  retryDelay: 100,
  totalTimeout: 5000,
  httpMethodsToRetry: ['POST'],
  statusCodesToRetry: [[503, 504]] as [number, number][],
};

/** https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys/encrypt */
interface Encrypted {
  readonly ciphertext?: string;
  /** An int64, so a text in JSON. */
  readonly ciphertextCrc32c?: string;
  readonly verifiedPlaintextCrc32c?: boolean;
}

/** https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys/decrypt */
interface Decrypted {
  readonly plaintext?: string;
  readonly plaintextCrc32c?: string;
}

/**
 * The wrapper over Cloud KMS; `key` is the resource name of the key in which new versions are made. What is sent and received is
 * checked by CRC32C: https://cloud.google.com/kms/docs/data-integrity-guidelines
 *
 * Over REST, through Google's credentials and transport: the client of KMS takes a tenth of a second to describe its API to itself,
 * and the first event of a new instance waits for the one call that is made here.
 */
export function createKeyWrapper(key: string): KeyWrapper {
  const auth = new GoogleAuth({ scopes: SCOPE });
  // A service account signs for itself, as in Google's own clients, instead of asking for a token first.
  auth.useJWTAccessWithScope = true;
  const post = async <Answer>(path: string, data: object, retryConfig: Partial<typeof RETRY>): Promise<Answer> => {
    const url = `${ORIGIN}/${path}`;
    const answer = await auth.request<Answer>({ url, method: 'POST', data, timeout: TIMEOUT_MS, retryConfig });
    return answer.data;
  };

  return {
    async createVersion() {
      try {
        const { name } = await post<{ name?: string }>(`${key}/cryptoKeyVersions`, {}, { retry: 0 });
        if (!name) throw new Error('the new key version has no name');
        return name;
      } catch (error) {
        throw toPlatformError(error);
      }
    },
    async wrap(version, plaintext) {
      try {
        const request = { plaintext: base64(plaintext), plaintextCrc32c: String(checksum(plaintext)) };
        const sealed = await post<Encrypted>(`${version}:encrypt`, request, RETRY);
        const ciphertext = Buffer.from(sealed.ciphertext ?? '', 'base64');
        if (sealed.verifiedPlaintextCrc32c !== true || !isIntact(ciphertext, sealed.ciphertextCrc32c)) {
          throw new Error('the request or its reply was damaged on the way');
        }
        return ciphertext;
      } catch (error) {
        throw toPlatformError(error);
      }
    },
    async unwrap(version, wrapped): Promise<Unwrapped> {
      try {
        const request = { ciphertext: base64(wrapped), ciphertextCrc32c: String(checksum(wrapped)) };
        const opened = await post<Decrypted>(`${keyOf(version)}:decrypt`, request, RETRY);
        const plaintext = Buffer.from(opened.plaintext ?? '', 'base64');
        if (!isIntact(plaintext, opened.plaintextCrc32c)) throw new Error('the reply was damaged on the way');
        return { kind: 'unwrapped', plaintext };
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal !== undefined && isDestroyed(refusal)) return { kind: 'destroyed' };
        if (statusOf(error) === 400 && refusal?.status !== FAILED_PRECONDITION) return { kind: 'corrupt' };
        throw toPlatformError(error);
      }
    },
  };
}

/** Decrypt takes the key: the ciphertext itself says under which of its versions. */
function keyOf(version: string): string {
  return version.replace(/\/cryptoKeyVersions\/[^/]+$/, '');
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** CRC32C as the service counts it: unsigned. */
function checksum(bytes: Uint8Array): number {
  return crc32c.buf(bytes) >>> 0;
}

function isIntact(bytes: Uint8Array, sent: string | undefined): boolean {
  return sent !== undefined && Number(sent) === checksum(bytes);
}

const FAILED_PRECONDITION = 'FAILED_PRECONDITION';

/** Why Google refused, in its own words: https://cloud.google.com/apis/design/errors#http_mapping */
interface Refusal {
  readonly status?: string;
  readonly message?: string;
}

function refusalOf(error: unknown): Refusal | undefined {
  const { response } = (error ?? {}) as { response?: { data?: { error?: Refusal } } };
  return response?.data?.error;
}

/** A version that is only disabled or scheduled for destruction can come back: that passes, or somebody has to look at it. */
function isDestroyed({ status, message = '' }: Refusal): boolean {
  return status === FAILED_PRECONDITION && /current state is: DESTROYED\b/.test(message);
}
