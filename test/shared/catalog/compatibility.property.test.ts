/** What the rules of compatibility promise, held against the validator of collect and BigQuery's rules for tables. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { checkSchemaChange } from '#lib/googlesql/engine/objects/table-rules.ts';
import type { RestField } from '#lib/googlesql/types/rest-schema.ts';
import { restColumns } from '#shared/catalog/column.ts';
import { compareEventTypes, levelOf } from '#shared/catalog/compatibility.ts';
import { endpointColumns, rawColumns } from '#shared/catalog/event-columns.ts';
import type { EventType } from '#shared/catalog/event-type.ts';
import type { Field, FieldType, PrivacyAction } from '#shared/catalog/field.ts';
import { compareColumns } from '#shared/catalog/operator/compare-columns.ts';
import type { ColumnResource } from '#shared/catalog/operator/resource.ts';
import { compileValidator } from '#shared/events/validator.ts';
import { compiled, eventTypeOf, filesWith, PLAYED } from './declarations.ts';

const base = eventTypeOf(PLAYED);
const { platform } = compiled(filesWith({}));
const RUNS = 600;

const small = fc.integer({ min: -3, max: 3 });
const limit = fc.option(small, { nil: undefined });

/** A few kinds with narrow limits, so that two of them often are nearly the same. */
const scalarType: fc.Arbitrary<FieldType> = fc.oneof(
  fc
    .record({ least: fc.integer({ min: 0, max: 2 }), most: fc.integer({ min: 2, max: 5 }), form: fc.boolean() })
    .map(({ least: minLength, most: maxLength, form }): FieldType => ({
      kind: 'string',
      minLength,
      maxLength,
      ...(form ? { pattern: '[a-c]*' } : {}),
    })),
  fc
    .tuple(fc.constantFrom('int64', 'float64', 'numeric'), limit, limit)
    .map(([kind, min, max]): FieldType => ({ kind, min, max })),
  fc.constantFrom<FieldType>({ kind: 'bool' }, { kind: 'timestamp' }, { kind: 'date' }),
  fc
    .tuple(fc.constantFrom('json', 'bytes'), fc.integer({ min: 2, max: 4 }))
    .map(([kind, maxLength]): FieldType => ({ kind, maxLength })),
  fc.subarray(['a', 'b', 'ccc'], { minLength: 1 }).map((values): FieldType => ({ kind: 'enum', values })),
);

const { fieldType } = fc.letrec<{ fieldType: FieldType; fields: readonly Field[] }>((tie) => ({
  fieldType: fc.oneof(
    { maxDepth: 2, depthIdentifier: 'type' },
    { weight: 4, arbitrary: scalarType },
    {
      weight: 1,
      arbitrary: fc
        .tuple(scalarType, fc.constantFrom(undefined, 1), fc.integer({ min: 1, max: 3 }))
        .map(([of, minItems, maxItems]): FieldType => ({ kind: 'list', of, minItems, maxItems })),
    },
    { weight: 1, arbitrary: tie('fields').map((fields): FieldType => ({ kind: 'record', fields })) },
  ),
  fields: fc
    .array(fc.tuple(tie('fieldType'), fc.boolean()), { minLength: 1, maxLength: 2, depthIdentifier: 'type' })
    .map((types) => types.map(([type, optional], index) => fieldOf(`f${index}`, type, optional))),
}));

const privacy = fc.oneof(
  { weight: 6, arbitrary: fc.constant<PrivacyAction>({ action: 'clear' }) },
  { weight: 1, arbitrary: fc.constantFrom<PrivacyAction>({ action: 'seal' }, { action: 'drop' }) },
);

function fieldOf(name: string, type: FieldType, optional: boolean, action: PrivacyAction = { action: 'clear' }): Field {
  return { name, description: 'A field of a test.', type, optional, privacy: action };
}

