// Owns compiling one `sql/<domain>/<endpoint>/`: its contract, its partitions, its columns and checks, and every problem.
import { DAY_MS } from '../platform/civil-date.ts';
import { durationOf, type DurationText, exceeds } from '../platform/duration.ts';
import { DOMAIN, type EndpointId, parseId, SNAKE_NAME } from '../platform/ids.ts';
import { type Grain, HOUR_MS } from '../pipelines/partition-key.ts';
import { parseSchedule } from '../pipelines/schedule.ts';
import { anonymityChecks } from './anonymous.ts';
import { declaredChecks, fileChecks } from './audit-checks.ts';
import { parseByteSize } from './byte-size.ts';
import type { Column } from './column.ts';
import { parseColumnType } from './column-type.ts';
import { MAX_PARTITIONS } from './compile-event-type.ts';
import { type EndpointFile, endpointFile } from './declarations/endpoint-file.ts';
import type { AuditCheck, SqlEndpoint } from './endpoint.ts';
import { isReservedDomain } from './names.ts';
import type { Platform } from './platform.ts';
import type { Problem } from './problem.ts';
import { lookUp } from './references.ts';
import { checkSchema } from './schema-problems.ts';
import { outlineQuery, type QueryOutline } from './sql-outline.ts';
import { parseYaml, type YamlSource } from './yaml-source.ts';

/** An endpoint whose contract holds; its inputs, purposes and lineage are settled when all endpoints are known. */
export interface EndpointDraft {
  readonly endpoint: SqlEndpoint;
  readonly declared: EndpointFile;
  readonly source: YamlSource;
  readonly outline: QueryOutline;
  readonly queryFile: string;
}

/** A draft, or why there is none. */
export interface DraftResult {
  readonly draft: EndpointDraft | undefined;
  readonly problems: readonly Problem[];
}

/** Compiles the folder of an endpoint as far as that goes without knowing the others. */
export function compileEndpoint(folder: string, files: ReadonlyMap<string, string>, platform: Platform): DraftResult {
  const problems: Problem[] = [];
  const id = idOfFolder(folder, problems);
  const [contractFile, queryFile, checksFile] = ['endpoint.yaml', 'query.sql', 'checks.sql'].map(
    (name) => `${folder}/${name}`,
  ) as [string, string, string];
  const query = files.get(queryFile);
  if (query === undefined)
    problems.push({
      file: queryFile,
      line: 1,
      column: 1,
      message: 'the file is missing',
      allowed: 'one SELECT of BigQuery SQL',
    });
  const outline = outlineQuery(queryFile, query ?? 'SELECT 1');
  problems.push(...outline.problems);
  const checksText = files.get(checksFile);
  const own =
    checksText === undefined || id === undefined
      ? { checks: [], problems: [] }
      : fileChecks(id, checksFile, checksText);
  problems.push(...own.problems);
  const parsed = parseContract(contractFile, files.get(contractFile));
  if (parsed.kind === 'failed') return { draft: undefined, problems: [...problems, ...parsed.problems] };
  const { declared, source } = parsed;
  const references = referencesOf(declared, source, platform, problems);
  const columns = columnsOf(declared, source, platform, problems);
  problems.push(...partitionProblems(declared, source), ...retentionProblems(declared, source));
  if (problems.length > 0 || id === undefined || references === undefined || query === undefined)
    return { draft: undefined, problems };
  const endpoint = endpointOf({
    id,
    declared,
    references,
    columns,
    query,
    checks: [...declaredChecks(declared), ...own.checks, ...anonymityChecks(declared.privacy)],
  });
  return { draft: { endpoint, declared, source, outline, queryFile }, problems };
}

type ContractResult =
  | { readonly kind: 'read'; readonly declared: EndpointFile; readonly source: YamlSource }
  | { readonly kind: 'failed'; readonly problems: readonly Problem[] };

function parseContract(file: string, text: string | undefined): ContractResult {
  if (text === undefined)
    return {
      kind: 'failed',
      problems: [{ file, line: 1, column: 1, message: 'the file is missing', allowed: 'the contract of the endpoint' }],
    };
  const parsed = parseYaml(file, text);
  if (parsed.kind === 'failed') return parsed;
  const declared = checkSchema(parsed.source, endpointFile);
  if (declared.kind === 'invalid') return { kind: 'failed', problems: declared.problems };
  return { kind: 'read', declared: declared.value, source: parsed.source };
}

function idOfFolder(folder: string, problems: Problem[]): EndpointId | undefined {
  const [, domain = '', name = ''] = /^sql\/([^/]+)\/([^/]+)$/.exec(folder) ?? [];
  const at = { file: `${folder}/endpoint.yaml`, line: 1, column: 1, hint: 'the path of a declaration is its name' };
  if (!DOMAIN.pattern.test(domain))
    problems.push({ ...at, message: `"${domain}" cannot be a domain`, allowed: DOMAIN.allowed });
  if (isReservedDomain(domain)) problems.push({ ...at, message: `the domain "${domain}" is the platform's own` });
  if (!SNAKE_NAME.pattern.test(name))
    problems.push({ ...at, message: `"${name}" cannot be an endpoint`, allowed: SNAKE_NAME.allowed });
  return parseId('endpoint', `${domain}.${name}`);
}

