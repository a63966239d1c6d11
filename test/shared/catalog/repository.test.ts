import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { compileCatalog } from '#shared/catalog/compile-catalog.ts';
import { endpointsOf, eventTypesOf } from '#shared/catalog/catalog.ts';
import { editorSchemas, editorSettings } from '#shared/catalog/editor-schemas.ts';
import { formatProblem } from '#shared/catalog/problem.ts';
import { readDeclarations } from '#shared/catalog/read-folder.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

test('the declarations of this repository compile', () => {
  const { files, problems } = readDeclarations(root);
  assert.deepEqual(problems, []);
  const result = compileCatalog(files);
  assert.ok(result.kind === 'compiled', result.kind === 'failed' ? result.problems.map(formatProblem).join('\n') : '');
  const ids = eventTypesOf(result.catalog).map(({ id }) => id);
  for (const id of [
    'listening.ProfileUpdated',
    'listening.SearchPerformed',
    'listening.TrackPlayed',
    'web.PageRequested',
  ])
    assert.ok(
      ids.some((other) => other === id),
      id,
    );
});

test('the access log keeps the columns of the contract, and none of them is the address', () => {
  const result = compileCatalog(readDeclarations(root).files);
  assert.ok(result.kind === 'compiled');
  const endpoint = endpointsOf(result.catalog).find(({ id }) => id === 'web.page_requested');
  const columns = new Map(endpoint?.columns.map(({ name, type }) => [name, type]));
  const wanted = {
    method: 'STRING',
    path: 'STRING',
    status: 'INT64',
    bytes: 'INT64',
    referrer: 'STRING',
    user_agent: 'STRING',
    sealed: 'BYTES',
    subject: 'STRING',
    hour: 'TIMESTAMP',
  };
  for (const [name, type] of Object.entries(wanted)) assert.equal(columns.get(name), type, name);
  assert.ok(!columns.has('address'));
  assert.equal(endpoint?.grain, 'day');
  assert.equal(endpoint?.retention, 'P20Y');
  assert.match(readFileSync(`${root}/events/web/PageRequested.yaml`, 'utf8'), /^purpose: web-operations$/m);
});

test('every kind of declaration has a schema for editors, which lists its keys', () => {
  const schemas = editorSchemas();
  assert.equal(schemas.length, 12);
  const eventType = schemas.find(({ name }) => name === 'event-type.schema.json');
  assert.deepEqual(Object.keys(Object(Reflect.get(eventType?.schema ?? {}, 'properties'))).slice(0, 3), [
    'description',
    'owner',
    'tier',
  ]);
  for (const { schema } of schemas)
    assert.equal(Reflect.get(schema, '$schema'), 'https://json-schema.org/draft/2020-12/schema');
  const settings = editorSettings('./build/schemas')['yaml.schemas'];
  assert.equal(Reflect.get(settings ?? {}, './build/schemas/endpoint.schema.json'), 'sql/*/*/endpoint.yaml');
});

test('a folder without declarations holds none', () => {
  assert.ok(!existsSync(`${root}/no-such-folder`));
  assert.deepEqual(readDeclarations(`${root}/no-such-folder`), { files: new Map(), problems: [] });
});
