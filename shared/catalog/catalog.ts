// Owns the compiled catalog: everything declared as one value, named by the digest of its content.
import { canonicalJson } from '../platform/canonical-json.ts';
import { sha256Hex } from '../platform/digest.ts';
import { type CatalogDigest, type EndpointId, type EventTypeId, parseId } from '../platform/ids.ts';
import { PlatformError } from '../platform/platform-error.ts';
import type { Endpoint } from './endpoint.ts';
import type { EventType } from './event-type.ts';
import type { Platform } from './platform.ts';
import type { Source } from './source.ts';

/** The number of the shape below; a reader refuses a catalog of another one. */
export const CATALOG_FORMAT = 1;

/** Everything that is declared, compiled. */
export interface Catalog {
  readonly format: typeof CATALOG_FORMAT;
  readonly platform: Platform;
  readonly eventTypes: { readonly [id: EventTypeId]: EventType };
  readonly endpoints: { readonly [id: EndpointId]: Endpoint };
  /** Mapping files of sources, by name; absent when there are none. */
  readonly sources?: { readonly [name: string]: Source };
}

/** A catalog as it is stored: its canonical JSON under the SHA-256 of that. */
export interface CatalogBundle {
  readonly digest: CatalogDigest;
  readonly text: string;
}

/** The stored form of a catalog. */
export function bundleOf(catalog: Catalog): CatalogBundle {
  const text = canonicalJson(catalog);
  return { digest: digestOfText(text), text };
}

/**
 * Reads a stored catalog.
 * @throws PlatformError catalog_corrupt when the text does not have the digest that names it, or another format
 */
export function readBundle({ digest, text }: CatalogBundle): Catalog {
  if (digestOfText(text) !== digest) throw new PlatformError('catalog_corrupt', { details: { digest } });
  // The digest proves that `bundleOf` wrote it, so its shape is that of the format it names.
  const catalog = JSON.parse(text) as Catalog;
  if (catalog.format !== CATALOG_FORMAT) {
    throw new PlatformError('catalog_corrupt', {
      message: `The catalog is not of format ${String(CATALOG_FORMAT)}.`,
      hint: 'Compile and apply it again with this version.',
    });
  }
  return catalog;
}

/** The event types of a catalog, in order of their ids. */
export function eventTypesOf(catalog: Catalog): readonly EventType[] {
  return Object.entries(catalog.eventTypes)
    .sort(byKey)
    .map(([, eventType]) => eventType);
}

/** The endpoints of a catalog, in order of their ids. */
export function endpointsOf(catalog: Catalog): readonly Endpoint[] {
  return Object.entries(catalog.endpoints)
    .sort(byKey)
    .map(([, endpoint]) => endpoint);
}

/** The sources of a catalog, in order of their names. */
export function sourcesOf(catalog: Catalog): readonly Source[] {
  return Object.entries(catalog.sources ?? {})
    .sort(byKey)
    .map(([, source]) => source);
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function digestOfText(text: string): CatalogDigest {
  const digest = parseId('catalog', sha256Hex(text));
  if (digest === undefined) throw new TypeError('a SHA-256 that is not 64 hexadecimal digits');
  return digest;
}
