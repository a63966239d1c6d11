// Owns linking endpoints to each other once all are known: inputs, cycles, purposes, outputs, lineage and what it may carry.
import { durationOf, type DurationText, exceeds } from '../platform/duration.ts';
import { domainOf, type EndpointId, parseId, type PurposeId } from '../platform/ids.ts';
import { parseInputWindow } from '../pipelines/input-window.ts';
import { type Column, formatColumnType, sameColumnType } from './column.ts';
import type { EndpointDraft } from './compile-endpoint.ts';
import { didYouMean, listNames } from './did-you-mean.ts';
import type { Endpoint, EndpointInput, SqlEndpoint } from './endpoint.ts';
import { isReservedDomain } from './names.ts';
import { idleGrants, openingProblems } from './opening.ts';
import type { Platform } from './platform.ts';
import type { Place, Problem } from './problem.ts';
import { type AnalyseQuery, type QueryColumn } from './sql-analysis.ts';
import type { NamedTable } from './sql-outline.ts';
import { taintsOf } from './taint.ts';

/** What linking needs to know. */
export interface LinkContext {
  readonly drafts: readonly EndpointDraft[];
  /** Endpoints of other kinds, which are complete already. */
  readonly others: readonly Endpoint[];
  readonly platform: Platform;
  readonly analyse: AnalyseQuery;
}

/** Endpoints that read each other, complete. */
export interface LinkResult {
  readonly endpoints: readonly SqlEndpoint[];
  readonly problems: readonly Problem[];
}

/** Completes the drafts of SQL endpoints. */
export function linkEndpoints({ drafts, others, platform, analyse }: LinkContext): LinkResult {
  const known = new Map<string, Endpoint>(
    [...others, ...drafts.map(({ endpoint }) => endpoint)].map((endpoint) => [endpoint.id, endpoint]),
  );
  const problems: Problem[] = [];
  const inputs = new Map(drafts.map((draft) => [draft.endpoint.id, inputsOf(draft, known, problems)]));
  problems.push(...cycleProblems(drafts, inputs));
  if (problems.length > 0) return { endpoints: [], problems };
  const purposes = purposeFinder(known, inputs);
  const opened = new Map<EndpointId, readonly PurposeId[]>();
  const endpoints = drafts.map((draft): SqlEndpoint => {
    const { endpoint } = draft;
    const own = inputs.get(endpoint.id) ?? [];
    const readable = [...new Set(own.map((input) => input.endpoint))].flatMap((id) => known.get(id) ?? []);
    // Any purpose's `open` can be analysed; which of them it may call is told in words of its own.
    const world = { endpoints: readable, purposes: Object.keys(platform.purposes) as PurposeId[] };
    const analysis = analyse(draft.queryFile, endpoint.query, world);
    if (analysis.kind === 'failed') problems.push(...analysis.problems);
    const lineage = analysis.kind === 'analysed' ? analysis.lineage : [];
    if (analysis.kind === 'analysed') problems.push(...outputProblems(draft, analysis.columns));
    const complete = { ...endpoint, inputs: own, lineage, purposes: purposes(endpoint.id) };
    const opens = analysis.kind === 'analysed' ? analysis.opens : [];
    opened.set(endpoint.id, opens);
    const place = { file: draft.queryFile, line: 1, column: 1 };
    problems.push(...openingProblems({ endpoint: complete, opens, place }, platform));
    problems.push(...taintProblems(draft, complete, known, platform), ...retentionProblems(draft, complete, platform));
    return complete;
  });
  if (problems.length === 0) {
    problems.push(...idleGrants(platform, [...others, ...endpoints], (id) => opened.get(id) ?? []));
  }
  return { endpoints, problems };
}

