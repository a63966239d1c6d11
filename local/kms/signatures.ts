/** Signatures over digests and data. Source: RFC 8017 (RSA), https://cloud.google.com/kms/docs/algorithms */
import { p256, p384 } from '@noble/curves/nist.js';
import {
  constants,
  createHash,
  createPrivateKey,
  type KeyObject,
  privateEncrypt,
  randomBytes,
  sign,
} from 'node:crypto';
import type { Hash, SigningAlgorithm } from './algorithms.ts';

/** DER of a DigestInfo up to the digest itself. Source: RFC 8017 section 9.2, note 1 */
const DIGEST_INFO: Readonly<Record<Hash, string>> = {
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
};

/** The hash that a digest must be made with, or undefined when the algorithm signs data only. */
export function digestHash(algorithm: SigningAlgorithm): Hash | undefined {
  return 'hash' in algorithm ? algorithm.hash : undefined;
}

/** The most bytes of data that the algorithm can sign, or undefined when its own limit is out of reach. */
export function maxDataBytes(algorithm: SigningAlgorithm): number | undefined {
  return algorithm.kind === 'rsa-raw' ? algorithm.bits / 8 - PKCS1_PADDING_BYTES : undefined;
}

/** Source: RFC 8017 section 7.2.1 */
const PKCS1_PADDING_BYTES = 11;

/**
 * Signs `message`: a digest where the algorithm has a hash (`digestHash`), else data.
 * @param secret PKCS #8, DER
 */
export function signMessage(algorithm: SigningAlgorithm, secret: Buffer, message: Buffer): Buffer {
  const key = createPrivateKey({ key: secret, format: 'der', type: 'pkcs8' });
  switch (algorithm.kind) {
    case 'ecdsa':
      return signDigestWithCurve(algorithm.curve === 'P-256' ? p256 : p384, key, message);
    case 'ed25519':
      return sign(null, message, key);
    case 'rsa-raw':
      return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, message);
    case 'rsa-pkcs1': {
      const info = Buffer.concat([Buffer.from(DIGEST_INFO[algorithm.hash], 'hex'), message]);
      return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, info);
    }
    case 'rsa-pss': {
      const encoded = encodePss(message, algorithm.hash, algorithm.bits - 1);
      return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded);
    }
  }
}

/** node:crypto signs with elliptic curves only what it hashes itself, so this takes a library that accepts a digest. */
function signDigestWithCurve(curve: typeof p256, key: KeyObject, digest: Buffer): Buffer {
  const scalar = Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url');
  return Buffer.from(curve.sign(digest, scalar, { prehash: false, lowS: false, format: 'der' }));
}

/** EMSA-PSS with a salt as long as the digest. Source: RFC 8017 section 9.1.1 */
function encodePss(digest: Buffer, hash: Hash, bits: number): Buffer {
  const length = Math.ceil(bits / 8);
  const salt = randomBytes(digest.length);
  const check = hashOf(hash, Buffer.alloc(8), digest, salt);
  const block = Buffer.alloc(length - check.length - 1);
  block[block.length - salt.length - 1] = 0x01;
  salt.copy(block, block.length - salt.length);
  const mask = mgf1(check, block.length, hash);
  const masked = Buffer.from(block.map((byte, index) => byte ^ (mask[index] ?? 0)));
  masked[0] = (masked[0] ?? 0) & (0xff >> (8 * length - bits));
  return Buffer.concat([masked, check, Buffer.from([0xbc])]);
}

/** Source: RFC 8017 appendix B.2.1 */
function mgf1(seed: Buffer, length: number, hash: Hash): Buffer {
  const blocks: Buffer[] = [];
  for (let size = 0, counter = 0; size < length; counter += 1) {
    const block = hashOf(hash, seed, Buffer.from([0, 0, counter >> 8, counter & 0xff]));
    blocks.push(block);
    size += block.length;
  }
  return Buffer.concat(blocks).subarray(0, length);
}

function hashOf(hash: Hash, ...parts: readonly Buffer[]): Buffer {
  const hasher = createHash(hash);
  for (const part of parts) hasher.update(part);
  return hasher.digest();
}
