/** HTTP responses as values: header names, and bodies by their content type. */
import { decodeJson } from '../values/json.ts';
import type { Value } from '../values/value.ts';

/** `content-type` as `Content-Type`, the way Workflows shows header names. */
export function canonicalHeaders(headers: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(headers).map(([name, value]) => [canonicalName(name), value]));
}

function canonicalName(name: string): string {
  return name.toLowerCase().replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}

export type ReadBody =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'invalid'; readonly message: string };

/** JSON becomes values, text a string, anything else stays bytes; an empty body is null. */
export function readBody(body: Uint8Array, contentType: string): ReadBody {
  if (body.byteLength === 0) return { kind: 'value', value: null };
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/json' || type.endsWith('+json')) return decodeJson(utf8(body));
  return { kind: 'value', value: type.startsWith('text/') ? utf8(body) : body };
}

function utf8(body: Uint8Array): string {
  return Buffer.from(body).toString('utf8');
}
