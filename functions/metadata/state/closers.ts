// Owns the objects that say who closes each event type.
import { type CloserRecord, parseCloser } from '#shared/metadata/closer-record.ts';
import { closerObject } from '#shared/metadata/state-objects.ts';
import type { Clock } from '#shared/platform/clock.ts';
import type { EndpointId } from '#shared/platform/ids.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';

/** A closer and the generation of its object. */
export interface StoredCloser {
  readonly record: CloserRecord;
  readonly generation: string;
}

/**
 * How long a closer is believed without asking the bucket. Meanwhile another instance may replace it; then two closers drive on
 * the same runs, which does no harm.
 */
const BELIEVED_MS = 30_000;

export class Closers {
  readonly #store: ObjectStore;
  readonly #clock: Clock;
  readonly #known = new Map<EndpointId, { readonly stored: StoredCloser; readonly readMs: number }>();

  constructor(store: ObjectStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Who closes an endpoint, as this instance knows it. */
  async recall(endpoint: EndpointId): Promise<StoredCloser | undefined> {
    const known = this.#known.get(endpoint);
    const fresh = known !== undefined && this.#clock.now() - known.readMs < BELIEVED_MS;
    return fresh ? known.stored : this.read(endpoint);
  }

  /** Who closes an endpoint now; undefined when nobody does. A damaged record counts as nobody. */
  async read(endpoint: EndpointId): Promise<StoredCloser | undefined> {
    const found = await this.#store.read(closerObject(endpoint));
    const record = found === undefined ? undefined : parseCloser(found.body);
    this.#known.delete(endpoint);
    if (found === undefined) return undefined;
    if (record !== undefined) return this.#note(endpoint, { record, generation: found.generation });
    await this.#store.delete(closerObject(endpoint), found.generation);
    return undefined;
  }

  /** Puts a closer in the place of the one that was read, or of nobody; false when somebody else was faster. */
  async put(endpoint: EndpointId, record: CloserRecord, before: StoredCloser | undefined): Promise<boolean> {
    const [object, body] = [closerObject(endpoint), JSON.stringify(record)];
    const written =
      before === undefined
        ? await this.#store.create(object, body)
        : await this.#store.replace(object, before.generation, body);
    this.#known.delete(endpoint);
    if (written.kind === 'exists' || written.kind === 'conflict') return false;
    this.#note(endpoint, { record, generation: written.generation });
    return true;
  }

  /** The closer has nothing more to do. */
  async remove(endpoint: EndpointId, { generation }: StoredCloser): Promise<void> {
    this.#known.delete(endpoint);
    await this.#store.delete(closerObject(endpoint), generation);
  }

  #note(endpoint: EndpointId, stored: StoredCloser): StoredCloser {
    this.#known.set(endpoint, { stored, readMs: this.#clock.now() });
    return stored;
  }
}
