// Owns the catalogs of the state bucket: uploaded bundles, which one is in force, and what is recorded when one comes into force.
import { type Catalog, endpointsOf, readBundle } from '#shared/catalog/catalog.ts';
import {
  bundleObject,
  CURRENT_CATALOG_OBJECT,
  type CurrentCatalog,
  encodeCurrentCatalog,
  parseCurrentCatalog,
} from '#shared/catalog/stored-catalog.ts';
import { sameValue } from '#shared/catalog/operator/difference.ts';
import { canonicalJson } from '#shared/platform/canonical-json.ts';
import { type CatalogDigest, parseId } from '#shared/platform/ids.ts';
import { parseJsonBytes } from '#shared/platform/json-bytes.ts';
import type { Labels, ObjectStore } from '#shared/platform/object-store.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';
import { z } from 'zod';

/** `{"<endpoint id>": "<RFC 3339>"}`: when each event type was first applied, which starts its calendar. Entries stay for ever. */
const FIRST_APPLIED_OBJECT = 'catalog/first-applied';

/** What is recorded beside a bundle that came into force. */
export interface AppliedRecord {
  /** Digest of the resources that it asked for: another version of the operator may ask for others. */
  readonly resources: string;
  /** What the catalog was compiled from, as its compiler named it: a program can tell that nothing changed without compiling. */
  readonly sources?: string | undefined;
}

/** A catalog that was in force, or is. */
export interface PastCatalog {
  readonly digest: CatalogDigest;
  /** When it came into force for the last time, RFC 3339. */
  readonly appliedAt: string;
}

/** The pointer to the catalog in force, and the generation that a move of it must name. */
export interface InForce {
  readonly current: CurrentCatalog;
  readonly generation: string;
}

export interface Catalogs {
  /** @throws PlatformError catalog_unknown, catalog_corrupt */
  bundle(digest: CatalogDigest): Promise<Catalog>;
  /** Undefined before the first apply. @throws PlatformError catalog_corrupt */
  inForce(): Promise<InForce | undefined>;
  appliedRecord(digest: CatalogDigest): Promise<AppliedRecord | undefined>;
  /** @param appliedAt when it came into force, RFC 3339; without it that stays as recorded */
  writeAppliedRecord(digest: CatalogDigest, record: AppliedRecord, appliedAt?: string): Promise<void>;
  /** Every catalog that ever was in force and whose digest begins like this, the last one first. */
  everInForce(prefix: string): Promise<readonly PastCatalog[]>;
  /** Enters the event types that are not in it yet. */
  recordFirstApplied(catalog: Catalog, nowMs: number): Promise<void>;
  /** Moves the pointer if it still is where it was. @throws PlatformError conflict when somebody else moved it */
  moveTo(digest: CatalogDigest, before: InForce | undefined, nowMs: number): Promise<void>;
}

export function createCatalogs(store: ObjectStore): Catalogs {
  return {
    async bundle(digest) {
      const found = await store.read(bundleObject(digest));
      if (found === undefined) {
        throw new PlatformError('catalog_unknown', { message: `No catalog ${digest} was uploaded.` });
      }
      return readBundle({ digest, text: found.body.toString('utf8') });
    },
    async inForce() {
      const found = await store.read(CURRENT_CATALOG_OBJECT);
      if (found === undefined) return undefined;
      const current = parseCurrentCatalog(found.body);
      if (current === undefined) {
        throw new PlatformError('catalog_corrupt', { message: `The object ${CURRENT_CATALOG_OBJECT} is damaged.` });
      }
      return { current, generation: found.generation };
    },
    async appliedRecord(digest) {
      const found = await store.read(appliedObject(digest));
      return found === undefined ? undefined : appliedShape.safeParse(parseJsonBytes(found.body)).data;
    },
    writeAppliedRecord: (digest, record, appliedAt) =>
      overwrite(
        store,
        appliedObject(digest),
        () => canonicalJson(record),
        appliedAt === undefined ? undefined : { [APPLIED_LABEL]: appliedAt },
      ),
    async everInForce(prefix) {
      const past: PastCatalog[] = [];
      for await (const { name, labels } of store.list(`catalog/${prefix}`)) {
        const digest = parseId('catalog', /^catalog\/([^/]+)\/applied\.json$/.exec(name)?.[1] ?? '');
        if (digest !== undefined) past.push({ digest, appliedAt: labels[APPLIED_LABEL] ?? '' });
      }
      return past.sort((a, b) => (a.appliedAt < b.appliedAt ? 1 : -1));
    },
    recordFirstApplied: (catalog, nowMs) =>
      overwrite(store, FIRST_APPLIED_OBJECT, (before) => firstApplied(catalog, nowMs, before)),
    async moveTo(digest, before, nowMs) {
      const current = { digest, appliedAt: formatTimestamp(nowMs) };
      const body = encodeCurrentCatalog({
        ...current,
        ...(before === undefined ? {} : { before: before.current.digest }),
      });
      const moved =
        before === undefined
          ? await store.create(CURRENT_CATALOG_OBJECT, body)
          : await store.replace(CURRENT_CATALOG_OBJECT, before.generation, body);
      if (moved.kind === 'created' || moved.kind === 'replaced') return;
      throw new PlatformError('conflict', { message: 'Another catalog came into force in the meantime.' });
    },
  };
}

/** Beside the record, so that a listing shows it: when the catalog last came into force. */
const APPLIED_LABEL = 'applied';

const appliedShape = z.object({ resources: z.string(), sources: z.string().optional() });

function appliedObject(digest: CatalogDigest): string {
  return `catalog/${digest}/applied.json`;
}

const firstAppliedShape = z.record(z.string(), z.string());

/** The entries with those of new event types; undefined when there are none. */
function firstApplied(catalog: Catalog, nowMs: number, before: Buffer | undefined): string | undefined {
  const known = before === undefined ? {} : firstAppliedShape.safeParse(parseJsonBytes(before)).data;
  if (known === undefined) {
    throw new PlatformError('catalog_corrupt', { message: `The object ${FIRST_APPLIED_OBJECT} is damaged.` });
  }
  const ids = endpointsOf(catalog).flatMap(({ kind, id }) => (kind === 'event' ? [id] : []));
  const added = ids.filter((id) => known[id] === undefined);
  if (added.length === 0) return undefined;
  return canonicalJson({ ...known, ...Object.fromEntries(added.map((id) => [id, formatTimestamp(nowMs)])) });
}

const MAX_RACES = 10;

/** Writes what the body before leads to, with labels or those that it has; undefined leaves it. Lost races are run again. */
async function overwrite(
  store: ObjectStore,
  name: string,
  next: (before: Buffer | undefined) => string | undefined,
  labels?: Labels,
): Promise<void> {
  for (let race = 0; race < MAX_RACES; race += 1) {
    const found = await store.read(name);
    const body = next(found?.body);
    if (body === undefined) return;
    const wanted = labels ?? found?.labels ?? {};
    if (found?.body.toString('utf8') === body && sameValue(wanted, found.labels)) return;
    const written =
      found === undefined
        ? await store.create(name, body, wanted)
        : await store.replace(name, found.generation, body, wanted);
    if (written.kind === 'created' || written.kind === 'replaced') return;
  }
  throw new PlatformError('conflict', { message: `The object ${name} is changed by others all the time.` });
}
