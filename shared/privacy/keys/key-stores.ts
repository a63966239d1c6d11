// Owns the interfaces through which keys are kept: a few methods each, implemented over the cloud's clients elsewhere.
// Every method throws only when the store cannot be reached or answers something unexpected; what can happen is in its result.
import type { Aead } from '#lib/tink/aead.ts';

/** A stored record and the revision that a replacement must name. */
export interface Stored {
  readonly bytes: Buffer;
  readonly revision: string;
}

/** The answer to a conditional write. After a lost reply a client may see `conflict` for its own write: read and look. */
export type Written = { readonly kind: 'written'; readonly revision: string } | { readonly kind: 'conflict' };

/** Where keyrings and the index from tokens to them are kept. Reads see every write that was answered before. */
export interface KeyringStore {
  read(lookupId: string): Promise<Stored | undefined>;
  /** Writes only where nothing is. */
  create(lookupId: string, bytes: Buffer): Promise<Written>;
  /** Writes only over this revision. */
  replace(lookupId: string, bytes: Buffer, revision: string): Promise<Written>;
  /** The lookup id that a token leads to. */
  readIndex(purpose: string, token: string): Promise<string | undefined>;
  /** Writes only where nothing is; `taken` when the token leads to another keyring already. */
  putIndex(purpose: string, token: string, lookupId: string): Promise<'written' | 'taken'>;
  /** Deletes, or finds nothing to delete. */
  deleteIndex(purpose: string, token: string): Promise<void>;
}

/** Goes over all keyrings, for the rotation of epochs. */
export interface KeyringScan {
  /** Lookup ids in order, those after `after`. Whatever exists all the while is in it; a page is read when it is come to. */
  names(after: string): AsyncIterable<string>;
}

/** Where the records of epochs are kept. */
export interface EpochStore {
  list(): Promise<readonly Stored[]>;
  create(id: string, bytes: Buffer): Promise<Written>;
  replace(id: string, bytes: Buffer, revision: string): Promise<Written>;
}

/** What unwrapping under a key version gives. */
export type Unwrapped =
  | { readonly kind: 'unwrapped'; readonly plaintext: Buffer }
  | { readonly kind: 'destroyed' }
  | { readonly kind: 'corrupt' };

/** The key management service: wraps a few secrets, each under a key version that can be destroyed alone. */
export interface KeyWrapper {
  /** Makes a key version and returns its resource name. */
  createVersion(): Promise<string>;
  /** Encrypts without associated data, as BigQuery's KEYS functions expect of a wrapped keyset. */
  wrap(version: string, plaintext: Buffer): Promise<Buffer>;
  /** Decrypts what this version wrapped. */
  unwrap(version: string, wrapped: Buffer): Promise<Unwrapped>;
}

/** `scheduled` for destruction can still be taken back; `destroyed` cannot, and everything that the version wrapped is dead. */
export type KeyVersionState = 'enabled' | 'disabled' | 'scheduled' | 'destroyed';

/** The life of key versions. Every method may be repeated. */
export interface KeyVersions {
  state(version: string): Promise<KeyVersionState>;
  enable(version: string): Promise<void>;
  disable(version: string): Promise<void>;
  scheduleDestruction(version: string): Promise<void>;
}

/** The keys of an epoch, ready to wrap and unwrap. */
export interface Epoch {
  readonly id: string;
  readonly aead: Aead;
}

/** What an epoch's name leads to; `destroyed` means that whatever it wrapped is gone for good. */
export type EpochFound =
  | { readonly kind: 'epoch'; readonly epoch: Epoch }
  | { readonly kind: 'destroyed' }
  | { readonly kind: 'unknown' };

/** Gives epochs by name. Throws when none is loaded and the key management service cannot be reached. */
export interface KeySource {
  /** The epoch under which new secrets are wrapped. */
  current(): Promise<Epoch>;
  find(id: string): Promise<EpochFound>;
  /** An epoch that is in memory already: no call leaves the process. */
  loaded(id: string): Epoch | undefined;
}

/** One entry of the revocation feed: whatever a process holds of this keyring in memory is to be dropped. */
export interface Revocation {
  readonly id: string;
  readonly lookupId: string;
  readonly atMs: number;
}

/** The feed that every process with keys in memory reads. */
export interface RevocationFeed {
  append(revocation: Revocation): Promise<void>;
  /**
   * Every entry that was appended before this call began and after `sinceMs` (by the entry's own time) is in the answer.
   * Entries may come again, and in any order.
   */
  read(sinceMs: number): Promise<readonly Revocation[]>;
}
