// Owns what the platform asks of a store of small objects: names, whole bodies, and preconditions on generations.

/** The content of one stored version of an object. */
export interface StoredBody {
  /** Grows with every write of the name; what preconditions compare. */
  readonly generation: string;
  readonly body: Buffer;
}

/** One stored version of an object. */
export interface StoredObject extends StoredBody {
  readonly labels: Labels;
}

/** Short facts about an object that a listing shows without reading the body. */
export type Labels = Readonly<Record<string, string>>;

export interface ListedObject {
  readonly name: string;
  readonly generation: string;
  readonly labels: Labels;
  readonly bytes: number;
  /** When it was last written, body or labels, by the clock of the store. */
  readonly writtenAtMs: number;
}

export interface ListOptions {
  /** Names from here on, inclusive. */
  readonly from?: string;
  /** Names before this. */
  readonly before?: string;
}

/**
 * A bucket. Every write is all or nothing, and read and list see it at once (Cloud Storage is strongly consistent:
 * https://cloud.google.com/storage/docs/consistency). Calls reject with a PlatformError only when the store cannot be
 * reached or refuses for a reason that is nobody's race.
 */
export interface ObjectStore {
  read(name: string): Promise<StoredObject | undefined>;
  /** Writes only if there is no object of that name. */
  create(name: string, body: Buffer | string, labels?: Labels): Promise<Created>;
  /** Writes only if the generation is still the given one. */
  replace(name: string, generation: string, body: Buffer | string, labels?: Labels): Promise<Replaced>;
  /** In order of name. */
  list(prefix: string, options?: ListOptions): AsyncIterable<ListedObject>;
  /** With a generation, only that one. */
  delete(name: string, generation?: string): Promise<'deleted' | 'absent' | 'conflict'>;
}

/** Reading for who is in a hurry and needs no labels: one request, where `read` is two. Rejects as the store does. */
export interface BodyReader {
  readBody(name: string): Promise<StoredBody | undefined>;
}

export type Created = { readonly kind: 'created'; readonly generation: string } | { readonly kind: 'exists' };
export type Replaced = { readonly kind: 'replaced'; readonly generation: string } | { readonly kind: 'conflict' };
