import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { EventType } from '#shared/catalog/event-type.ts';
import type { Field, FieldType, PrivacyAction } from '#shared/catalog/field.ts';
import { compileValidator, payloadText, type ValidData } from '#shared/events/validator.ts';
import type { Rejection } from '#shared/events/verdict.ts';
import type { SemanticId } from '#shared/platform/ids.ts';
import { eventTypeOf, PLAYED } from '../catalog/declarations.ts';

const base = eventTypeOf(PLAYED);
const CANARY = 'alice@example.com';

function field(name: string, type: FieldType, privacy: PrivacyAction = { action: 'clear' }, optional = false): Field {
  return { name, description: 'A field of a test.', type, optional, privacy };
}

function typeWith(...fields: readonly Field[]): EventType {
  return { ...base, fields };
}

function valid(eventType: EventType, data: { readonly [field: string]: unknown }): ValidData {
  const result = compileValidator(eventType)(data);
  assert.ok(result.kind === 'valid', JSON.stringify(result));
  return result;
}

function refused(eventType: EventType, data: { readonly [field: string]: unknown }): Rejection {
  const result = compileValidator(eventType)(data);
  assert.ok(result.kind === 'rejected', 'it was valid');
  assert.ok(!JSON.stringify(result).includes(CANARY), 'a rejection quotes what was sent');
  return result;
}

function oneOf(type: FieldType): (value: unknown) => unknown {
  const eventType = typeWith(field('f', type));
  return (value) => {
    const result = compileValidator(eventType)({ f: value });
    return result.kind === 'valid' ? result.clear['f'] : result.code;
  };
}

test('data is sorted by what happens to it: clear, sealed, to be made a pseudonym or coarser, dropped', () => {
  const string: FieldType = { kind: 'string', minLength: 0, maxLength: 50 };
  const eventType = typeWith(
    field('a', string),
    field('b', string, { action: 'seal' }),
    { ...field('c', string, { action: 'token' }), semantic: 'device.id' as SemanticId },
    field('d', string, { action: 'generalise', rule: 'ip-prefix' }),
    field('e', string, { action: 'drop' }),
    field('r', {
      kind: 'record',
      fields: [field('x', string), field('y', string, { action: 'seal' }), field('z', string, { action: 'token' })],
    }),
  );
  const data = valid(eventType, { a: '1', b: '2', c: '3', d: '4', e: '5', r: { x: '6', y: '7', z: '8' }, more: 9 });
  assert.deepEqual(data.clear, { a: '1', r: { x: '6' } });
  assert.deepEqual(data.sealed, { b: '2', 'r.y': '7' });
  assert.deepEqual(
    data.pending.map(({ action, semantic, value, column }) => [action, semantic, value, column]),
    [
      ['token', 'device.id', '3', 'c'],
      ['ip-prefix', 'd', '4', 'd'],
      ['token', 'z', '8', 'z'],
    ],
  );
  assert.equal(data.pending.at(2)?.into, data.clear['r']);
  assert.equal(data.ignored, 1);
});

test('a field that is missing or null fails unless it is optional', () => {
  const eventType = typeWith(field('a', { kind: 'bool' }), field('b', { kind: 'bool' }, { action: 'clear' }, true));
  assert.deepEqual(valid(eventType, { a: true, b: null }).clear, { a: true });
  assert.deepEqual(refused(eventType, { b: true }), {
    kind: 'rejected',
    code: 'missing_field',
    path: 'data.a',
    hint: 'Send the field.',
  });
  assert.equal(refused(eventType, { a: null }).code, 'missing_field');
});

test('a list has at least as many items as declared', () => {
  const items = oneOf({ kind: 'list', of: { kind: 'int64' }, minItems: 1, maxItems: 2 });
  assert.equal(items([]), 'too_few_items');
  assert.deepEqual(items([1]), [1]);
  assert.equal(items([1, 2, 3]), 'too_many_items');
});

test('the path of a failure leads through records and lists', () => {
  const item: FieldType = { kind: 'record', fields: [field('sku', { kind: 'string', minLength: 0, maxLength: 3 })] };
  const eventType = typeWith(
    field('cart', { kind: 'record', fields: [field('items', { kind: 'list', of: item, maxItems: 5 })] }),
  );
  assert.equal(refused(eventType, { cart: { items: [{ sku: 'a' }, { sku: CANARY }] } }).path, 'data.cart.items[1].sku');
  assert.equal(refused(eventType, { cart: { items: [{ sku: 'a' }, {}] } }).path, 'data.cart.items[1].sku');
  assert.equal(refused(eventType, { cart: { items: [null] } }).path, 'data.cart.items[0]');
  assert.equal(refused(eventType, { cart: CANARY }).path, 'data.cart');
  assert.equal(
    refused(eventType, { cart: { items: Array.from({ length: 6 }, () => ({ sku: 'a' })) } }).code,
    'too_many_items',
  );
});

