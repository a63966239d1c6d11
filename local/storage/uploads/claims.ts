/** Checksums that a caller sends along, against what arrived. Source: https://cloud.google.com/storage/docs/data-validation */
import type { IncomingHttpHeaders } from 'node:http';
import { type Checksums, crc32cText } from '../contents/checksums.ts';
import { invalid } from '../errors.ts';

/** Base64, as sent. */
export interface Claims {
  readonly md5?: string;
  readonly crc32c?: string;
}

/** What the resource in the request says. */
export function claimsOfResource(body: Readonly<Record<string, unknown>>): Claims {
  const { md5Hash, crc32c } = body;
  return {
    ...(typeof md5Hash === 'string' ? { md5: md5Hash } : {}),
    ...(typeof crc32c === 'string' ? { crc32c } : {}),
  };
}

/** What `X-Goog-Hash: crc32c=…,md5=…` and `Content-MD5` say. */
export function claimsOfHeaders(headers: IncomingHttpHeaders): Claims {
  const claims: { md5?: string; crc32c?: string } = {};
  const contentMd5 = headers['content-md5'];
  if (typeof contentMd5 === 'string') claims.md5 = contentMd5;
  for (const part of String(headers['x-goog-hash'] ?? '').split(',')) {
    const [, name, value] = /^\s*(crc32c|md5)=(\S+)\s*$/.exec(part) ?? [];
    if (name === 'crc32c' && value !== undefined) claims.crc32c = value;
    if (name === 'md5' && value !== undefined) claims.md5 = value;
  }
  return claims;
}

/** @throws ApiError INVALID_ARGUMENT when one does not match */
export function verifyClaims(claims: Claims, found: Checksums): void {
  const md5 = found.md5?.toString('base64');
  if (claims.md5 !== undefined && claims.md5 !== md5) {
    throw invalid(`Provided MD5 hash "${claims.md5}" doesn't match calculated MD5 hash "${md5}".`);
  }
  const crc32c = crc32cText(found.crc32c);
  if (claims.crc32c !== undefined && claims.crc32c !== crc32c) {
    throw invalid(`Provided CRC32C "${claims.crc32c}" doesn't match calculated CRC32C "${crc32c}".`);
  }
}
