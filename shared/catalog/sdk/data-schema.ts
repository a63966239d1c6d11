// Owns the JSON Schema of an event type's `data`, for clients in other languages and for tools.
import { type EventType, schemaVersionOf } from '../event-type.ts';
import type { Field, FieldType } from '../field.ts';
import { fieldWords } from './field-words.ts';

/** A JSON Schema 2020-12. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/**
 * The schema: what is sent by it is accepted, except that JSON Schema counts characters where collect counts UTF-16 units, and
 * that some forms of texts are only told in words. What collect accepts is valid by it; fields that are not declared are
 * not refused, but not stored either.
 */
export function dataSchema(eventType: EventType): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:tributary:event:${eventType.id}:${schemaVersionOf(eventType)}`,
    title: eventType.id,
    description: eventType.description,
    ...objectSchema(eventType.fields),
    examples: eventType.examples,
  };
}

function objectSchema(fields: readonly Field[]): JsonSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [field.name, fieldSchema(field)])),
    required: fields.filter(({ optional }) => !optional).map(({ name }) => name),
  };
}

function fieldSchema(field: Field): JsonSchema {
  const schema = typeSchema(field.type);
  return {
    description: fieldWords(field),
    ...(field.optional ? { anyOf: [schema, { type: 'null' }] } : schema),
    ...(field.semantic === undefined ? {} : { 'x-semantic': field.semantic }),
    'x-privacy': field.privacy.action === 'generalise' ? { generalise: field.privacy.rule } : field.privacy.action,
    ...(field.whose === undefined ? {} : { 'x-whose': field.whose }),
  };
}

function typeSchema(type: FieldType): JsonSchema {
  switch (type.kind) {
    case 'string':
      return stringSchema(type);
    case 'int64':
      return {
        anyOf: [
          { type: 'integer', ...rangeOf(type) },
          { type: 'string', pattern: '^-?\\d{1,19}$' },
        ],
      };
    case 'float64':
      return { type: 'number', ...rangeOf(type) };
    case 'numeric':
      return {
        anyOf: [
          { type: 'number', ...rangeOf(type) },
          { type: 'string', pattern: '^-?\\d{1,29}(\\.\\d{1,9})?$' },
        ],
      };
    case 'bool':
      return { type: 'boolean' };
    case 'timestamp':
      return { type: 'string', format: 'date-time' };
    case 'date':
      return { type: 'string', format: 'date' };
    case 'json':
      return {};
    case 'bytes':
      return { type: 'string', contentEncoding: 'base64', maxLength: Math.ceil(type.maxLength / 3) * 4 };
    case 'enum':
      return { enum: type.values };
    case 'list':
      return {
        type: 'array',
        items: typeSchema(type.of),
        ...(type.minItems === undefined ? {} : { minItems: type.minItems }),
        maxItems: type.maxItems,
      };
    case 'record':
      return objectSchema(type.fields);
  }
}

/** Formats that JSON Schema has too; the others are told in the description. */
const FORMATS: { readonly [format: string]: JsonSchema } = {
  uuid: { format: 'uuid' },
  url: { format: 'uri' },
  email: { format: 'email' },
  ip: { anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] },
};

function stringSchema({ minLength, maxLength, pattern, format }: Extract<FieldType, { kind: 'string' }>): JsonSchema {
  return {
    type: 'string',
    ...(minLength > 0 ? { minLength } : {}),
    maxLength,
    ...(pattern !== undefined && isEcmaPattern(pattern) ? { pattern: `^(?:${pattern})$` } : {}),
    ...(format === undefined ? {} : FORMATS[format]),
  };
}

/** Declarations are written in RE2, schemas in ECMA-262; what is valid in both means the same but for rare classes. */
function isEcmaPattern(pattern: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').source !== '';
  } catch {
    return false; // RE2's own syntax
  }
}

function rangeOf({ min, max }: { readonly min?: number | undefined; readonly max?: number | undefined }): JsonSchema {
  return { ...(min === undefined ? {} : { minimum: min }), ...(max === undefined ? {} : { maximum: max }) };
}