test('whole numbers of 64 bits are exact, as numbers or as digits', () => {
  const int = oneOf({ kind: 'int64' });
  assert.equal(int(5), 5);
  assert.equal(int('007'), 7);
  assert.equal(int('-9223372036854775808'), '-9223372036854775808');
  assert.equal(int('9223372036854775807'), '9223372036854775807');
  assert.ok(Object.is(int(-0), 0));
  for (const bad of [1.5, 2 ** 53, '', '1.0', '1e3', ' 1', true, [], {}, Number.NaN, CANARY])
    assert.equal(int(bad), 'wrong_type');
  assert.equal(int('9223372036854775808'), 'out_of_range');
  const bounded = oneOf({ kind: 'int64', min: 0, max: 10 });
  assert.equal(bounded(11), 'out_of_range');
  assert.equal(bounded('-1'), 'out_of_range');
  assert.equal(bounded('10'), 10);
});

test('other numbers, times, days and bytes keep their forms', () => {
  const float = oneOf({ kind: 'float64', min: 0, max: 1 });
  assert.equal(float(0.5), 0.5);
  assert.equal(float(1.5), 'out_of_range');
  assert.equal(float('0.5'), 'wrong_type');
  assert.equal(float(Infinity), 'wrong_type');
  const numeric = oneOf({ kind: 'numeric' });
  assert.equal(numeric('0.1'), '0.1');
  assert.equal(numeric(12.5), '12.5');
  assert.equal(numeric(1e30), 'wrong_type');
  assert.equal(numeric('1e3'), 'bad_format');
  assert.equal(oneOf({ kind: 'numeric', max: 3 })('4'), 'out_of_range');
  const timestamp = oneOf({ kind: 'timestamp' });
  assert.equal(timestamp('2026-08-01T15:00:00.5+02:00'), '2026-08-01T13:00:00.500Z');
  assert.equal(timestamp('yesterday'), 'bad_format');
  assert.equal(timestamp(1_785_589_200), 'wrong_type');
  const date = oneOf({ kind: 'date' });
  assert.equal(date('2024-02-29'), '2024-02-29');
  assert.equal(date('2026-02-29'), 'bad_format');
  const bytes = oneOf({ kind: 'bytes', maxLength: 4 });
  assert.equal(bytes('AAECAw=='), 'AAECAw==');
  assert.equal(bytes('AAECAwQ='), 'too_long');
  assert.equal(bytes('AAEC_w=='), 'bad_format');
  assert.equal(bytes('AAE'), 'bad_format');
  assert.equal(oneOf({ kind: 'bool' })('true'), 'wrong_type');
});

test('texts keep their length, pattern and format, and are Unicode', () => {
  const text = oneOf({ kind: 'string', minLength: 2, maxLength: 4, pattern: '[a-z]+' });
  assert.equal(text('abc'), 'abc');
  assert.equal(text('a'), 'too_short');
  assert.equal(text('abcde'), 'too_long');
  assert.equal(text('ab1'), 'bad_format');
  assert.equal(text(5), 'wrong_type');
  assert.equal(oneOf({ kind: 'string', minLength: 0, maxLength: 9 })('a\ud800'), 'bad_format');
  const long = { kind: 'string', minLength: 0, maxLength: 400 } as const;
  const good = {
    uuid: '0198f6d2-7b1c-7c3e-8a55-0123456789ab',
    url: 'https://example.com/a?b',
    email: 'a.b@example.com',
    phone: '+15550100',
    ip: '2001:db8::1',
    country: 'SE',
    currency: 'SEK',
    language: 'zh-Hant-TW',
    hostname: 'www.example.com',
  } as const;
  for (const [format, value] of Object.entries(good) as [keyof typeof good, string][]) {
    assert.equal(oneOf({ ...long, format })(value), value);
    assert.equal(oneOf({ ...long, format })('no such thing!'), 'bad_format', format);
  }
});

test('a pattern that would hang a backtracking matcher is answered at once', () => {
  const text = oneOf({ kind: 'string', minLength: 0, maxLength: 5000, pattern: '(a+)+b' });
  assert.equal(text('a'.repeat(5000)), 'bad_format');
});

test('JSON is bounded in depth and length, and its column holds its text', () => {
  const json = oneOf({ kind: 'json', maxLength: 200 });
  assert.equal(json({ a: [1, null] }), '{"a":[1,null]}');
  assert.equal(json('x'.repeat(300)), 'too_long');
  assert.equal(json({ a: 'b\udc00' }), 'bad_format');
  assert.equal(json({ a: '\\ud800' }), '{"a":"\\\\ud800"}');
  let deep: unknown = 1;
  for (let level = 0; level < 40; level += 1) deep = [deep];
  assert.equal(json(deep), 'too_deep');
  const sealed = typeWith(field('f', { kind: 'json', maxLength: 200 }, { action: 'seal' }));
  assert.deepEqual(valid(sealed, { f: { a: 1 } }).sealed, { f: { a: 1 } });
});

test('an enum takes its values and nothing else', () => {
  const kind = oneOf({ kind: 'enum', values: ['a', 'b'] });
  assert.equal(kind('a'), 'a');
  assert.equal(kind('toString'), 'not_in_enum');
  assert.equal(kind(1), 'wrong_type');
});