function inputsOf(
  draft: EndpointDraft,
  known: ReadonlyMap<string, Endpoint>,
  problems: Problem[],
): readonly EndpointInput[] {
  const { declared, source, outline, endpoint } = draft;
  const read = new Map<EndpointId, Place>();
  for (const table of outline.tables) {
    const id = known.get(table.name)?.id;
    if (id === undefined) problems.push(unknownTable(table, known));
    else if (!read.has(id)) read.set(id, table.place);
  }
  for (const name of Object.keys(declared.inputs)) {
    if ([...read.keys()].some((id) => id === name)) continue;
    const names = [...read.keys()];
    problems.push({
      ...source.placeOfKey(['inputs', name]),
      message: `the query does not read "${name}"`,
      allowed: listNames(names),
      hint: didYouMean(name, names),
    });
  }
  return [...read].map(([id, place]): EndpointInput => {
    const { window = 'same', max_age: maxAge, require: needed = 'all' } = declared.inputs[id] ?? {};
    // The schema of the file has checked the window.
    const parsed = parseInputWindow(window) ?? { kind: 'same' };
    if (maxAge !== undefined && parsed.kind !== 'latest') {
      problems.push({
        ...source.placeOf(['inputs', id, 'max_age']),
        message: `"max_age" is of window latest, and the window is ${window}`,
      });
    }
    const before = parsed.kind === 'offsets' && parsed.to < 0;
    if (id === endpoint.id && !before) {
      problems.push({
        ...place,
        message: `${id} reads itself`,
        allowed: `inputs: {${id}: {window: previous}}`,
        hint: 'a partition can only be made of those before it',
      });
    }
    // The schema of the file has checked the duration.
    return { endpoint: id, window: parsed, maxAge: maxAge as DurationText | undefined, require: needed };
  });
}

function unknownTable({ name, place }: NamedTable, known: ReadonlyMap<string, Endpoint>): Problem {
  const live = known.has(name.replace(/_live$/, ''));
  if (live)
    return {
      ...place,
      message: `${name} is open, so what is made of it would change`,
      hint: `read ${name.replace(/_live$/, '')}, the closed partitions`,
    };
  const id = parseId('endpoint', name);
  if (id !== undefined && isReservedDomain(domainOf(id)))
    return { ...place, message: `${name} is the platform's own`, allowed: 'endpoints, as domain.name' };
  const names = [...known.keys()];
  return {
    ...place,
    message: `there is no endpoint ${name}`,
    allowed: 'endpoints, as domain.name',
    hint: didYouMean(name, names),
  };
}

/** Each cycle once, at the query of the endpoint at which it was entered. */
function cycleProblems(
  drafts: readonly EndpointDraft[],
  inputs: ReadonlyMap<EndpointId, readonly EndpointInput[]>,
): readonly Problem[] {
  const problems: Problem[] = [];
  const done = new Set<EndpointId>();
  const visit = (id: EndpointId, path: readonly EndpointId[]): void => {
    const from = path.indexOf(id);
    if (from >= 0) {
      const draft = drafts.find(({ endpoint }) => endpoint.id === id);
      const next = path[from + 1];
      const place = draft?.outline.tables.find(({ name }) => name === next)?.place;
      if (place !== undefined)
        problems.push({
          ...place,
          message: `endpoints read each other in a circle: ${[...path.slice(from), id].join(' -> ')}`,
          hint: 'one of them must not read the next',
        });
      return;
    }
    if (done.has(id)) return;
    for (const input of inputs.get(id) ?? []) if (input.endpoint !== id) visit(input.endpoint, [...path, id]);
    done.add(id);
  };
  for (const { endpoint } of drafts) visit(endpoint.id, []);
  return problems;
}

/** Why an endpoint holds what it holds: its own purpose and those of everything it is made of. There are no cycles left. */
function purposeFinder(
  known: ReadonlyMap<string, Endpoint>,
  inputs: ReadonlyMap<EndpointId, readonly EndpointInput[]>,
): (id: EndpointId) => readonly PurposeId[] {
  const found = new Map<EndpointId, readonly PurposeId[]>();
  const find = (id: EndpointId): readonly PurposeId[] => {
    const before = found.get(id);
    if (before !== undefined) return before;
    const upstream = (inputs.get(id) ?? [])
      .filter((input) => input.endpoint !== id)
      .flatMap((input) => find(input.endpoint));
    const purposes = [...new Set([...(known.get(id)?.purposes ?? []), ...upstream])].sort();
    found.set(id, purposes);
    return purposes;
  };
  return find;
}

