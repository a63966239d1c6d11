// Owns sealed blobs: one per subject and event, a canonical JSON object from field to value under the subject's key for the purpose.
import { canonicalJson } from '../platform/canonical-json.ts';
import type { JsonValue } from '../platform/canonical-json.ts';
import type { PurposeKeys } from './keys/purpose-keys.ts';

/** The sealed fields of an event by name. */
export type SealedFields = { readonly [field: string]: JsonValue };

/** What opening gives: the fields, or word that the key is gone, or that the bytes are not what this key sealed. Never mixed. */
export type Opened =
  | { readonly kind: 'plain'; readonly fields: SealedFields }
  | { readonly kind: 'shredded' }
  | { readonly kind: 'corrupt' };

/** Seals the fields of one event. Throws a TypeError on what JSON cannot carry (validation has refused that before). */
export function sealFields(keys: PurposeKeys, fields: SealedFields): Buffer {
  return keys.aead.seal(Buffer.from(canonicalText(fields), 'utf8'), keys.associatedData);
}

/** Opens a blob under the live keys of its subject. A blob of another subject, purpose or life of the subject is `corrupt` here. */
export function openFields(keys: PurposeKeys, sealed: Buffer): Extract<Opened, { kind: 'plain' | 'corrupt' }> {
  const result = keys.aead.open(sealed, keys.associatedData);
  if (result.kind !== 'opened') return { kind: 'corrupt' };
  const fields = parseFields(result.plaintext.toString('utf8'));
  return fields === undefined ? { kind: 'corrupt' } : { kind: 'plain', fields };
}

/**
 * The canonical JSON of the fields. Most events seal a few strings whose names come in order: there JSON.stringify writes the
 * same text in a quarter of the time.
 */
function canonicalText(fields: SealedFields): string {
  let last = '';
  for (const field in fields) {
    const value = fields[field];
    if (field < last || typeof value !== 'string' || !value.isWellFormed()) return canonicalJson(fields);
    last = field;
  }
  return JSON.stringify(fields);
}

function parseFields(text: string): SealedFields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch {
    // Authentic bytes that are no JSON were not sealed by this module: an outcome, not an error.
    return undefined;
  }
}

function isFields(value: unknown): value is SealedFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
