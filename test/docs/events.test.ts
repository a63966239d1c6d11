/** Holds docs/events.md to the code: every key, type, limit, format, action and rule is in it, and every rule at its level. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHANGE_RULES } from '#shared/catalog/compatibility.ts';
import { editorSchemas } from '#shared/catalog/editor-schemas.ts';
import { STRING_FORMATS } from '#shared/catalog/field.ts';
import { GENERALISE_RULES } from '#shared/catalog/generalise-rules.ts';
import { compiled, filesWith } from '#test/shared/catalog/declarations.ts';
import { page } from './pages.ts';

const { text } = page('docs/events.md');
const named = new Set([...text.matchAll(/`([^`\n]+)`/g)].map(([, name = '']) => name.split(':')[0]));

/** The rows of the table whose first heading is this: the first cell's names, and the other cells. */
function rowsOf(heading: string): readonly { readonly names: readonly string[]; readonly cells: readonly string[] }[] {
  const table = text.split(`| ${heading} |`)[1]?.split('\n\n')[0] ?? '';
  return table
    .split('\n')
    .slice(2)
    .map((line) => line.split(' | '))
    .map(([first = '', ...cells]) => ({
      names: [...first.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
      cells,
    }));
}

function keysOf(schema: unknown): readonly string[] {
  return Object.keys((schema as { readonly properties: object }).properties);
}

test('every key of an event type is told, in the order in which files have them', () => {
  const schema = editorSchemas().find(({ name }) => name === 'event-type.schema.json')?.schema;
  const keys = rowsOf('key').flatMap(({ names }) => names);
  assert.deepEqual(keys, keysOf(schema));
});

test('every type with its limits, every format and every action is told', () => {
  const schema = JSON.stringify(editorSchemas().find(({ name }) => name === 'event-type.schema.json')?.schema);
  const types = new Set([...schema.matchAll(/"const":"([a-z0-9]+)"/g)].map(([, type = '']) => type));
  assert.deepEqual(new Set(rowsOf('type').flatMap(({ names }) => names)), types);
  for (const limit of ['min_length', 'max_length', 'min_items', 'max_items', 'pattern', 'min', 'max', 'values']) {
    assert.ok(schema.includes(`"${limit}"`), limit);
    assert.ok(named.has(limit), limit);
  }
  for (const name of [...STRING_FORMATS, ...Object.keys(GENERALISE_RULES)]) assert.ok(named.has(name), name);
});

test('every rule of compatibility is told at its level', () => {
  const told = rowsOf('rule').flatMap(({ names, cells: [level = ''] }) => names.map((name) => [name, level]));
  assert.deepEqual(Object.fromEntries(told), { ...CHANGE_RULES });
});

test('the example of the page compiles', () => {
  const example = /```yaml\n(description:[\s\S]*?)```/.exec(text)?.[1] ?? '';
  const declared = example.replace('team-listening', 'team-a').replace('product-analytics', 'analytics');
  assert.ok(compiled(filesWith({ 'events/listening/TrackPlayed.yaml': declared })));
});