function outputProblems(
  { source, endpoint, queryFile }: EndpointDraft,
  given: readonly QueryColumn[],
): readonly Problem[] {
  const problems: Problem[] = [];
  for (const column of endpoint.columns) {
    const output = given.find(({ name }) => name.toLowerCase() === column.name);
    if (output === undefined) {
      const names = given.map(({ name }) => name);
      problems.push({
        ...source.placeOfKey(['columns', column.name]),
        message: `the query gives no column "${column.name}"`,
        allowed: listNames(names),
        hint: didYouMean(column.name, names),
      });
    } else if (!sameColumnType(column, output)) {
      problems.push({
        ...source.placeOf(['columns', column.name, 'type']),
        message: `the query gives "${column.name}" as ${formatColumnType(output)}, not ${formatColumnType(column)}`,
        hint: 'declare that type, or CAST in the query',
      });
    }
  }
  for (const [i, { name, ...type }] of given.entries()) {
    if (given.findIndex((other) => other.name.toLowerCase() === name.toLowerCase()) < i && name !== '') {
      const message = `the query gives the column "${name}" more than once`;
      problems.push({ file: queryFile, line: 1, column: 1, message, hint: 'a table has each name once' });
      continue;
    }
    if (endpoint.columns.some((column) => column.name === name.toLowerCase())) continue;
    const hint = `declare it in endpoint.yaml: ${name}: {type: ${formatColumnType(type)}}`;
    problems.push({
      file: queryFile,
      line: 1,
      column: 1,
      message:
        name === ''
          ? 'the query gives a column without a name'
          : `the query gives the column "${name}", which is not declared`,
      hint: name === '' ? 'name it with AS' : hint,
    });
  }
  return problems;
}

function taintProblems(
  { source }: EndpointDraft,
  endpoint: SqlEndpoint,
  known: ReadonlyMap<string, Endpoint>,
  platform: Platform,
): readonly Problem[] {
  const columnOf = (id: EndpointId, name: string): Column | undefined =>
    known.get(id)?.columns.find((column) => column.name === name);
  return taintsOf(endpoint, columnOf, platform).map(({ column, from, semantic }) => {
    const origin = [from.endpoint, from.column, ...(from.field === undefined ? [] : [from.field])].join('.');
    const place = source.placeOfKey(['columns', column]);
    if (semantic === undefined)
      return { ...place, message: `"${column}" carries ${origin}, of which nothing is known` };
    const meaning = `which is "${semantic}" and strict`;
    return from.flow === 'opened'
      ? {
          ...place,
          message: `"${column}" carries what was opened of ${origin}, ${meaning}`,
          allowed: 'the strict semantic type of the field that is opened',
          hint: 'say what it is: erasure must find it',
        }
      : {
          ...place,
          message: `"${column}" carries ${origin}, ${meaning}`,
          allowed: `semantic: ${semantic} on the column`,
          hint: 'say so, or leave it out of the query: erasure must find it',
        };
  });
}

/** What holds something of a person may not outlive its purposes; counts and sums of many may. */
function retentionProblems({ source }: EndpointDraft, endpoint: SqlEndpoint, platform: Platform): readonly Problem[] {
  const personal = endpoint.columns.some(
    ({ semantic }) =>
      semantic !== undefined && ['narrow', 'strict'].includes(platform.semantics[semantic]?.class ?? 'none'),
  );
  if (!personal) return [];
  return endpoint.purposes.flatMap((id): readonly Problem[] => {
    const longest = platform.purposes[id]?.longestRetention;
    if (longest === undefined || !exceeds(durationOf(endpoint.retention), durationOf(longest))) return [];
    return [
      {
        ...source.placeOf(['retention']),
        message: `${endpoint.retention} is longer than the purpose "${id}" allows`,
        allowed: `at most ${longest}`,
      },
    ];
  });
}