/** The type after some change: usually the same with limits a little wider or narrower. */
function changedType(type: FieldType): fc.Arbitrary<FieldType> {
  const by = fc.integer({ min: -1, max: 2 });
  const same = fc.constant(type);
  const other = { weight: 1, arbitrary: fieldType };
  switch (type.kind) {
    case 'string':
      return fc.oneof(
        {
          weight: 8,
          arbitrary: fc.tuple(by, by, fc.boolean()).map(([least, most, keeps]): FieldType => ({
            kind: 'string',
            minLength: Math.max(0, type.minLength - least),
            maxLength: type.maxLength + most,
            ...(keeps && type.pattern !== undefined ? { pattern: type.pattern } : {}),
          })),
        },
        other,
      );
    case 'int64':
    case 'float64':
    case 'numeric': {
      const moved = (bound: number | undefined, step: number): number | undefined =>
        bound === undefined || Math.abs(step) > 1 ? undefined : bound + step;
      const arbitrary = fc
        .tuple(by, by)
        .map(([least, most]): FieldType => ({ ...type, min: moved(type.min, -least), max: moved(type.max, most) }));
      return fc.oneof({ weight: 8, arbitrary }, other);
    }
    case 'json':
    case 'bytes':
      return fc.oneof(
        { weight: 8, arbitrary: by.map((more) => ({ ...type, maxLength: type.maxLength + more })) },
        other,
      );
    case 'enum': {
      const more = fc.subarray(['a', 'b', 'ccc', 'd']).map((added): FieldType => ({
        kind: 'enum',
        values: [...new Set([...type.values, ...added])],
      }));
      const open = fc.constant<FieldType>({ kind: 'string', minLength: 0, maxLength: 3 });
      return fc.oneof({ weight: 4, arbitrary: more }, { weight: 2, arbitrary: open }, other);
    }
    case 'list': {
      const arbitrary = fc.tuple(changedType(type.of), by, fc.boolean()).map(([of, more, keeps]): FieldType => ({
        ...type,
        of: of.kind === 'list' ? type.of : of,
        minItems: keeps ? type.minItems : undefined,
        maxItems: Math.max(1, type.maxItems + more),
      }));
      return fc.oneof({ weight: 8, arbitrary }, other);
    }
    case 'record':
      return fc.oneof(
        { weight: 8, arbitrary: changedFields(type.fields).map((fields): FieldType => ({ kind: 'record', fields })) },
        other,
      );
    default:
      return fc.oneof({ weight: 8, arbitrary: same }, other);
  }
}

/** The fields after some change: some dropped, some changed, one added. */
function changedFields(fields: readonly Field[]): fc.Arbitrary<readonly Field[]> {
  const changed = fields.map((field) =>
    fc
      .record({
        type: fc.oneof(
          { weight: 2, arbitrary: fc.constant(field.type) },
          { weight: 1, arbitrary: changedType(field.type) },
        ),
        optional: fc.oneof(
          { weight: 4, arbitrary: fc.constant(field.optional) },
          { weight: 1, arbitrary: fc.boolean() },
        ),
        stays: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
      })
      .map(({ type, optional, stays }) => (stays ? [{ ...field, type, optional }] : [])),
  );
  const added = fc.option(
    fc.tuple(fieldType, fc.constantFrom(true, true, false)).map(([type, optional]) => fieldOf('added', type, optional)),
    { nil: undefined },
  );
  return fc.tuple(fc.tuple(...changed), added).map(([kept, more]) => {
    const all = [...kept.flat(), ...(more === undefined ? [] : [more])];
    return all.length === 0 ? fields : all;
  });
}

/** Values about the limits of a type: many are valid, some are not. */
function valueOf(type: FieldType): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'string':
      return fc.string({ unit: fc.constantFrom('a', 'b', 'x'), maxLength: type.maxLength + 1 });
    case 'int64':
      return fc.oneof(fc.integer({ min: -6, max: 6 }), fc.constantFrom('2', '-9223372036854775808'));
    case 'float64':
      return fc.integer({ min: -12, max: 12 }).map((half) => half / 2);
    case 'numeric':
      return fc.integer({ min: -12, max: 12 }).map((half) => String(half / 2));
    case 'bool':
      return fc.boolean();
    case 'timestamp':
      return fc.constant('2026-08-01T13:00:00Z');
    case 'date':
      return fc.constant('2026-08-01');
    case 'json':
      return fc.constantFrom(1, 12, 'a', [], 123456);
    case 'bytes':
      return fc.constantFrom('', 'AAEC', 'AAECAw==');
    case 'enum':
      return fc.constantFrom(...type.values, 'e');
    case 'list':
      return fc.array(valueOf(type.of), { maxLength: type.maxItems + 1 });
    case 'record':
      return dataOf(type.fields);
  }
}

function dataOf(fields: readonly Field[]): fc.Arbitrary<{ readonly [field: string]: unknown }> {
  const members = fields.map(({ name, type, optional }) =>
    (optional ? fc.option(valueOf(type), { nil: undefined }) : valueOf(type)).map((value) => [name, value] as const),
  );
  return fc.tuple(...members).map((entries) => Object.fromEntries(entries.filter(([, value]) => value !== undefined)));
}

