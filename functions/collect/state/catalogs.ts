// Owns which catalog collect works by: the applied one, adopted whole, while the one before serves on.
import { bundleObject, CURRENT_CATALOG_OBJECT, parseCurrentCatalog } from '#shared/catalog/stored-catalog.ts';
import { type Catalog, readBundle } from '#shared/catalog/catalog.ts';
import { type AdmissionRules, admissionRulesOf } from '#shared/events/admission.ts';
import { type SourceTable, sourceTableOf } from '#shared/events/sources/translate.ts';
import type { Clock } from '#shared/platform/clock.ts';
import type { CatalogDigest } from '#shared/platform/ids.ts';
import type { Log } from '#shared/platform/log-line.ts';
import type { BodyReader } from '#shared/platform/object-store.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';

/** How often the pointer is read. A merged change is live in a warm instance within this. */
export const CATALOG_EVERY_MS = 10_000;
/** An unknown type makes collect look at once, but not more often than this. */
const ON_DEMAND_EVERY_MS = 1000;

/** A catalog with what is compiled of it once. */
export interface AdoptedCatalog {
  readonly digest: CatalogDigest;
  readonly catalog: Catalog;
  readonly rules: ReadonlyMap<string, AdmissionRules>;
  /** What events of other protocols are translated by. */
  readonly sources: SourceTable;
}

export interface CatalogsParts {
  readonly store: BodyReader;
  readonly clock: Clock;
  readonly log: Log;
  /** Called with each catalog before any event is judged by it. */
  readonly adopted: (catalog: AdoptedCatalog) => void;
}

export class Catalogs {
  readonly #parts: CatalogsParts;
  #current: AdoptedCatalog | undefined;
  #refreshing: Promise<void> | undefined;
  #lookedAtMs = -Infinity;

  constructor(parts: CatalogsParts) {
    this.#parts = parts;
  }

  /** The catalog to work by; undefined until one was applied and read. */
  get current(): AdoptedCatalog | undefined {
    return this.#current;
  }

  /** Adopts the applied catalog if it is another one; callers at the same time share one look. Never rejects. */
  refresh(): Promise<void> {
    this.#lookedAtMs = this.#parts.clock.now();
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  /** The same for who met a type that is unknown, at most once a second. */
  async refreshOnDemand(): Promise<void> {
    const ageMs = this.#parts.clock.now() - this.#lookedAtMs;
    if (this.#refreshing !== undefined || ageMs < 0 || ageMs >= ON_DEMAND_EVERY_MS) await this.refresh();
  }

  async #refresh(): Promise<void> {
    const { store, log } = this.#parts;
    try {
      const pointer = await store.readBody(CURRENT_CATALOG_OBJECT);
      if (pointer === undefined) return;
      const current = parseCurrentCatalog(pointer.body);
      if (current === undefined) throw new PlatformError('catalog_corrupt');
      if (current.digest !== this.#current?.digest) await this.#adopt(current.digest);
    } catch (thrown) {
      const code = thrown instanceof PlatformError ? thrown.code : 'internal';
      log.write('ERROR', 'the applied catalog could not be adopted', { code });
    }
  }

  async #adopt(digest: CatalogDigest): Promise<void> {
    const { store, log, adopted } = this.#parts;
    const bundle = await store.readBody(bundleObject(digest));
    if (bundle === undefined) throw new PlatformError('cloud_missing', { details: { digest } });
    const catalog = readBundle({ digest, text: bundle.body.toString('utf8') });
    const next: AdoptedCatalog = {
      digest,
      catalog,
      rules: admissionRulesOf(catalog),
      sources: sourceTableOf(catalog),
    };
    adopted(next);
    this.#current = next;
    log.write('NOTICE', 'catalog adopted', { catalog: digest, count: next.rules.size });
  }
}
