// Owns content addresses: the SHA-256 of a text or of a value's canonical JSON, in lower-case hexadecimal.
import { hash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';

/** SHA-256 of bytes, or of a text's UTF-8 bytes: 64 lower-case hexadecimal digits. */
export function sha256Hex(content: string | Uint8Array): string {
  return hash('sha256', content);
}

/** The content address of a JSON value: equal values have equal digests. Throws a TypeError on what JSON cannot carry. */
export function digestOf(value: unknown): string {
  return sha256Hex(canonicalJson(value));
}
