// Owns the key management service: wrapping and unwrapping a few secrets, each under a key version that can be destroyed alone.
import { KeyManagementServiceClient } from '@google-cloud/kms';
import crc32c from 'crc-32/crc32c.js';
import type { KeyWrapper, Unwrapped } from '../privacy/keys/key-stores.ts';
import { statusOf, toPlatformError } from './failure.ts';

/** Nothing is collected while a version is being unwrapped, so nobody waits longer than this. */
const CALL_OPTIONS = { timeout: 5000 };

/**
 * The wrapper over Cloud KMS; `key` is the resource name of the key in which new versions are made. What is sent and received is
 * checked by CRC32C: https://cloud.google.com/kms/docs/data-integrity-guidelines
 */
export function createKeyWrapper(key: string): KeyWrapper {
  let client: KeyManagementServiceClient | undefined;
  const kms = (): KeyManagementServiceClient => (client ??= new KeyManagementServiceClient());

  return {
    async createVersion() {
      try {
        const [version] = await kms().createCryptoKeyVersion({ parent: key, cryptoKeyVersion: {} }, CALL_OPTIONS);
        if (!version.name) throw new Error('the new key version has no name');
        return version.name;
      } catch (error) {
        throw toPlatformError(error);
      }
    },
    async wrap(version, plaintext) {
      try {
        const plaintextCrc32c = { value: checksum(plaintext) };
        const [sealed] = await kms().encrypt({ name: version, plaintext, plaintextCrc32c }, CALL_OPTIONS);
        const ciphertext = Buffer.from(sealed.ciphertext ?? '');
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
        const request = { name: keyOf(version), ciphertext: wrapped, ciphertextCrc32c: { value: checksum(wrapped) } };
        const [opened] = await kms().decrypt(request, CALL_OPTIONS);
        const plaintext = Buffer.from(opened.plaintext ?? '');
        if (!isIntact(plaintext, opened.plaintextCrc32c)) throw new Error('the reply was damaged on the way');
        return { kind: 'unwrapped', plaintext };
      } catch (error) {
        if (isDestroyed(error)) return { kind: 'destroyed' };
        if (statusOf(error) === 400 && !isPrecondition(error)) return { kind: 'corrupt' };
        throw toPlatformError(error);
      }
    },
  };
}

/** Decrypt takes the key: the ciphertext itself says under which of its versions. */
function keyOf(version: string): string {
  return version.replace(/\/cryptoKeyVersions\/[^/]+$/, '');
}

/** CRC32C as the service counts it: unsigned. */
function checksum(bytes: Uint8Array): number {
  return crc32c.buf(bytes) >>> 0;
}

function isIntact(bytes: Uint8Array, sent: { value?: unknown } | null | undefined): boolean {
  return sent?.value !== undefined && Number(sent.value) === checksum(bytes);
}

const FAILED_PRECONDITION = 9;

function isPrecondition(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === FAILED_PRECONDITION;
}

/** A version that is only disabled or scheduled for destruction can come back: that passes, or somebody has to look at it. */
function isDestroyed(error: unknown): boolean {
  return isPrecondition(error) && error instanceof Error && /current state is: DESTROYED\b/.test(error.message);
}
