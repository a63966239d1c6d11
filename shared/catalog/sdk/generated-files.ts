// Owns which files `trib sdk generate` makes of a catalog.
import { domainOf, type EventTypeId } from '../../platform/ids.ts';
import { type Catalog, eventTypesOf } from '../catalog.ts';
import type { EventType } from '../event-type.ts';
import { dataSchema } from './data-schema.ts';
import { domainModule } from './domain-module.ts';

/** Texts by file name. */
export type GeneratedFiles = ReadonlyMap<string, string>;

/** `listening.ts` for each domain, with its event types in order. */
export function generatedModules(catalog: Catalog, wanted: (id: EventTypeId) => boolean): GeneratedFiles {
  const { purposes } = catalog.platform;
  const domains = Map.groupBy(wantedTypes(catalog, wanted), ({ id }) => domainOf(id));
  return new Map(
    [...domains].map(([domain, eventTypes]) => [
      `${domain}.ts`,
      domainModule(domain, eventTypes, (id) => (purposes[id]?.consentRequired === true ? 'required' : 'optional')),
    ]),
  );
}

/** `listening.TrackPlayed.schema.json` for each event type. */
export function generatedSchemas(catalog: Catalog, wanted: (id: EventTypeId) => boolean): GeneratedFiles {
  return new Map(
    wantedTypes(catalog, wanted).map((eventType) => [
      `${eventType.id}.schema.json`,
      `${JSON.stringify(dataSchema(eventType), null, 2)}\n`,
    ]),
  );
}

function wantedTypes(catalog: Catalog, wanted: (id: EventTypeId) => boolean): readonly EventType[] {
  return eventTypesOf(catalog).filter(({ id }) => wanted(id));
}