test('two sendings of one payload have one text, whatever else was sent along', () => {
  const validate = compileValidator(base);
  const text = (data: { readonly [field: string]: unknown }): string => {
    const result = validate(data);
    assert.ok(result.kind === 'valid');
    return payloadText(result);
  };
  assert.equal(text({ ms: 3, track: 't', extra: 1 }), text({ track: 't', ms: '3' }));
  assert.notEqual(text({ ms: 3, track: 't' }), text({ ms: 4, track: 't' }));
  assert.notEqual(text({ ms: 3, track: 't', email: 'a' }), text({ ms: 3, track: 't', email: 'b' }));
  assert.notEqual(text({ ms: 3, track: 't', ip: 'a' }), text({ ms: 3, track: 't', email: 'a' }));
});

interface Case {
  readonly type: FieldType;
  readonly value: unknown;
}

const scalarCase: fc.Arbitrary<Case> = fc.oneof(
  fc
    .string({ maxLength: 20, unit: 'grapheme' })
    .map((value): Case => ({ type: { kind: 'string', minLength: 0, maxLength: 80 }, value })),
  fc.maxSafeInteger().map((value): Case => ({ type: { kind: 'int64' }, value })),
  fc
    .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    .map((value): Case => ({ type: { kind: 'int64' }, value: String(value) })),
  // JSON knows no negative zero: what is parsed never holds one.
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((value): Case => ({ type: { kind: 'float64' }, value: value + 0 })),
  fc.boolean().map((value): Case => ({ type: { kind: 'bool' }, value })),
  fc
    .date({ noInvalidDate: true, min: new Date('0001-01-02'), max: new Date('9999-12-30') })
    .map((value): Case => ({ type: { kind: 'timestamp' }, value: value.toISOString() })),
  fc
    .uint8Array({ maxLength: 30 })
    .map((value): Case => ({ type: { kind: 'bytes', maxLength: 30 }, value: Buffer.from(value).toString('base64') })),
);

const anyCase: fc.Arbitrary<Case> = fc.oneof(
  scalarCase,
  scalarCase.map(({ type, value }): Case => ({ type: { kind: 'list', of: type, maxItems: 3 }, value: [value, value] })),
  fc.tuple(scalarCase, scalarCase).map(([a, b]): Case => ({
    type: { kind: 'record', fields: [field('a', a.type), field('b', b.type)] },
    value: { a: a.value, b: b.value },
  })),
);

const anyAction = fc.constantFrom<PrivacyAction>({ action: 'clear' }, { action: 'seal' }, { action: 'drop' });

test('whatever is of its type is valid, and its row and its blob are JSON that says the same', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anyCase, anyAction), { minLength: 1, maxLength: 8 }), (cases) => {
      const fields = cases.map(([{ type }, action], index) => field(`f${index}`, type, action));
      const data = Object.fromEntries(cases.map(([{ value }], index) => [`f${index}`, value]));
      const result = valid(typeWith(...fields), data);
      assert.equal(result.ignored, 0);
      for (const part of [result.clear, result.sealed ?? {}]) assert.deepEqual(JSON.parse(JSON.stringify(part)), part);
      const names = cases.map(([, { action }], index) => [`f${index}`, action] as const);
      assert.deepEqual(
        Object.keys(result.sealed ?? {}),
        names.filter(([, action]) => action === 'seal').map(([name]) => name),
      );
      assert.deepEqual(
        Object.keys(result.clear),
        names.filter(([, action]) => action === 'clear').map(([name]) => name),
      );
      assert.deepEqual(valid(typeWith(...fields), structuredClone(data)), result);
    }),
  );
});

test('no JSON makes a validator throw, and no rejection quotes it or names what is not declared', () => {
  const eventType = typeWith(
    field('a', {
      kind: 'list',
      of: { kind: 'record', fields: [field('b', { kind: 'json', maxLength: 100 })] },
      maxItems: 3,
    }),
    field('c', { kind: 'numeric' }, { action: 'seal' }),
    field('d', {
      kind: 'record',
      fields: [field('e', { kind: 'string', minLength: 0, maxLength: 9, format: 'email' }, { action: 'token' })],
    }),
  );
  const validate = compileValidator(eventType);
  const anyData = fc.record(
    { a: fc.jsonValue(), c: fc.jsonValue(), d: fc.oneof(fc.jsonValue(), fc.record({ e: fc.jsonValue() })) },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(anyData, fc.dictionary(fc.string(), fc.constant(CANARY)), (data, more) => {
      const result = validate(
        JSON.parse(JSON.stringify({ ...more, ...data })) as { readonly [field: string]: unknown },
      );
      if (result.kind === 'rejected') {
        assert.match(result.path ?? '', /^data(\.[acde]|\.b|\[\d+\])+$/);
        assert.ok(!JSON.stringify(result).includes(CANARY));
      }
    }),
    { numRuns: 1000 },
  );
});
