// Owns whom an erasure is about: sealed under a key of the request alone, which is deleted at its end. After the shredding nobody
// could rebuild it, so it is stored before; nothing else of an erasure names the person.
import { z } from 'zod';
import { canonicalJson } from '../../platform/canonical-json.ts';
import type { Aead } from '#lib/tink/aead.ts';
import { LOOKUP_ID_PATTERN, scopeAssociatedData, TOKEN_PATTERN } from '../keys/derivations.ts';
import { aeadOfEncoded, newEncodedKeyset } from '../keys/encoded-keyset.ts';
import type { FrozenKeyring } from '../keys/forgetting.ts';
import type { Epoch, KeySource } from '../keys/key-stores.ts';

const frozenKeyring = z.strictObject({
  lookupId: z.string().regex(LOOKUP_ID_PATTERN),
  generation: z.int().min(1),
  state: z.enum(['live', 'shredded']),
  epochs: z.array(z.string()),
  tokens: z.array(z.strictObject({ purpose: z.string(), token: z.string().regex(TOKEN_PATTERN) })),
  unreadable: z.array(z.string()),
});
const erasureScope = z.strictObject({
  lookupId: z.string().regex(LOOKUP_ID_PATTERN),
  keyrings: z.array(frozenKeyring),
});
const requestKey = z.strictObject({
  format: z.literal('erasure-key/v1'),
  epoch: z.string().min(1).max(64),
  wrapped: z.base64().max(1024),
});

/** Whom an erasure is about. `keyrings` is empty until the freezing has made it final; the user's own comes first. */
export interface ErasureScope {
  readonly lookupId: string;
  readonly keyrings: readonly FrozenKeyring[];
}

/** A request's key: the bytes to store, and the key itself. */
export interface RequestKey {
  readonly record: Buffer;
  readonly aead: Aead;
}

/** Makes the key of a request, wrapped under an epoch and bound to the request. */
export function newRequestKey(epoch: Epoch, erasureId: string): RequestKey {
  const encoded = newEncodedKeyset();
  const wrapped = epoch.aead.seal(encoded, scopeAssociatedData(erasureId)).toString('base64');
  const aead = aeadOfEncoded(encoded);
  encoded.fill(0);
  if (aead === undefined) throw new Error('a keyset that was just made cannot seal');
  const record = canonicalJson({ format: 'erasure-key/v1', epoch: epoch.id, wrapped });
  return { record: Buffer.from(record, 'utf8'), aead };
}

/** Opens the stored key of a request; undefined when it is damaged, of another request, or its epoch is gone. */
export async function openRequestKey(epochs: KeySource, erasureId: string, record: Buffer): Promise<Aead | undefined> {
  const parsed = requestKey.safeParse(parseJson(record));
  if (!parsed.success) return undefined;
  const found = await epochs.find(parsed.data.epoch);
  if (found.kind !== 'epoch') return undefined;
  const opened = found.epoch.aead.open(Buffer.from(parsed.data.wrapped, 'base64'), scopeAssociatedData(erasureId));
  if (opened.kind !== 'opened') return undefined;
  const aead = aeadOfEncoded(opened.plaintext);
  opened.plaintext.fill(0);
  return aead;
}

/**
 * The stored key of a request moved on to another epoch; `elsewhere` when it is wrapped under another one than `from`, undefined when
 * it does not unwrap.
 */
export function rewrapRequestKey(
  from: Epoch,
  to: Epoch,
  requestId: string,
  record: Buffer,
): Buffer | 'elsewhere' | undefined {
  const parsed = requestKey.safeParse(parseJson(record));
  if (!parsed.success) return undefined;
  if (parsed.data.epoch !== from.id) return 'elsewhere';
  const associated = scopeAssociatedData(requestId);
  const opened = from.aead.open(Buffer.from(parsed.data.wrapped, 'base64'), associated);
  if (opened.kind !== 'opened') return undefined;
  const wrapped = to.aead.seal(opened.plaintext, associated).toString('base64');
  opened.plaintext.fill(0);
  return Buffer.from(canonicalJson({ format: 'erasure-key/v1', epoch: to.id, wrapped }), 'utf8');
}

/** The epoch that wraps the stored key of a request; undefined when it is damaged. */
export function epochOfRequestKey(record: Buffer): string | undefined {
  const parsed = requestKey.safeParse(parseJson(record));
  return parsed.success ? parsed.data.epoch : undefined;
}

/** The scope as it is stored. */
export function sealScope(key: Aead, erasureId: string, scope: ErasureScope): Buffer {
  return key.seal(Buffer.from(canonicalJson(scope), 'utf8'), scopeAssociatedData(erasureId));
}

/** The scope read back; undefined when the bytes are of another request or damaged. */
export function openScope(key: Aead, erasureId: string, sealed: Buffer): ErasureScope | undefined {
  const opened = key.open(sealed, scopeAssociatedData(erasureId));
  const parsed = opened.kind === 'opened' ? erasureScope.safeParse(parseJson(opened.plaintext)) : undefined;
  return parsed?.success === true ? parsed.data : undefined;
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    // No JSON at all is refused by the schema like any other wrong form.
    return undefined;
  }
}
