// Owns the key that signs certificates of erasure: ECDSA on P-256 in Cloud KMS, whose private half never leaves it.
import { KeyManagementServiceClient } from '@google-cloud/kms';
import crc32c from 'crc-32/crc32c.js';
import { createHash } from 'node:crypto';
import { PlatformError } from '../platform/platform-error.ts';
import type { CertificateSigner } from '../privacy/erasure/certificate.ts';
import { toPlatformError } from './failure.ts';

/** The signer and the public half of its key. */
export interface CertificateKey extends CertificateSigner {
  /** PEM, SubjectPublicKeyInfo: what verifiers pin. */
  publicKeyPem(): Promise<string>;
}

const CALL_OPTIONS = { timeout: 5000 };
/** A new key pair is PENDING_GENERATION for a moment: https://cloud.google.com/kms/docs/key-states */
const GENERATION_LOOK_EVERY_MS = 50;
const GENERATION_TIMEOUT_MS = 30_000;

/**
 * The signer over a key of Cloud KMS, given by its resource name. It signs with the first version: another one is another public
 * key, which every verifier would have to pin first. Requests and replies are checked by CRC32C:
 * https://cloud.google.com/kms/docs/data-integrity-guidelines
 */
export function createCertificateKey(key: string): CertificateKey {
  const name = `${key}/cryptoKeyVersions/1`;
  let client: KeyManagementServiceClient | undefined;
  let publicKey: Promise<string> | undefined;
  let generated = false;
  const kms = async (): Promise<KeyManagementServiceClient> => {
    client ??= new KeyManagementServiceClient();
    if (!generated) await untilGenerated(client, name);
    generated = true;
    return client;
  };

  const fetchPublicKey = async (): Promise<string> => {
    try {
      const [found] = await (await kms()).getPublicKey({ name }, CALL_OPTIONS);
      const pem = found.pem ?? '';
      if (found.name !== name || !isIntact(Buffer.from(pem), found.pemCrc32c)) throw damaged();
      return pem;
    } catch (error) {
      throw toPlatformError(error);
    }
  };

  return {
    keyVersion: name,
    publicKeyPem() {
      publicKey ??= fetchPublicKey().catch((error: unknown) => {
        publicKey = undefined;
        throw error;
      });
      return publicKey;
    },
    async sign(bytes) {
      try {
        const sha256 = createHash('sha256').update(bytes).digest();
        const request = { name, digest: { sha256 }, digestCrc32c: { value: checksum(sha256) } };
        const [signed] = await (await kms()).asymmetricSign(request, CALL_OPTIONS);
        const signature = Buffer.from(signed.signature ?? '');
        const intact = signed.verifiedDigestCrc32c === true && isIntact(signature, signed.signatureCrc32c);
        if (signed.name !== name || !intact) throw damaged();
        return signature;
      } catch (error) {
        throw toPlatformError(error);
      }
    },
  };
}

/** Waits out the generation of the key pair; every other state is left to the call that needs the version. */
async function untilGenerated(client: KeyManagementServiceClient, name: string): Promise<void> {
  const deadlineMs = Date.now() + GENERATION_TIMEOUT_MS;
  for (;;) {
    const [version] = await client.getCryptoKeyVersion({ name }, CALL_OPTIONS);
    if (version.state !== 'PENDING_GENERATION') return;
    if (Date.now() > deadlineMs) throw new PlatformError('cloud_unavailable', { message: `${name} is not generated.` });
    await new Promise((resolve) => setTimeout(resolve, GENERATION_LOOK_EVERY_MS));
  }
}

/** CRC32C as the service counts it: unsigned. */
function checksum(bytes: Uint8Array): number {
  return crc32c.buf(bytes) >>> 0;
}

function isIntact(bytes: Uint8Array, sent: { value?: unknown } | null | undefined): boolean {
  return sent?.value !== undefined && Number(sent.value) === checksum(bytes);
}

function damaged(): PlatformError {
  return new PlatformError('cloud_unavailable', { message: 'A reply of the key management service was damaged.' });
}