type References = Pick<SqlEndpoint, 'owner' | 'pool' | 'purposes'>;

function referencesOf(
  declared: EndpointFile,
  source: YamlSource,
  platform: Platform,
  problems: Problem[],
): References | undefined {
  const find = { source, problems };
  const owner = lookUp('team', declared.owner, platform.teams, { ...find, path: ['owner'] });
  const pool = lookUp('pool', declared.pool, platform.pools, { ...find, path: ['pool'] });
  const own =
    declared.purpose === undefined
      ? undefined
      : lookUp('purpose', declared.purpose, platform.purposes, { ...find, path: ['purpose'] });
  return owner === undefined || pool === undefined
    ? undefined
    : { owner, pool, purposes: own === undefined ? [] : [own] };
}

function columnsOf(
  declared: EndpointFile,
  source: YamlSource,
  platform: Platform,
  problems: Problem[],
): readonly Column[] {
  const columns = Object.entries(declared.columns).map(([name, { type, description, semantic }]): Column => {
    const at = { source, problems, path: ['columns', name, 'semantic'] };
    const meaning = semantic === undefined ? undefined : lookUp('semantic', semantic, platform.semantics, at);
    // The schema of the file has checked the type.
    return { name, ...(parseColumnType(type) ?? { type: 'STRING', repeated: false }), description, semantic: meaning };
  });
  if (columns.length === 0)
    problems.push({
      ...source.placeOf(['columns']),
      message: 'there are no columns',
      allowed: 'every column that the query gives',
    });
  return columns;
}

function partitionProblems({ partition, columns }: EndpointFile, source: YamlSource): readonly Problem[] {
  const place = source.placeOf(['partition', 'column']);
  const { column, grain } = partition;
  if (grain === 'all')
    return column === undefined
      ? []
      : [{ ...place, message: 'an endpoint of grain all has no partition column', hint: 'leave it out' }];
  if (column === undefined)
    return [
      {
        ...source.placeOf(['partition']),
        message: `grain ${grain} needs a partition column`,
        allowed: 'column: NAME, a DATE, TIMESTAMP or DATETIME',
      },
    ];
  const type = columns[column]?.type.toUpperCase();
  const allowed = grain === 'hour' ? ['TIMESTAMP', 'DATETIME'] : ['DATE', 'TIMESTAMP', 'DATETIME'];
  if (type === undefined)
    return [
      {
        ...place,
        message: `the partition column "${column}" is none of the columns`,
        allowed: Object.keys(columns).join(', '),
      },
    ];
  return allowed.includes(type)
    ? []
    : [
        {
          ...source.placeOf(['columns', column, 'type']),
          message: `a ${type} cannot be the partition column of grain ${grain}`,
          allowed: allowed.join(', '),
        },
      ];
}

/** The shortest span of a partition of each grain, in milliseconds; `all` has one partition whatever its age. */
const SHORTEST_MS: { readonly [G in Exclude<Grain, 'all'>]: number } = {
  hour: HOUR_MS,
  day: DAY_MS,
  week: 7 * DAY_MS,
  month: 28 * DAY_MS,
};

function retentionProblems({ partition, retention }: EndpointFile, source: YamlSource): readonly Problem[] {
  if (partition.grain === 'all') return [];
  const limit = MAX_PARTITIONS * SHORTEST_MS[partition.grain];
  if (!exceeds(durationOf(retention), { months: 0, days: 0, ms: limit })) return [];
  return [
    {
      ...source.placeOf(['retention']),
      message: `${retention} of ${partition.grain} partitions are more than the ${MAX_PARTITIONS} that a table can have`,
      allowed: `at most P${Math.floor(limit / DAY_MS)}D`,
      hint: 'use a coarser grain',
    },
  ];
}

interface EndpointParts {
  readonly id: EndpointId;
  readonly declared: EndpointFile;
  readonly references: References;
  readonly columns: readonly Column[];
  readonly query: string;
  readonly checks: readonly AuditCheck[];
}

function endpointOf({ id, declared, references, columns, query, checks }: EndpointParts): SqlEndpoint {
  const { partition, schedule, slo, max_bytes_billed: maxBytes } = declared;
  return {
    kind: 'sql',
    id,
    description: declared.description,
    ...references,
    grain: partition.grain,
    partitionColumn: partition.column,
    start: partition.start,
    schedule: schedule === undefined ? undefined : parseSchedule(schedule),
    offset: durationText(declared.offset),
    lookback: declared.lookback,
    onRestate: declared.on_restate,
    retention: durationText(declared.retention),
    columns,
    readers: declared.readers,
    inputs: [],
    query,
    lineage: [],
    checks,
    slo,
    ...(declared.privacy === undefined ? {} : { privacy: declared.privacy }),
    maxBytesBilled: maxBytes === undefined ? undefined : parseByteSize(maxBytes),
  };
}

function durationText(text: string): DurationText {
  // The schema of the file has checked the text.
  return text as DurationText;
}
