// Event types compiled without the SQL beside them: the same as in the whole catalog.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { compileCatalog } from '#shared/catalog/compile-catalog.ts';
import { compileEvents } from '#shared/catalog/compile-events.ts';
import { readDeclarations } from '#shared/catalog/read-folder.ts';
import { PLATFORM } from './declarations.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

test('the events alone are those of the whole catalog, with their endpoints and sources', () => {
  const { files } = readDeclarations(ROOT);
  const [whole, events] = [compileCatalog(files), compileEvents(files)];
  assert.ok(whole.kind === 'compiled' && events.kind === 'compiled');
  const { endpoints, ...others } = whole.catalog;
  const ofEvents = Object.entries(endpoints).filter(([, { kind }]) => kind === 'event');
  assert.ok(ofEvents.length > 3 && ofEvents.length < Object.keys(endpoints).length);
  assert.deepEqual(events.catalog, { ...others, endpoints: Object.fromEntries(ofEvents) });
});

test('only the folders that are asked for are read', () => {
  const { files } = readDeclarations(ROOT, ['events', 'platform']);
  assert.deepEqual(new Set([...files.keys()].map((path) => path.split('/')[0])), new Set(['events', 'platform']));
});

test('SQL that is wrong is no matter for the events; an event type and a platform that are wrong are', () => {
  const files = new Map(Object.entries(PLATFORM));
  assert.equal(compileEvents(files).kind, 'compiled');
  files.set('sql/music/plays/query.sql', 'SELECT nothing FROM nowhere');
  assert.equal(compileCatalog(files).kind, 'failed');
  assert.equal(compileEvents(files).kind, 'compiled');
  files.set('events/music/Played.yaml', 'description: [');
  assert.equal(compileEvents(files).kind, 'failed');
  assert.equal(compileEvents(new Map()).kind, 'failed');
});