const change = fc
  .array(fc.tuple(fieldType, fc.boolean(), privacy), { minLength: 1, maxLength: 3 })
  .map((slots) => slots.map(([type, optional, action], index) => fieldOf(`f${index}`, type, optional, action)))
  .chain((fields) => fc.tuple(fc.constant(fields), changedFields(fields), fc.array(dataOf(fields), { minLength: 6 })));

/** Runs for every change that is compatible, and makes sure that there were enough of them. */
function forCompatible(
  check: (before: EventType, after: EventType, events: readonly { readonly [field: string]: unknown }[]) => number,
): void {
  let checked = 0;
  fc.assert(
    fc.property(change, ([before, after, events]) => {
      const [was, is] = [
        { ...base, fields: before },
        { ...base, fields: after },
      ];
      const changes = compareEventTypes(was, is);
      if (changes.length > 0 && levelOf(changes) !== 'major') checked += check(was, is, events);
    }),
    { numRuns: RUNS },
  );
  assert.ok(checked > RUNS / 20, `only ${checked} were checked`);
}

test('what was accepted before a compatible change is accepted after it', () => {
  forCompatible((was, is, events) => {
    const [before, after] = [compileValidator(was), compileValidator(is)];
    const accepted = events.filter((data) => {
      const result = before(data);
      return result.kind === 'valid' && result.ignored === 0;
    });
    for (const data of accepted) assert.equal(after(data).kind, 'valid', JSON.stringify(data));
    return accepted.length;
  });
});

test('the tables of a compatible change are changed by what BigQuery allows, and no column goes', () => {
  forCompatible((was, is) => {
    for (const columnsOf of [rawColumns, endpointColumns]) {
      const have: readonly ColumnResource[] = restColumns(columnsOf(was.fields, platform));
      const { differences, merged } = compareColumns(restColumns(columnsOf(is.fields, platform)), have);
      assert.deepEqual(
        differences.filter(({ effect }) => effect !== 'update'),
        [],
      );
      checkSchemaChange(onTheWire(have), onTheWire(merged), 'raw.events');
      // What a collector of either declaration writes finds its column.
      for (const { name } of [...columnsOf(was.fields, platform), ...columnsOf(is.fields, platform)])
        assert.ok(
          merged.some((column) => column.name === name),
          name,
        );
    }
    return 1;
  });
});

function onTheWire(columns: readonly ColumnResource[]): readonly RestField[] {
  return JSON.parse(JSON.stringify(columns)) as readonly RestField[];
}

test('a limit is called narrower only where something was accepted that no longer is', () => {
  const pair = scalarType.chain((type) => fc.tuple(fc.constant(type), changedType(type)));
  let narrower = 0;
  fc.assert(
    fc.property(pair, ([type, next]) => {
      const [was, is] = [type, next].map((one) => ({ ...base, fields: [fieldOf('f', one, false)] }));
      if (was === undefined || is === undefined) return;
      const rules = compareEventTypes(was, is).map(({ rule }) => rule);
      if (!rules.includes('narrow-limit')) return;
      const [before, after] = [compileValidator(was), compileValidator(is)];
      const candidates = boundaryValues(type).filter((f) => before({ f }).kind === 'valid');
      // Limits that nothing keeps have nothing to lose.
      if (candidates.length === 0) return;
      narrower += 1;
      assert.ok(
        candidates.some((f) => after({ f }).kind === 'rejected'),
        JSON.stringify([type, next]),
      );
    }),
    { numRuns: RUNS },
  );
  assert.ok(narrower > 20, `only ${narrower} were checked`);
});

function boundaryValues(type: FieldType): readonly unknown[] {
  switch (type.kind) {
    case 'string':
      return Array.from({ length: type.maxLength + 1 }, (_, length) =>
        ['a', 'x'].map((unit) => unit.repeat(length)),
      ).flat();
    case 'int64':
    case 'float64':
      return Array.from({ length: 15 }, (_, index) => index - 7);
    case 'numeric':
      return Array.from({ length: 15 }, (_, index) => String(index - 7));
    case 'json':
      return ['', 'a', 'ab', 'abc', 'abcd', 1, 10, 100, 1000, 10_000];
    case 'bytes':
      return Array.from({ length: 7 }, (_, length) => Buffer.alloc(length).toString('base64'));
    case 'enum':
      return type.values;
    default:
      return [];
  }
}
