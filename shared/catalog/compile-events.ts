// Owns compiling what collect is told of: the platform, the event types and their sources. It knows no SQL, and loads none of its rules.
import type { EventTypeId } from '../platform/ids.ts';
import { CATALOG_FORMAT, type Catalog } from './catalog.ts';
import { exampleProblems } from './check-examples.ts';
import { compileEventType } from './compile-event-type.ts';
import { compilePlatform, PLATFORM_FILES } from './compile-platform.ts';
import { didYouMean, listNames } from './did-you-mean.ts';
import type { Endpoint, EventEndpoint } from './endpoint.ts';
import { endpointColumns, HOUR_COLUMN } from './event-columns.ts';
import type { EventType } from './event-type.ts';
import { liveView } from './names.ts';
import type { Platform } from './platform.ts';
import { type Problem, sortProblems } from './problem.ts';
import type { Source } from './source.ts';
import { compileSources, isSourceFile } from './sources/compile-sources.ts';

/** The compiled catalog, or everything that is wrong with the declarations. */
export type CatalogResult =
  | { readonly kind: 'compiled'; readonly catalog: Catalog }
  | { readonly kind: 'failed'; readonly problems: readonly Problem[] };

/** What is declared besides endpoints of SQL, as far as it compiles, and what is wrong with it. */
export type Declared =
  | (DeclaredEvents & { readonly kind: 'with-platform'; readonly problems: readonly Problem[] })
  | { readonly kind: 'without-platform'; readonly problems: readonly Problem[] };

/** Event types and what goes with them. */
export interface DeclaredEvents {
  readonly platform: Platform;
  readonly eventTypes: ReadonlyMap<EventTypeId, EventType>;
  readonly sources: { readonly [name: string]: Source };
  readonly events: readonly EventEndpoint[];
}

/** Compiles the platform, the event types and their sources, and takes no notice of endpoints of SQL. */
export function compileEvents(files: ReadonlyMap<string, string>): CatalogResult {
  const declared = compileDeclared(files);
  return declared.kind === 'without-platform' || declared.problems.length > 0
    ? { kind: 'failed', problems: sortProblems(declared.problems) }
    : { kind: 'compiled', catalog: catalogOf(declared, declared.events) };
}

/** What the whole catalog and that of the events alone have in common. */
export function compileDeclared(files: ReadonlyMap<string, string>): Declared {
  const { platform, problems: platformProblems } = compilePlatform(files);
  const problems = [...platformProblems, ...strangers(files)];
  // Without teams, purposes and meanings every reference would be reported as wrong, which helps nobody.
  if (platform === undefined) return { kind: 'without-platform', problems };
  const eventTypes = compileEventTypes(files, platform, problems);
  const sources = sourcesIn(files, platform, eventTypes, problems);
  const events = [...eventTypes.values()].map((eventType) => eventEndpoint(eventType, platform));
  return { kind: 'with-platform', platform, eventTypes, sources, events, problems };
}

/** The catalog of what is declared, with these endpoints. */
export function catalogOf(declared: DeclaredEvents, endpoints: readonly Endpoint[]): Catalog {
  const { platform, eventTypes, sources } = declared;
  return {
    format: CATALOG_FORMAT,
    platform,
    eventTypes: Object.fromEntries(eventTypes),
    endpoints: Object.fromEntries(endpoints.map((endpoint) => [endpoint.id, endpoint])),
    // Left out where there are none, so that such a catalog keeps its digest.
    ...(Object.keys(sources).length === 0 ? {} : { sources }),
  };
}

/**
 * The event types and mapping files that compile, whatever else is wrong: an earlier state of the repository is no use to correct,
 * but what is right in it was in force. A platform that does not compile is taken from elsewhere.
 */
export function compileWhatCompiles(files: ReadonlyMap<string, string>, otherwise: Platform): Catalog {
  const platform = compilePlatform(files).platform ?? otherwise;
  const eventTypes = compileEventTypes(files, platform, []);
  const events = [...eventTypes.values()].map((eventType) => eventEndpoint(eventType, platform));
  const sources = sourcesIn(files, platform, eventTypes, []);
  return catalogOf({ platform, eventTypes, sources, events }, events);
}

function compileEventTypes(
  files: ReadonlyMap<string, string>,
  platform: Platform,
  problems: Problem[],
): ReadonlyMap<EventTypeId, EventType> {
  const compiled = new Map<EventTypeId, EventType>();
  const owners = new Map<string, string>();
  for (const [file, text] of filesBelow(files, 'events/')) {
    const { eventType, source, problems: found } = compileEventType(file, text, platform);
    problems.push(...found);
    if (eventType === undefined || source === undefined) continue;
    problems.push(...exampleProblems(eventType, source));
    const names = [eventType.endpoint, Object.values(liveView(eventType.endpoint)).join('.')];
    const taken = names.find((name) => owners.has(name));
    if (taken !== undefined) {
      const message = `its table ${taken} is that of ${owners.get(taken)} too`;
      problems.push({ file, line: 1, column: 1, message, hint: 'choose another name' });
    }
    for (const name of names) owners.set(name, file);
    compiled.set(eventType.id, eventType);
  }
  return compiled;
}

function sourcesIn(
  files: ReadonlyMap<string, string>,
  platform: Platform,
  eventTypes: ReadonlyMap<EventTypeId, EventType>,
  problems: Problem[],
): { readonly [name: string]: Source } {
  const compiled = compileSources(files, {
    platform,
    eventTypes: Object.fromEntries(eventTypes),
    isWritten: (eventType) => files.has(`events/${eventType.replace('.', '/')}.yaml`),
  });
  problems.push(...compiled.problems);
  return compiled.sources;
}

function eventEndpoint(eventType: EventType, platform: Platform): EventEndpoint {
  return {
    kind: 'event',
    id: eventType.endpoint,
    eventType: eventType.id,
    description: endpointDescription(eventType),
    owner: eventType.owner,
    purposes: [eventType.purpose],
    grain: eventType.grain,
    partitionColumn: HOUR_COLUMN,
    retention: eventType.retention,
    columns: endpointColumns(eventType.fields, platform),
    readers: [],
  };
}

/** Whoever counts the rows of a sample has to know that it is one. */
function endpointDescription({ description, sampling, subject }: EventType): string {
  if (sampling === undefined) return description;
  const kept = subject === 'user' ? 'its subjects are kept, with all their events' : 'its events are kept';
  return `${description} A sample: ${sampling} of ${kept}.`;
}

/** Files in the folders of declarations that no rule takes: a misplaced one must not be silently without effect. */
function strangers(files: ReadonlyMap<string, string>): readonly Problem[] {
  const platformFiles = Object.keys(PLATFORM_FILES).map((name) => `platform/${name}.yaml`);
  return [...files.keys()]
    .filter((file) => file.startsWith('platform/') && !platformFiles.includes(file) && !isSourceFile(file))
    .map((file) => ({
      file,
      line: 1,
      column: 1,
      message: 'there is no such file of the platform',
      allowed: listNames([...platformFiles, 'platform/sources/<name>.yaml']),
      hint: didYouMean(file, platformFiles),
    }));
}

/** Paths and texts below a folder, in order. */
export function filesBelow(files: ReadonlyMap<string, string>, folder: string): readonly (readonly [string, string])[] {
  return [...files].filter(([file]) => file.startsWith(folder)).sort(([a], [b]) => (a < b ? -1 : 1));
}
