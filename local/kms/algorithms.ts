/** The algorithms that key versions can have here, and how their key material is made. */
import { generateKeyPair, randomBytes, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { invalid, unserved } from './refusals.ts';

/** Purposes of keys that are served; the others answer UNIMPLEMENTED. */
export type Purpose = 'ENCRYPT_DECRYPT' | 'ASYMMETRIC_SIGN' | 'MAC';

export type Algorithm =
  | { readonly purpose: 'ENCRYPT_DECRYPT'; readonly kind: 'aead' }
  | { readonly purpose: 'MAC'; readonly kind: 'hmac'; readonly hash: string; readonly keyBytes: number }
  | SigningAlgorithm;

export type SigningAlgorithm =
  | { readonly purpose: 'ASYMMETRIC_SIGN'; readonly kind: 'ecdsa'; readonly curve: Curve; readonly hash: Hash }
  | { readonly purpose: 'ASYMMETRIC_SIGN'; readonly kind: 'ed25519' }
  | { readonly purpose: 'ASYMMETRIC_SIGN'; readonly kind: 'rsa-raw'; readonly bits: number }
  | {
      readonly purpose: 'ASYMMETRIC_SIGN';
      readonly kind: 'rsa-pkcs1' | 'rsa-pss';
      readonly bits: number;
      readonly hash: Hash;
    };

type Curve = 'P-256' | 'P-384';
/** Names are both those of node:crypto and of the fields of google.cloud.kms.v1.Digest. */
export type Hash = 'sha256' | 'sha384' | 'sha512';

const mac = (hash: string, keyBytes: number): Algorithm => ({ purpose: 'MAC', kind: 'hmac', hash, keyBytes });
const ecdsa = (curve: Curve, hash: Hash): Algorithm => ({ purpose: 'ASYMMETRIC_SIGN', kind: 'ecdsa', curve, hash });
const rsa = (kind: 'rsa-pkcs1' | 'rsa-pss', bits: number, hash: Hash): Algorithm => ({
  purpose: 'ASYMMETRIC_SIGN',
  kind,
  bits,
  hash,
});
const raw = (bits: number): Algorithm => ({ purpose: 'ASYMMETRIC_SIGN', kind: 'rsa-raw', bits });

/** Source: google/cloud/kms/v1/resources.proto, CryptoKeyVersionAlgorithm */
const ALGORITHMS: Readonly<Record<string, Algorithm>> = {
  GOOGLE_SYMMETRIC_ENCRYPTION: { purpose: 'ENCRYPT_DECRYPT', kind: 'aead' },
  EC_SIGN_P256_SHA256: ecdsa('P-256', 'sha256'),
  EC_SIGN_P384_SHA384: ecdsa('P-384', 'sha384'),
  EC_SIGN_ED25519: { purpose: 'ASYMMETRIC_SIGN', kind: 'ed25519' },
  RSA_SIGN_PSS_2048_SHA256: rsa('rsa-pss', 2048, 'sha256'),
  RSA_SIGN_PSS_3072_SHA256: rsa('rsa-pss', 3072, 'sha256'),
  RSA_SIGN_PSS_4096_SHA256: rsa('rsa-pss', 4096, 'sha256'),
  RSA_SIGN_PSS_4096_SHA512: rsa('rsa-pss', 4096, 'sha512'),
  RSA_SIGN_PKCS1_2048_SHA256: rsa('rsa-pkcs1', 2048, 'sha256'),
  RSA_SIGN_PKCS1_3072_SHA256: rsa('rsa-pkcs1', 3072, 'sha256'),
  RSA_SIGN_PKCS1_4096_SHA256: rsa('rsa-pkcs1', 4096, 'sha256'),
  RSA_SIGN_PKCS1_4096_SHA512: rsa('rsa-pkcs1', 4096, 'sha512'),
  RSA_SIGN_RAW_PKCS1_2048: raw(2048),
  RSA_SIGN_RAW_PKCS1_3072: raw(3072),
  RSA_SIGN_RAW_PKCS1_4096: raw(4096),
  HMAC_SHA1: mac('sha1', 20),
  HMAC_SHA224: mac('sha224', 28),
  HMAC_SHA256: mac('sha256', 32),
  HMAC_SHA384: mac('sha384', 48),
  HMAC_SHA512: mac('sha512', 64),
};

const AEAD_KEY_BYTES = 32;

/** The algorithm of a stored version. */
export function algorithmNamed(name: string): Algorithm {
  const found = ALGORITHMS[name];
  if (found === undefined) throw unserved(`the algorithm ${name}`);
  return found;
}

/**
 * The name of the algorithm that new versions of a key get.
 * @throws ApiError INVALID_ARGUMENT when it does not go with the purpose, UNIMPLEMENTED when it is not served
 */
export function algorithmFor(purpose: Purpose, asked: string): string {
  if (asked === 'CRYPTO_KEY_VERSION_ALGORITHM_UNSPECIFIED') {
    if (purpose === 'ENCRYPT_DECRYPT') return 'GOOGLE_SYMMETRIC_ENCRYPTION';
    throw invalid(`crypto_key.version_template.algorithm is required for keys with purpose ${purpose}.`);
  }
  if (algorithmNamed(asked).purpose !== purpose) {
    throw invalid(`Algorithm ${asked} is not valid for keys with purpose ${purpose}.`);
  }
  return asked;
}

/** @throws ApiError INVALID_ARGUMENT when none is given, UNIMPLEMENTED when it is not served */
export function servedPurpose(asked: string): Purpose {
  if (asked === 'ENCRYPT_DECRYPT' || asked === 'ASYMMETRIC_SIGN' || asked === 'MAC') return asked;
  if (asked === 'CRYPTO_KEY_PURPOSE_UNSPECIFIED') throw invalid('crypto_key.purpose is required.');
  throw unserved(`keys with purpose ${asked}`);
}

/** Google makes asymmetric keys after it has answered, so their versions start as PENDING_GENERATION. */
export function isGeneratedLater(algorithm: Algorithm): boolean {
  return algorithm.purpose === 'ASYMMETRIC_SIGN';
}

/** Raw key bytes of a symmetric algorithm. */
export function generateSymmetric(algorithm: Algorithm): Buffer {
  return randomBytes(algorithm.kind === 'hmac' ? algorithm.keyBytes : AEAD_KEY_BYTES);
}

export interface GeneratedPair {
  /** PKCS #8, DER. */
  readonly secret: Buffer;
  readonly publicPem: string;
}

/** A key pair, made off the main thread. */
export async function generatePair(algorithm: SigningAlgorithm): Promise<GeneratedPair> {
  const { privateKey, publicKey } = await newPair(algorithm);
  return {
    secret: privateKey.export({ type: 'pkcs8', format: 'der' }),
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

function newPair(algorithm: SigningAlgorithm): Promise<{ privateKey: KeyObject; publicKey: KeyObject }> {
  switch (algorithm.kind) {
    case 'ecdsa':
      return promisify(generateKeyPair)('ec', { namedCurve: algorithm.curve });
    case 'ed25519':
      return promisify(generateKeyPair)('ed25519', {});
    case 'rsa-raw':
    case 'rsa-pkcs1':
    case 'rsa-pss':
      return promisify(generateKeyPair)('rsa', { modulusLength: algorithm.bits });
  }
}
