// Owns compiling a whole repository: every declaration, in dependency order, all problems at once.
import { anonymityProblems } from './anonymous.ts';
import { type CatalogResult, catalogOf, compileDeclared, filesBelow } from './compile-events.ts';
import { compileEndpoint, type EndpointDraft } from './compile-endpoint.ts';
import type { Endpoint, EventEndpoint } from './endpoint.ts';
import { linkEndpoints } from './link-endpoints.ts';
import type { Platform } from './platform.ts';
import { type Problem, sortProblems } from './problem.ts';
import { type AnalyseQuery, analyseQuery } from './sql-analysis.ts';

/** Compiles the declarations of a repository, by path. */
export function compileCatalog(
  files: ReadonlyMap<string, string>,
  analyse: AnalyseQuery = analyseQuery,
): CatalogResult {
  const declared = compileDeclared(files);
  const problems = [...declared.problems];
  if (declared.kind === 'without-platform') return { kind: 'failed', problems: sortProblems(problems) };
  const { platform, events } = declared;
  const drafts = compileEndpoints(files, platform, events, problems);
  // An event type that did not compile would be reported again by everything that reads it.
  const linked = problems.length > 0 ? undefined : linkEndpoints({ drafts, others: events, platform, analyse });
  problems.push(...(linked?.problems ?? []));
  const endpoints: readonly Endpoint[] = [...events, ...(linked?.endpoints ?? [])];
  problems.push(...anonymousOnes(drafts, endpoints, platform));
  if (problems.length > 0) return { kind: 'failed', problems: sortProblems(problems) };
  return { kind: 'compiled', catalog: catalogOf(declared, endpoints) };
}

function compileEndpoints(
  files: ReadonlyMap<string, string>,
  platform: Platform,
  events: readonly EventEndpoint[],
  problems: Problem[],
): readonly EndpointDraft[] {
  const folders = new Set(filesBelow(files, 'sql/').map(([file]) => file.split('/').slice(0, 3).join('/')));
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
