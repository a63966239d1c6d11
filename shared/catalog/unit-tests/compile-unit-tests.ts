// Owns compiling unit tests of pipelines: their files against the endpoints that the catalog knows.
import type { RestField } from '#lib/googlesql/types/rest-schema.ts';
import type { FixtureRow, FixtureTable, QueryTest } from '#lib/googlesql/unit-tests/query-test.ts';
import { boundsOf, grainOf, type PartitionKey, parsePartitionKey } from '../../pipelines/partition-key.ts';
import { domainOf, type EndpointId, nameOf, parseId } from '../../platform/ids.ts';
import { formatTimestamp, parseTimestamp } from '../../platform/timestamp.ts';
import type { Catalog } from '../catalog.ts';
import { type RestColumn, restColumns } from '../column.ts';
import { unitTestFile, type UnitTestFile } from '../declarations/unit-test-file.ts';
import { didYouMean, listNames } from '../did-you-mean.ts';
import type { SqlEndpoint } from '../endpoint.ts';
import type { Problem } from '../problem.ts';
import { checkSchema } from '../schema-problems.ts';
import { PROJECT, revealRoutines } from '../sql-analysis.ts';
import { parseYaml, type YamlPath, type YamlSource } from '../yaml-source.ts';
import type { UnitTest } from './unit-test.ts';

/** Unit tests that can be run, and everything that is wrong with the others. */
export interface UnitTests {
  readonly tests: readonly UnitTest[];
  readonly problems: readonly Problem[];
}

const TEST_FILE = /^sql\/([^/]+)\/([^/]+)\/tests\/([^/]+)\.yaml$/;

/** Compiles the unit tests among the files of a repository, in order of their paths. */
export function compileUnitTests(files: ReadonlyMap<string, string>, catalog: Catalog): UnitTests {
  const tests: UnitTest[] = [];
  const problems: Problem[] = [];
  for (const [file, text] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [, domain = '', endpointName = '', name = ''] = TEST_FILE.exec(file) ?? [];
    const id = parseId('endpoint', `${domain}.${endpointName}`);
    const endpoint = id === undefined ? undefined : catalog.endpoints[id];
    // A folder that is no endpoint has been reported already.
    if (endpoint?.kind !== 'sql') continue;
    const read = readFile(file, text);
    if (read.kind === 'failed') problems.push(...read.problems);
    else {
      const found = testProblems(read, endpoint);
      problems.push(...found);
      if (found.length === 0) tests.push(unitTestOf(name, read, endpoint, catalog));
    }
  }
  return { tests, problems };
}

interface ReadTest {
  readonly kind: 'read';
  readonly declared: UnitTestFile;
  readonly source: YamlSource;
}

function readFile(
  file: string,
  text: string,
): ReadTest | { readonly kind: 'failed'; readonly problems: readonly Problem[] } {
  const parsed = parseYaml(file, text);
  if (parsed.kind === 'failed') return parsed;
  const { source } = parsed;
  const declared = checkSchema(source, unitTestFile);
  return declared.kind === 'invalid'
    ? { kind: 'failed', problems: declared.problems }
    : { kind: 'read', declared: declared.value, source };
}

function testProblems({ declared, source }: ReadTest, endpoint: SqlEndpoint): readonly Problem[] {
  return [
    ...partitionProblems(declared, source, endpoint),
    ...inputProblems(declared, source, endpoint),
    ...wideNumbers(source.value, [], source),
  ];
}

function partitionProblems({ partition }: UnitTestFile, source: YamlSource, endpoint: SqlEndpoint): readonly Problem[] {
  const key = parsePartitionKey(partition);
  if (key === undefined || grainOf(key) === endpoint.grain) return [];
  const message = `"partition" is ${partition}, of grain ${grainOf(key)}`;
  return [{ ...source.placeOf(['partition']), message, allowed: `a key of grain ${endpoint.grain}` }];
}

