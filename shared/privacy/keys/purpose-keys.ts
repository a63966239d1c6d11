// Owns the opened keys of one subject for one purpose: the keyset's cipher, the link secret, and their end.
import type { Aead } from '#lib/tink/aead.ts';
import { sealedAssociatedData, subjectTokenOf } from './derivations.ts';
import type { HmacKey } from './hmac-key.ts';

/** What the opened keys are made of. */
export interface PurposeSecrets {
  readonly purpose: string;
  readonly generation: number;
  /** Events dated before this are of a life that was shredded; 0 for the first. */
  readonly acceptsFromMs: number;
  readonly aead: Aead;
  readonly link: HmacKey;
}

/** Keys in memory. They are lent for the length of one synchronous call (`Keyrings.use`), so they cannot outlive their cache entry. */
export class PurposeKeys {
  readonly purpose: string;
  readonly generation: number;
  readonly acceptsFromMs: number;
  readonly aead: Aead;
  readonly link: HmacKey;
  /** The subject token, stored in every row. */
  readonly token: string;
  /** What every sealed blob of this subject and purpose is bound to. */
  readonly associatedData: Buffer;

  constructor({ purpose, generation, acceptsFromMs, aead, link }: PurposeSecrets) {
    this.purpose = purpose;
    this.generation = generation;
    this.acceptsFromMs = acceptsFromMs;
    this.aead = aead;
    this.link = link;
    this.token = subjectTokenOf(link, purpose);
    this.associatedData = unpooled(sealedAssociatedData(purpose, this.token));
  }

  /** Overwrites the link secret and lets the cipher go; every use throws afterwards. */
  close(): void {
    this.link.close();
    this.aead.close();
  }
}

/**
 * A copy in memory of its own. Small Buffers share a page of 64 kB, which lives as long as the last of them: thousands of cached
 * keys, each with a few bytes in another page, would hold as many pages.
 */
function unpooled(bytes: Buffer): Buffer {
  const copy = Buffer.alloc(bytes.length);
  copy.set(bytes);
  return copy;
}

/** Whether an event of this time belongs to the subject's present life: what happened before a reactivation stays forgotten. */
export function acceptsEvent(keys: Pick<PurposeKeys, 'acceptsFromMs'>, occurredAtMs: number): boolean {
  return occurredAtMs >= keys.acceptsFromMs;
}
