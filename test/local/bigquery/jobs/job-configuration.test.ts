import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeJob, type JobPlan, readConfiguration } from '#local/bigquery/jobs/job-configuration.ts';
import { ApiError } from '#local/primitives/errors.ts';

const TABLE = { projectId: 'p', datasetId: 'd', tableId: 't' };

function query(fields: object): Extract<JobPlan, { kind: 'query' }> {
  const plan = readConfiguration({ query: { query: 'SELECT 1', useLegacySql: false, ...fields } }, 'p');
  return plan.kind === 'query' ? plan : assert.fail(plan.kind);
}

function refusal(configuration: object): string {
  try {
    readConfiguration(configuration, 'p');
  } catch (error) {
    return error instanceof ApiError
      ? `${error.httpStatus} ${error.reason}: ${error.message}`
      : assert.fail(String(error));
  }
  return assert.fail('was accepted');
}

test('a query without more is text for the project', () => {
  const plan = query({});
  assert.deepEqual(plan.query, { run: { sql: 'SELECT 1', projectId: 'p' } });
  assert.equal(plan.dryRun, false);
  assert.equal(plan.configuration['jobType'], 'QUERY');
});

test('a destination is only written to when it is empty, unless the job says otherwise', () => {
  const destination = query({ destinationTable: { datasetId: 'd', tableId: 't$20260801' } }).query.run.destination;
  assert.deepEqual(destination, {
    table: { projectId: 'p', datasetId: 'd', tableId: 't$20260801' },
    writeDisposition: 'WRITE_EMPTY',
    createDisposition: 'CREATE_IF_NEEDED',
  });
  const full = query({
    destinationTable: TABLE,
    writeDisposition: 'WRITE_TRUNCATE',
    createDisposition: 'CREATE_NEVER',
    timePartitioning: { type: 'DAY', field: 'day', expirationMs: 86400000 },
    clustering: { fields: ['a'] },
    schemaUpdateOptions: ['ALLOW_FIELD_ADDITION'],
  });
  assert.deepEqual(full.query.run.destination, {
    table: TABLE,
    writeDisposition: 'WRITE_TRUNCATE',
    createDisposition: 'CREATE_NEVER',
    timePartitioning: { type: 'DAY', field: 'day', expirationMs: '86400000' },
    clustering: { fields: ['a'] },
    schemaUpdateOptions: ['ALLOW_FIELD_ADDITION'],
  });
});

test('limits, the time zone and the default dataset reach the engine', () => {
  const plan = readConfiguration(
    {
      jobTimeoutMs: '5000',
      dryRun: true,
      query: {
        query: 'SELECT 1',
        useLegacySql: false,
        maximumBytesBilled: '1000',
        defaultDataset: { datasetId: 'd' },
        connectionProperties: [{ key: 'time_zone', value: 'Europe/Stockholm' }],
      },
    },
    'p',
  );
  assert.ok(plan.kind === 'query');
  assert.equal(plan.timeoutMs, 5000);
  assert.equal(plan.dryRun, true);
  assert.deepEqual(plan.query, {
    run: {
      sql: 'SELECT 1',
      projectId: 'p',
      defaultDataset: { projectId: 'p', datasetId: 'd' },
      timeZone: 'Europe/Stockholm',
    },
    maximumBytesBilled: 1000,
  });
});

test('parameters of every shape are passed on, without what is absent', () => {
  const parameters = [
    { name: 'n', parameterType: { type: 'int64' }, parameterValue: { value: '1' } },
    { name: 'none', parameterType: { type: 'STRING' }, parameterValue: {} },
    {
      name: 'list',
      parameterType: { type: 'ARRAY', arrayType: { type: 'DATE' } },
      parameterValue: { arrayValues: [{ value: '2026-08-01' }, { value: null }] },
    },
    {
      name: 'pair',
      parameterType: { type: 'STRUCT', structTypes: [{ name: 'a', type: { type: 'BOOL' } }] },
      parameterValue: { structValues: { a: { value: 'true' } } },
    },
  ];
  assert.deepEqual(query({ parameterMode: 'NAMED', queryParameters: parameters }).query.run.parameters, [
    { name: 'n', parameterType: { type: 'INT64' }, parameterValue: { value: '1' } },
    { name: 'none', parameterType: { type: 'STRING' }, parameterValue: {} },
    {
      name: 'list',
      parameterType: { type: 'ARRAY', arrayType: { type: 'DATE' } },
      parameterValue: { arrayValues: [{ value: '2026-08-01' }, {}] },
    },
    {
      name: 'pair',
      parameterType: { type: 'STRUCT', structTypes: [{ name: 'a', type: { type: 'BOOL' } }] },
      parameterValue: { structValues: { a: { value: 'true' } } },
    },
  ]);
});

