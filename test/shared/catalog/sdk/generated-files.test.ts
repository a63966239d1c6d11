/** What `trib sdk generate` makes of declarations. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { z } from 'zod';
import { eventTypesOf } from '#shared/catalog/catalog.ts';
import { dataSchema, type JsonSchema } from '#shared/catalog/sdk/data-schema.ts';
import { generatedModules, generatedSchemas } from '#shared/catalog/sdk/generated-files.ts';
import { compileValidator } from '#shared/events/validator.ts';
import { everyTypeCatalog } from './every-type.ts';

const catalog = everyTypeCatalog();
const all = (): boolean => true;

function golden(context: TestContext, name: string, text: string): void {
  context.assert.fileSnapshot(text, join(import.meta.dirname, 'golden', name), { serializers: [String] });
}

test('the module of a domain reads as kept in golden/shop.ts', (context) => {
  golden(context, 'shop.ts', generatedModules(catalog, all).get('shop.ts') ?? '');
});

test('the schema of an event type reads as kept in golden/shop.Everything.schema.json', (context) => {
  golden(
    context,
    'shop.Everything.schema.json',
    generatedSchemas(catalog, all).get('shop.Everything.schema.json') ?? '',
  );
});

test('there is a module for each domain and a schema for each event type that is wanted', () => {
  assert.deepEqual([...generatedModules(catalog, all).keys()], ['music.ts', 'shop.ts']);
  assert.deepEqual([...generatedModules(catalog, (id) => id === 'music.Played').keys()], ['music.ts']);
  assert.deepEqual(
    [...generatedSchemas(catalog, (id) => id.startsWith('shop.')).keys()],
    ['shop.Beat.schema.json', 'shop.Everything.schema.json', 'shop.Everything_v2.schema.json'],
  );
});

const everything = eventTypesOf(catalog).find(({ id }) => id === 'shop.Everything');
assert.ok(everything !== undefined);
const validate = compileValidator(everything);
const schema = z.fromJSONSchema(readable(dataSchema(everything)));

/** Without keywords that only annotate and that zod's reader does not know. */
function readable(schema: JsonSchema): Parameters<typeof z.fromJSONSchema>[0] {
  return JSON.parse(JSON.stringify(schema).replaceAll(',"contentEncoding":"base64"', '')) as ReturnType<
    typeof readable
  >;
}

test('every example is valid by its schema', () => {
  for (const eventType of eventTypesOf(catalog)) {
    for (const example of eventType.examples) {
      assert.doesNotThrow(() => z.fromJSONSchema(readable(dataSchema(eventType))).parse(example), eventType.id);
    }
  }
});

const GOOD = { text: 'abc', count: 3, kind: 'one' };

for (const [what, change] of Object.entries({
  'a field that is missing': { count: undefined },
  'a text that is too long': { text: 'a'.repeat(21) },
  'a text that is too short': { text: '' },
  'a text that does not match as a whole': { text: 'abc1' },
  'a number out of range': { count: 11 },
  'a fraction where a whole number is wanted': { count: 1.5 },
  'a text for a number': { ratio: '0.5' },
  'digits that are none': { total: '12x' },
  'a value that is not declared': { kind: 'three' },
  'too many items': { words: ['a', 'b', 'c', 'd'] },
  'an item that is too long': { words: ['toolong'] },
  'a member that is missing': { items: [{ price: { amount: 1 } }] },
  'an address that is none': { address: 'nobody' },
  'a text for a flag': { flag: 'yes' },
})) {
  test(`the schema refuses what collect refuses: ${what}`, () => {
    const data: { [field: string]: unknown } = { ...GOOD, ...change };
    for (const [name, value] of Object.entries(data)) if (value === undefined) delete data[name];
    assert.equal(validate(data).kind, 'rejected');
    assert.equal(schema.safeParse(data).success, false);
  });
}

test('the schema takes what collect takes: null for what is optional, digits for large numbers, fields that are not declared', () => {
  for (const change of [
    { address: null },
    { total: '9223372036854775807' },
    { total: -5 },
    { amount: '0.000000001' },
    { extra: 1 },
  ]) {
    assert.equal(validate({ ...GOOD, ...change }).kind, 'valid');
    assert.equal(schema.safeParse({ ...GOOD, ...change }).success, true, JSON.stringify(change));
  }
});