function inputProblems(declared: UnitTestFile, source: YamlSource, endpoint: SqlEndpoint): readonly Problem[] {
  const read: readonly string[] = endpoint.inputs.map((input) => input.endpoint);
  const others = read.filter((id) => id !== endpoint.id);
  const given = Object.keys(declared.given);
  const strange = given
    .filter((id) => !others.includes(id))
    .map((id): Problem => ({
      ...source.placeOfKey(['given', id]),
      message: id === endpoint.id ? `${id} is the endpoint itself` : `the query does not read "${id}"`,
      allowed: listNames(others),
      hint: id === endpoint.id ? 'write its rows under "previous"' : didYouMean(id, others),
    }));
  const missing = others
    .filter((id) => !given.includes(id))
    .map((id): Problem => ({
      ...source.placeOf(['given']),
      message: `the query reads ${id}, and no rows are given`,
      hint: `write ${id}: [] if it is to have none`,
    }));
  const readsItself = read.includes(endpoint.id);
  if (readsItself === (declared.previous !== undefined)) return [...strange, ...missing];
  const previous: Problem = readsItself
    ? {
        ...source.placeOf([]),
        message: 'the query reads its own endpoint, and "previous" is missing',
        hint: 'write previous: [] for the first partition',
      }
    : {
        ...source.placeOfKey(['previous']),
        message: 'the query does not read its own endpoint',
        hint: 'leave "previous" out',
      };
  return [...strange, ...missing, previous];
}

/** Whole numbers whose last digits the reader of YAML has lost. */
function wideNumbers(value: unknown, path: YamlPath, source: YamlSource): readonly Problem[] {
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    const message = 'a number of so many digits is not read exactly';
    return [{ ...source.placeOf(path), message, hint: 'write it in quotes' }];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => wideNumbers(inner, [...path, key], source));
}

function unitTestOf(name: string, { declared, source }: ReadTest, endpoint: SqlEndpoint, catalog: Catalog): UnitTest {
  // The schema of the file has checked the key.
  const partition = declared.partition as PartitionKey;
  const { description } = declared;
  return {
    endpoint: endpoint.id,
    name,
    description,
    partition,
    source,
    test: queryTestOf(declared, endpoint, catalog),
  };
}

function queryTestOf(declared: UnitTestFile, endpoint: SqlEndpoint, catalog: Catalog): QueryTest {
  const { startMs, endMs } = boundsOf(declared.partition as PartitionKey);
  const given = Object.entries({
    ...declared.given,
    ...(declared.previous === undefined ? {} : { [endpoint.id]: declared.previous }),
  });
  const nowMs = declared.now === undefined ? undefined : parseTimestamp(declared.now);
  const { partitionColumn } = endpoint;
  return {
    sql: endpoint.query,
    project: PROJECT,
    tables: given.map(([id, rows]) => fixtureOf(id as EndpointId, rows, catalog)),
    routines: revealRoutines(endpoint.purposes),
    parameters: Object.entries({ partition_start: startMs, partition_end: endMs }).map(([name, ms]) => ({
      name,
      parameterType: { type: 'TIMESTAMP' },
      parameterValue: { value: formatTimestamp(ms) },
    })),
    nowMs: nowMs ?? endMs,
    expected: Array.isArray(declared.expect)
      ? { rows: declared.expect, match: 'exact', ordered: false }
      : declared.expect,
    ...(partitionColumn === undefined ? {} : { span: { column: partitionColumn, startMs, endMs } }),
  };
}

function fixtureOf(id: EndpointId, rows: readonly FixtureRow[], catalog: Catalog): FixtureTable {
  const columns = catalog.endpoints[id]?.columns ?? [];
  return {
    path: { project: PROJECT, dataset: domainOf(id), name: nameOf(id) },
    fields: restColumns(columns).map(restField),
    rows,
  };
}

/** A column as the runner of tests takes it. */
function restField({ fields, ...column }: RestColumn): RestField {
  return { ...column, ...(fields === undefined ? {} : { fields: fields.map(restField) }) };
}
