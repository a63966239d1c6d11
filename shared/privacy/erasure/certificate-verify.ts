// Owns verifying certificates, offline and against a key that the verifier brings: a key inside a file is never trusted.
import { createPublicKey, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { certificateHash, FIRST_PREVIOUS, parseCertificate, signedBytes } from './certificate.ts';
import type { Certificate } from './certificate.ts';

/** Why a certificate is not valid. */
export type CertificateProblem =
  /** No JSON, repeated members, or not the form of a certificate. */
  | 'malformed'
  /** The key is no public key in PEM, or not on the curve P-256. */
  | 'unusable_key'
  /** The signature is not by this key over these words: something was changed, or another key signed. */
  | 'wrong_signature';

/** The outcome of verifying one certificate. */
export type Verified =
  | { readonly kind: 'valid'; readonly certificate: Certificate }
  | { readonly kind: 'invalid'; readonly reason: CertificateProblem };

/** The outcome of verifying a ledger: `at` is the index of the first entry that is wrong. */
export type ChainVerified =
  | { readonly kind: 'valid'; readonly length: number }
  | { readonly kind: 'invalid'; readonly at: number; readonly reason: CertificateProblem | 'broken_chain' };

const MAX_CERTIFICATE_CHARS = 16 * 1024 * 1024;

/** Verifies the text of a certificate in any layout of its JSON. Pure: no network, no clock, no key but the one given. */
export function verifyCertificate(text: string, publicKeyPem: string): Verified {
  const key = publicKeyOf(publicKeyPem);
  if (key === undefined) return { kind: 'invalid', reason: 'unusable_key' };
  const certificate = certificateOf(text);
  if (certificate === undefined) return { kind: 'invalid', reason: 'malformed' };
  return isSigned(certificate, key) ? { kind: 'valid', certificate } : { kind: 'invalid', reason: 'wrong_signature' };
}

/** Verifies a whole ledger in order: each signature, each number and each link to the entry before. */
export function verifyChain(texts: readonly string[], publicKeyPem: string): ChainVerified {
  let previous = FIRST_PREVIOUS;
  for (const [index, text] of texts.entries()) {
    const verified = verifyCertificate(text, publicKeyPem);
    if (verified.kind === 'invalid') return { kind: 'invalid', at: index, reason: verified.reason };
    const { body } = verified.certificate;
    if (body.sequence !== index || body.previous !== previous)
      return { kind: 'invalid', at: index, reason: 'broken_chain' };
    previous = certificateHash(verified.certificate);
  }
  return { kind: 'valid', length: texts.length };
}

function isSigned({ body, signature }: Certificate, key: KeyObject): boolean {
  return verify('sha256', signedBytes(body), { key, dsaEncoding: 'der' }, Buffer.from(signature.value, 'base64'));
}

function publicKeyOf(pem: string): KeyObject | undefined {
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined;
  } catch {
    // The key is the verifier's input; that it is none is an outcome.
    return undefined;
  }
}

function certificateOf(text: string): Certificate | undefined {
  if (text.length > MAX_CERTIFICATE_CHARS) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return hasRepeatedMembers(text, value) ? undefined : parseCertificate(value);
  } catch {
    // The text is the verifier's input; that it is no JSON is an outcome.
    return undefined;
  }
}

/**
 * JSON.parse keeps the last of two members with one name, so a forger could show a reader the first. What was parsed, written
 * again without white space, must be as long as what was given without white space.
 */
function hasRepeatedMembers(text: string, value: unknown): boolean {
  const compact = text.replace(/"(?:[^"\\]|\\.)*"|\s+/g, (token) => (token.startsWith('"') ? token : ''));
  return compact.length !== JSON.stringify(value).length;
}
