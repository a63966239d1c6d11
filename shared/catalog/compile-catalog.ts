// Owns compiling a whole repository: every declaration, in dependency order, all problems at once.
import type { EventTypeId } from '../platform/ids.ts';
import { anonymityProblems } from './anonymous.ts';
import { CATALOG_FORMAT, type Catalog } from './catalog.ts';
import { exampleProblems } from './check-examples.ts';
import { compileEndpoint, type EndpointDraft } from './compile-endpoint.ts';
import { compileEventType } from './compile-event-type.ts';
import { compilePlatform, PLATFORM_FILES } from './compile-platform.ts';
import { didYouMean, listNames } from './did-you-mean.ts';
import type { Endpoint, EventEndpoint } from './endpoint.ts';
import { endpointColumns, HOUR_COLUMN } from './event-columns.ts';
import type { EventType } from './event-type.ts';
import { linkEndpoints } from './link-endpoints.ts';
import { liveView } from './names.ts';
import type { Platform } from './platform.ts';
import { type Problem, sortProblems } from './problem.ts';
import type { Source } from './source.ts';
import { compileSources, isSourceFile } from './sources/compile-sources.ts';
import { type AnalyseQuery, analyseQuery } from './sql-analysis.ts';

/** The compiled catalog, or everything that is wrong with the declarations. */
export type CatalogResult =
  | { readonly kind: 'compiled'; readonly catalog: Catalog }
  | { readonly kind: 'failed'; readonly problems: readonly Problem[] };

/** Compiles the declarations of a repository, by path. */
export function compileCatalog(
  files: ReadonlyMap<string, string>,
  analyse: AnalyseQuery = analyseQuery,
): CatalogResult {
  const { platform, problems: platformProblems } = compilePlatform(files);
  const problems = [...platformProblems, ...strangers(files)];
  // Without teams, purposes and meanings every reference would be reported as wrong, which helps nobody.
  if (platform === undefined) return { kind: 'failed', problems: sortProblems(problems) };
  const eventTypes = compileEventTypes(files, platform, problems);
  const sources = sourcesIn(files, platform, eventTypes, problems);
  const events = [...eventTypes.values()].map((eventType) => eventEndpoint(eventType, platform));
  const drafts = compileEndpoints(files, platform, events, problems);
  // An event type that did not compile would be reported again by everything that reads it.
  const linked = problems.length > 0 ? undefined : linkEndpoints({ drafts, others: events, platform, analyse });
  problems.push(...(linked?.problems ?? []));
  const endpoints: readonly Endpoint[] = [...events, ...(linked?.endpoints ?? [])];
  problems.push(...anonymousOnes(drafts, endpoints, platform));
  if (problems.length > 0) return { kind: 'failed', problems: sortProblems(problems) };
  const catalog: Catalog = {
    format: CATALOG_FORMAT,
    platform,
    eventTypes: Object.fromEntries(eventTypes),
    endpoints: Object.fromEntries(endpoints.map((endpoint) => [endpoint.id, endpoint])),
    // Left out where there are none, so that such a catalog keeps its digest.
    ...(Object.keys(sources).length === 0 ? {} : { sources }),
  };
  return { kind: 'compiled', catalog };
}

/**
 * The event types and mapping files that compile, whatever else is wrong: an earlier state of the repository is no use to correct, but what is
 * right in it was in force. A platform that does not compile is taken from elsewhere.
 */
export function compileWhatCompiles(files: ReadonlyMap<string, string>, otherwise: Platform): Catalog {
  const platform = compilePlatform(files).platform ?? otherwise;
  const eventTypes = compileEventTypes(files, platform, []);
  const endpoints = [...eventTypes.values()].map((eventType) => eventEndpoint(eventType, platform));
  return {
    format: CATALOG_FORMAT,
    platform,
    eventTypes: Object.fromEntries(eventTypes),
    endpoints: Object.fromEntries(endpoints.map((endpoint) => [endpoint.id, endpoint])),
    sources: sourcesIn(files, platform, eventTypes, []),
  };
}

function compileEventTypes(
  files: ReadonlyMap<string, string>,
  platform: Platform,
  problems: Problem[],
): ReadonlyMap<EventTypeId, EventType> {
  const compiled = new Map<EventTypeId, EventType>();
  const owners = new Map<string, string>();
  for (const [file, text] of filesIn(files, 'events/')) {
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

function compileEndpoints(
  files: ReadonlyMap<string, string>,
  platform: Platform,
  events: readonly EventEndpoint[],
  problems: Problem[],
): readonly EndpointDraft[] {
  const folders = new Set(filesIn(files, 'sql/').map(([file]) => file.split('/').slice(0, 3).join('/')));
  return [...folders].flatMap((folder): readonly EndpointDraft[] => {
    const { draft, problems: found } = compileEndpoint(folder, files, platform);
    problems.push(...found);
    if (draft === undefined) return [];
    const event = events.find(({ id }) => id === draft.endpoint.id);
    if (event === undefined) return [draft];
    const message = `${event.id} is the endpoint of the event type ${event.eventType} too`;
    problems.push({ ...draft.source.placeOf([]), message, hint: 'choose another name' });
    return [];
  });
}

function anonymousOnes(
  drafts: readonly EndpointDraft[],
  endpoints: readonly Endpoint[],
  platform: Platform,
): readonly Problem[] {
  const byId = new Map<string, Endpoint>(endpoints.map((endpoint) => [endpoint.id, endpoint]));
  return drafts.flatMap((draft) => {
    const endpoint = byId.get(draft.endpoint.id);
    return endpoint?.kind === 'sql' ? anonymityProblems(endpoint, draft, platform, (id) => byId.get(id)) : [];
  });
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

function filesIn(files: ReadonlyMap<string, string>, folder: string): readonly (readonly [string, string])[] {
  return [...files].filter(([file]) => file.startsWith(folder)).sort(([a], [b]) => (a < b ? -1 : 1));
}
