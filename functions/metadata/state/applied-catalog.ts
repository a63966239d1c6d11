// Owns which catalog metadata works by: the applied one and the calendars that started with it, and older ones that runs pinned.
import { type Catalog, readBundle } from '#shared/catalog/catalog.ts';
import { bundleObject, CURRENT_CATALOG_OBJECT, parseCurrentCatalog } from '#shared/catalog/stored-catalog.ts';
import type { Clock } from '#shared/platform/clock.ts';
import type { CatalogDigest } from '#shared/platform/ids.ts';
import { parseJsonBytes } from '#shared/platform/json-bytes.ts';
import type { Log } from '#shared/platform/log-line.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { parseTimestamp } from '#shared/platform/timestamp.ts';
import { z } from 'zod';

/** `{"<endpoint id>": "<RFC 3339>"}`, written by the operator. */
const FIRST_APPLIED_OBJECT = 'catalog/first-applied';
/** Who asks for something unknown makes the catalog be looked at once more, but not more often than this. */
const ON_DEMAND_EVERY_MS = 1000;
/** Catalogs that runs under way may have pinned; a deployment changes it a few times a day at most. */
const KEPT_CATALOGS = 5;

const firstAppliedShape = z.record(z.string(), z.string());

/** A catalog in force. */
export interface Applied {
  readonly digest: CatalogDigest;
  readonly catalog: Catalog;
  /** When each event endpoint was first applied, in epoch milliseconds. */
  readonly firstApplied: ReadonlyMap<string, number>;
}

export class AppliedCatalog {
  readonly #store: Pick<ObjectStore, 'read'>;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #bundles = new Map<CatalogDigest, Catalog>();
  #current: Applied | undefined;
  #pointer: string | undefined;
  #refreshing: Promise<void> | undefined;
  #lookedAtMs = -Infinity;

  constructor(store: Pick<ObjectStore, 'read'>, clock: Clock, log: Log) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  /** Undefined until a catalog was applied and read. */
  get current(): Applied | undefined {
    return this.#current;
  }

  /** The catalog in force. @throws PlatformError catalog_missing */
  require(): Applied {
    if (this.#current === undefined) throw new PlatformError('catalog_missing');
    return this.#current;
  }

  /** Adopts the applied catalog if it is another one. What cannot be read is tried again next time, the one before serves on. */
  refresh(): Promise<void> {
    this.#lookedAtMs = this.#clock.now();
    this.#refreshing ??= this.#refresh()
      .catch((thrown: unknown) => {
        const code = thrown instanceof PlatformError ? thrown.code : 'internal';
        this.#log.write('ERROR', 'the applied catalog could not be adopted', { code });
      })
      .finally(() => {
        this.#refreshing = undefined;
      });
    return this.#refreshing;
  }

  /** The same for who missed something in it, at most once a second. */
  async refreshOnDemand(): Promise<void> {
    if (this.#refreshing !== undefined || this.#clock.now() - this.#lookedAtMs >= ON_DEMAND_EVERY_MS)
      await this.refresh();
  }

  /** A catalog by its digest. @throws PlatformError cloud_missing, catalog_corrupt */
  async bundle(digest: CatalogDigest): Promise<Catalog> {
    const known = this.#bundles.get(digest);
    if (known !== undefined) return known;
    const found = await this.#store.read(bundleObject(digest));
    if (found === undefined) throw new PlatformError('cloud_missing', { details: { digest } });
    const catalog = readBundle({ digest, text: found.body.toString('utf8') });
    this.#bundles.set(digest, catalog);
    const [oldest] = this.#bundles.keys();
    if (this.#bundles.size > KEPT_CATALOGS && oldest !== undefined) this.#bundles.delete(oldest);
    return catalog;
  }

  async #refresh(): Promise<void> {
    const pointer = await this.#store.read(CURRENT_CATALOG_OBJECT);
    if (pointer === undefined || pointer.generation === this.#pointer) return;
    const current = parseCurrentCatalog(pointer.body);
    if (current === undefined) throw new PlatformError('catalog_corrupt');
    const catalog = await this.bundle(current.digest);
    this.#current = { digest: current.digest, catalog, firstApplied: await this.#readFirstApplied() };
    this.#pointer = pointer.generation;
    this.#log.write('NOTICE', 'catalog adopted', { catalog: current.digest });
  }

  async #readFirstApplied(): Promise<ReadonlyMap<string, number>> {
    const found = await this.#store.read(FIRST_APPLIED_OBJECT);
    if (found === undefined) return new Map();
    const entries = firstAppliedShape.safeParse(parseJsonBytes(found.body)).data;
    if (entries === undefined) throw new PlatformError('catalog_corrupt');
    return new Map(Object.entries(entries).map(([id, time]) => [id, parseTimestamp(time) ?? 0]));
  }
}
