// Owns the published samples that the keyset and sealing tests compare with, each with its source.
import { readFileSync } from 'node:fs';

/** Keysets that GoogleSQL's own KEYS functions made. Source: google/zetasql, zetasql/compliance/testdata/aead.test. */
export const GOOGLESQL_KEYSETS = {
  oneKey:
    'CJmMp4UJEmQKWAowdHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUuY3J5cHRvLnRpbmsuQWVzR2NtS2V5EiIaIP7Xj33VJoXuk9KMRwXsjkuDmo5P40WUSaVtJAzyve80GAEQARiZjKeFCSAB',
  twoKeys:
    'CKGMgekFEmQKWAowdHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUuY3J5cHRvLnRpbmsuQWVzR2NtS2V5EiIaIE4Tia+cXn5OC3blTmI6KkPOAeE9zg0LxpD96L92bWG2GAEQARihjIHpBSABEmQKWAowdHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUuY3J5cHRvLnRpbmsuQWVzR2NtS2V5EiIaIDEyMzQxMjM0MTIzNDEyMzQxMjM0MTIzNDEyMzQxMjM0GAEQARirptH5DSAD',
  threeKeys:
    'CNCso94EEmQKWAowdHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUuY3J5cHRvLnRpbmsuQWVzR2NtS2V5EiIaIB2qbQpyD+/M1uDxXnmIUWKMxRuL0ZDAqDbg2v8cBXUgGAEQARjQrKPeBCABEmQKWAowdHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUuY3J5cHRvLnRpbmsuQWVzR2NtS2V5EiIaIDEyMzQxMjM0MTIzNDEyMzQxMjM0MTIzNDEyMzQxMjM0GAEQARjmu9iLBiADEmMKWAowdHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUuY3J5cHRvLnRpbmsuQWVzR2NtS2V5EiIaIGFiY2RhYmNkYWJjZGFiY2RhYmNkYWJjZGFiY2RhYmNkGAEQARiCkKwaIAM=',
  deterministic:
    'CIGYpMkDEoQBCngKMHR5cGUuZ29vZ2xlYXBpcy5jb20vZ29vZ2xlLmNyeXB0by50aW5rLkFlc1NpdktleRJCEkBKAovGAOp+siYkuWvTYKXRW6V/3Z5en87KNgswc+8TKZUzumbh/qVtCYQ8qHo7li/fYDx43MoBYwbfUPhv3//xGAEQARiBmKTJAyAB',
} as const;

/**
 * A keyset and values that BigQuery's AEAD.ENCRYPT sealed with it.
 * Source: github.com/salrashid123, "Importing and extracting external keys for BigQuery AEAD Tink KeySets".
 */
export const BIGQUERY_SEALED = {
  keyset:
    'CMKIrNYJEmQKWAowdHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUuY3J5cHRvLnRpbmsuQWVzR2NtS2V5EiIaIGNoYW5nZSB0aGlzIHBhc3N3b3JkIHRvIGEgc2VjcmV0GAEQARjCiKzWCSAB',
  keysetJson:
    '{"primaryKeyId":2596996162,"key":[{"keyData":{"typeUrl":"type.googleapis.com/google.crypto.tink.AesGcmKey","value":"GiBjaGFuZ2UgdGhpcyBwYXNzd29yZCB0byBhIHNlY3JldA==","keyMaterialType":"SYMMETRIC"},"status":"ENABLED","keyId":2596996162,"outputPrefixType":"TINK"}]}',
  rawKey: 'change this password to a secret',
  keyId: 2596996162,
  plaintext: 'Greed',
  associatedData: '',
  sealed: [
    'AZrLBEKaUq6kFMfPY7XzKcFxvSCJQ31WYqnJEPAzsHPhk6WQ0S4=',
    'AZrLBEL2mv3fZ05icMISrDXdN35gtAX54Z4zqDN0rDevfsfSFoY=',
    'AZrLBEKjpZf+H+JIFijHakbiHtrtY09GNPTrpeHL95CYZj+jk/8=',
  ],
} as const;

/**
 * A value sealed in BigQuery under a keyset that only Google's KMS can unwrap: good for the layout, 'elephant' with 'animal'.
 * Source: tink-crypto/tink-java-gcpkms, GcpKmsIntegrationTest.java, decryptCiphertextEncryptedInBigQueryUsingAWrappedKeyset.
 */
export const BIGQUERY_LAYOUT = {
  sealed: 'AcpCNBevmQnr9momhlKKEyKDOCj5bMfizqC22N/hLZd58LFpC+r99C0=',
  plaintextBytes: 8,
} as const;

/** A keyset that `tinkey create-keyset --key-template=AES256_SIV` made. Source: tink-crypto/tink, examples/python/deterministic_aead. */
export const TINKEY_SIV_JSON =
  '{"key":[{"keyData":{"keyMaterialType":"SYMMETRIC","typeUrl":"type.googleapis.com/google.crypto.tink.AesSivKey","value":"EkAl9HCMmKTN1p3V186uhZpJQ+tivyc4IKyE+opg6SsEbWQ/WesWHzwCRrlgRuxdaggvgMzwWhjPnkk9gptBnGLK"},"keyId":1919301694,"outputPrefixType":"TINK","status":"ENABLED"}],"primaryKeyId":1919301694}';

export interface GcmVector {
  readonly tcId: number;
  readonly key: string;
  readonly iv: string;
  readonly aad: string;
  readonly msg: string;
  readonly ct: string;
  readonly tag: string;
  readonly result: string;
}

export interface SivVector {
  readonly tcId: number;
  readonly key: string;
  readonly aad: string;
  readonly msg: string;
  readonly ct: string;
  readonly result: string;
}

/** Project Wycheproof's vectors; the file names its source. */
export const gcmVectors: readonly GcmVector[] = vectorsOf('wycheproof-aes-256-gcm.json');
export const sivVectors: readonly SivVector[] = vectorsOf('wycheproof-aes-256-siv.json');

function vectorsOf<Vector>(file: string): readonly Vector[] {
  return JSON.parse(readFileSync(new URL(`vectors/${file}`, import.meta.url), 'utf8')).tests;
}

export function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}

export function base64(text: string): Buffer {
  return Buffer.from(text, 'base64');
}
