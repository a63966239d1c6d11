import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RoutineMetadata } from '@google-cloud/bigquery';
import { bigQueryClient } from '#test/local/bigquery/client.ts';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';

const cloud = await startTestCloud();
const { GoogleAuth } = await import('google-auth-library');
const bigquery = await bigQueryClient();
const [dataset] = await bigquery.createDataset('d');

const PLUS_ONE: RoutineMetadata = {
  routineType: 'SCALAR_FUNCTION',
  language: 'SQL',
  arguments: [{ name: 'x', dataType: { typeKind: 'INT64' } }],
  returnType: { typeKind: 'INT64' },
  definitionBody: 'x + 1',
};

test('a function made over REST is called in SQL and comes back as it was made', async () => {
  const [routine] = await dataset.createRoutine('plus_one', { ...PLUS_ONE, description: 'Adds one.' });
  const [rows] = await bigquery.query('SELECT d.plus_one(41) AS a');
  assert.deepEqual(rows, [{ a: 42 }]);
  const [metadata] = await routine.getMetadata();
  assert.deepEqual(metadata.routineReference, { projectId: TEST_PROJECT, datasetId: 'd', routineId: 'plus_one' });
  assert.equal(metadata.routineType, 'SCALAR_FUNCTION');
  assert.equal(metadata.language, 'SQL');
  assert.equal(metadata.definitionBody, 'x + 1');
  assert.equal(metadata.description, 'Adds one.');
  assert.deepEqual(metadata.arguments, PLUS_ONE.arguments);
  assert.match(metadata.creationTime, /^\d{13}$/);
});

test('a function made in SQL is seen over REST', async () => {
  await bigquery.query('CREATE FUNCTION d.twice(x INT64) AS (x * 2)');
  const [metadata] = await dataset.routine('twice').getMetadata();
  assert.equal(metadata.routineType, 'SCALAR_FUNCTION');
  assert.match(metadata.definitionBody, /x \* 2/);
});

test('a routine is made once, and one that is not there is not found', async () => {
  await dataset.createRoutine('once', PLUS_ONE);
  await assert.rejects(dataset.createRoutine('once', PLUS_ONE), {
    code: 409,
    message: `Already Exists: Routine ${TEST_PROJECT}:d.once`,
  });
  await assert.rejects(dataset.routine('nothing').getMetadata(), {
    code: 404,
    message: `Not found: Routine ${TEST_PROJECT}:d.nothing`,
  });
});

test('an update replaces the body', async () => {
  const [routine] = await dataset.createRoutine('changed', PLUS_ONE);
  await routine.setMetadata({ ...PLUS_ONE, definitionBody: 'x + 2' });
  assert.deepEqual((await bigquery.query('SELECT d.changed(1) AS a'))[0], [{ a: 3 }]);
});

test('lists are in order of id, filtered by type', async () => {
  const [own] = await bigquery.createDataset('listed');
  for (const id of ['b', 'a']) await own.createRoutine(id, PLUS_ONE);
  const [routines] = await own.getRoutines();
  assert.deepEqual(
    routines.map(({ id }) => id),
    ['a', 'b'],
  );
  const [none] = await own.getRoutines({ filter: 'routineType:TABLE_VALUED_FUNCTION' });
  assert.deepEqual(none, []);
});

test('a deleted routine cannot be called any more', async () => {
  const [routine] = await dataset.createRoutine('gone', PLUS_ONE);
  await routine.delete();
  await assert.rejects(bigquery.query('SELECT d.gone(1)'), /Function not found: d\.gone/);
});

test('a remote function keeps its endpoint and its connection', async () => {
  const remoteFunctionOptions = {
    endpoint: 'https://reveal.example.com/run',
    connection: `projects/${TEST_PROJECT}/locations/us/connections/reveal`,
    maxBatchingRows: '50',
    userDefinedContext: { purpose: 'support' },
  };
  await new GoogleAuth().request({
    url: `https://bigqueryconnection.googleapis.com/v1/projects/${TEST_PROJECT}/locations/us/connections?connectionId=reveal`,
    method: 'POST',
    data: { cloudResource: {} },
  });
  const [routine] = await dataset.createRoutine('remote', {
    routineType: 'SCALAR_FUNCTION',
    ...(PLUS_ONE.arguments === undefined ? {} : { arguments: PLUS_ONE.arguments }),
    returnType: { typeKind: 'STRING' },
    remoteFunctionOptions,
  });
  assert.deepEqual((await routine.getMetadata())[0].remoteFunctionOptions, remoteFunctionOptions);
});

test('other languages and procedures are refused as not served', async () => {
  const refused = (more: object): Promise<unknown> => dataset.createRoutine('refused', { ...PLUS_ONE, ...more });
  await assert.rejects(refused({ language: 'JAVASCRIPT' }), { code: 501 });
  await assert.rejects(refused({ routineType: 'PROCEDURE' }), { code: 501 });
  await assert.rejects(refused({ sparkOptions: {} }), { code: 501 });
});

test('routines are there after a restart', async () => {
  await dataset.createRoutine('kept', PLUS_ONE);
  await cloud.restart();
  assert.deepEqual((await bigquery.query('SELECT d.kept(1) AS a'))[0], [{ a: 2 }]);
});
