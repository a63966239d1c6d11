// Owns taking the data of an event out of what another client sent, field by field, as a mapping says.
import type { Conversion, FieldMapping, FieldMappings } from '../../catalog/source.ts';
import { isObject } from '../check.ts';
import { type SourcePath, valueAt } from './source-path.ts';

/** Finds the value at a path. */
export type Lookup = (path: SourcePath) => unknown;

/** Items of a list that are mapped one by one; no declaration takes more, so what is beyond is refused anyway. */
const MAX_ITEMS = 10_000;

/** The fields that a mapping finds. What is not of the right kind is left for the declaration to refuse, with its reason. */
export function dataOf(fields: FieldMappings, lookup: Lookup): { readonly [field: string]: unknown } {
  const data: { [field: string]: unknown } = {};
  for (const name in fields) {
    const mapping = fields[name];
    const value = mapping === undefined ? undefined : valueOf(mapping, lookup);
    if (value !== undefined) data[name] = value;
  }
  return data;
}

function valueOf(mapping: FieldMapping, lookup: Lookup): unknown {
  switch (mapping.kind) {
    case 'constant':
      return mapping.value;
    case 'value':
      return converted(firstOf(mapping.paths, lookup), mapping);
    case 'record': {
      const record = dataOf(mapping.fields, lookup);
      return Object.keys(record).length === 0 ? undefined : record;
    }
    case 'each': {
      const items = lookup(mapping.path);
      if (!Array.isArray(items) || items.length > MAX_ITEMS) return items;
      return items.map((item: unknown) =>
        isObject(item) ? dataOf(mapping.fields, (path) => valueAt(item, path)) : item,
      );
    }
  }
}

function firstOf(paths: readonly SourcePath[], lookup: Lookup): unknown {
  for (const path of paths) {
    const value = lookup(path);
    if (value !== undefined) return value;
  }
  return undefined;
}

function converted(value: unknown, { values, as, times, otherwise }: Conversion): unknown {
  if (value === undefined) return otherwise;
  const word = isScalar(value) ? String(value) : undefined;
  const named = values !== undefined && word !== undefined && Object.hasOwn(values, word) ? values[word] : value;
  const typed = as === undefined ? named : asKind(named, as);
  if (times === undefined || typeof typed !== 'number') return typed;
  const product = typed * times;
  return Number.isInteger(times) ? Math.round(product) : product;
}

/** A value as another kind; what cannot be that stays as it is. */
function asKind(value: unknown, kind: NonNullable<Conversion['as']>): unknown {
  if (!isScalar(value)) return value;
  switch (kind) {
    case 'text':
      return String(value);
    case 'number':
      return typeof value === 'string' && NUMBER.test(value) ? Number(value) : value;
    case 'boolean':
      return BOOLEANS[String(value).toLowerCase()] ?? value;
  }
}

const NUMBER = /^-?\d{1,20}(\.\d{1,20})?([eE][+-]?\d{1,3})?$/;
const BOOLEANS: { readonly [word: string]: boolean } = { true: true, false: false, 1: true, 0: false };

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