test('parameters are all named or all positional, as the mode says', () => {
  const named = { name: 'n', parameterType: { type: 'INT64' }, parameterValue: { value: '1' } };
  const positional = { parameterType: { type: 'INT64' }, parameterValue: { value: '1' } };
  const configuration = (mode: string | undefined, queryParameters: object[]): object => ({
    query: { query: 'SELECT 1', useLegacySql: false, queryParameters, ...(mode ? { parameterMode: mode } : {}) },
  });
  assert.match(refusal(configuration(undefined, [named, positional])), /all named or all positional/);
  assert.match(refusal(configuration('NAMED', [positional])), /do not fit the parameter mode NAMED/);
  assert.match(refusal(configuration('POSITIONAL', [named])), /do not fit the parameter mode POSITIONAL/);
  assert.match(refusal(configuration('OTHER', [named])), /parameterMode/);
  // The client library writes the mode in small letters.
  assert.equal(query({ parameterMode: 'positional', queryParameters: [positional] }).query.run.parameters?.length, 1);
});

test('SQL is legacy unless the request or its first line says otherwise, and legacy SQL is refused', () => {
  assert.match(refusal({ query: { query: 'SELECT 1' } }), /^501 notImplemented: Legacy SQL/);
  assert.match(refusal({ query: { query: 'SELECT 1', useLegacySql: true } }), /^501 notImplemented: Legacy SQL/);
  const plan = readConfiguration({ query: { query: '#standardSQL\nSELECT 1' } }, 'p');
  assert.equal(plan.kind, 'query');
});

test('what is not served is refused by name, with 501', () => {
  const base = { query: 'SELECT 1', useLegacySql: false };
  assert.match(refusal({ query: { ...base, createSession: true } }), /^501 notImplemented: Sessions/);
  assert.match(refusal({ query: { ...base, continuous: true } }), /^501 notImplemented: Continuous queries/);
  assert.match(refusal({ query: { ...base, tableDefinitions: {} } }), /^501 notImplemented: External tables/);
  assert.match(refusal({ extract: {} }), /^501 notImplemented: Extract jobs/);
  assert.match(
    refusal({ copy: { sourceTable: TABLE, destinationTable: TABLE, operationType: 'SNAPSHOT' } }),
    /^501 notImplemented: Copy jobs of operationType SNAPSHOT/,
  );
  assert.match(
    refusal({ load: { destinationTable: TABLE, sourceFormat: 'PARQUET' } }),
    /^501 notImplemented: .*PARQUET/,
  );
  assert.match(
    refusal({ load: { destinationTable: TABLE, autodetect: true } }),
    /^501 notImplemented: .*autodetection/,
  );
});

test('a configuration is of one kind', () => {
  assert.match(refusal({}), /^400 required/);
  assert.match(
    refusal({ query: { query: 'SELECT 1' }, copy: { sourceTable: TABLE, destinationTable: TABLE } }),
    /^400 invalid: Only one of/,
  );
});

test('a copy job has one or more sources', () => {
  const plan = readConfiguration(
    { copy: { sourceTables: [TABLE], destinationTable: { ...TABLE, tableId: 'u$20260801' } } },
    'q',
  );
  assert.ok(plan.kind === 'copy');
  assert.deepEqual(plan.copy, {
    sources: [TABLE],
    destination: { ...TABLE, tableId: 'u$20260801' },
    writeDisposition: 'WRITE_EMPTY',
    createDisposition: 'CREATE_IF_NEEDED',
  });
  assert.match(refusal({ copy: { destinationTable: TABLE } }), /^400 required: .*sourceTables/);
  assert.match(
    refusal({ copy: { sourceTable: TABLE, sourceTables: [TABLE], destinationTable: TABLE } }),
    /Only one of/,
  );
});

test('a load job appends CSV unless it says otherwise', () => {
  const plan = readConfiguration({ load: { sourceUris: ['gs://b/o.csv'], destinationTable: TABLE } }, 'p');
  assert.ok(plan.kind === 'load');
  assert.deepEqual(plan.load, {
    sourceUris: ['gs://b/o.csv'],
    destination: TABLE,
    writeDisposition: 'WRITE_APPEND',
    createDisposition: 'CREATE_IF_NEEDED',
    format: {
      kind: 'csv',
      options: {
        delimiter: ',',
        quote: '"',
        skipLeadingRows: 0,
        allowQuotedNewlines: false,
        allowJaggedRows: false,
        ignoreUnknownValues: false,
        nullMarker: '',
      },
    },
    maxBadRecords: 0,
    ignoreUnknownValues: false,
  });
  assert.match(
    refusal({ load: { sourceUris: ['s3://b/o'], destinationTable: TABLE } }),
    /Google Cloud Storage location/,
  );
});

test('the id of a job is checked, its location is passed on', () => {
  const configuration = { query: { query: 'SELECT 1', useLegacySql: false } };
  const request = decodeJob({ jobReference: { jobId: 'a-1', location: 'eu' }, configuration }, 'p');
  assert.equal(request.jobId, 'a-1');
  assert.equal(request.location, 'eu');
  assert.throws(() => decodeJob({ jobReference: { jobId: 'a.1' }, configuration }, 'p'), /Invalid job ID/);
  assert.throws(() => decodeJob({}, 'p'), /Required parameter is missing: configuration/);
});
