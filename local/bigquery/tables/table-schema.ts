/** Schemas in requests: read strictly, checked for what holds for every table whatever its columns mean. */
import type { RestField } from '#lib/googlesql/types/rest-schema.ts';
import { z } from 'zod';
import { invalid } from '../errors.ts';
import { MAX_COLUMN_NAME_LENGTH, MAX_COLUMNS, MAX_SCHEMA_DEPTH } from '../limits.ts';
import { anyObject, int64, message, text } from '../wire/proto-json.ts';

/** Source: https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableFieldSchema */
const fieldShape = message({
  name: text,
  type: text,
  mode: text.optional(),
  description: text.optional(),
  maxLength: int64.optional(),
  precision: int64.optional(),
  scale: int64.optional(),
  defaultValueExpression: text.optional(),
  collation: text.optional(),
  roundingMode: text.optional(),
  rangeElementType: anyObject.optional(),
  foreignTypeDefinition: text.optional(),
  policyTags: anyObject.optional(),
  dataPolicies: z.array(anyObject).optional(),
  categories: anyObject.optional(),
  get fields() {
    return z.array(fieldShape).optional();
  },
});

export const schemaShape = message({
  fields: z.array(fieldShape).optional(),
  foreignTypeInfo: anyObject.optional(),
});

/** Flexible column names. Source: https://cloud.google.com/bigquery/docs/schemas#column_names */
const FIELD_NAME = /^[\p{L}\p{N}\p{M}_&%=+:'<>#|\- ]+$/u;
/** Prefixes that no column may have. Source: as above */
const RESERVED_PREFIX =
  /^(?:_TABLE_|_FILE_|_PARTITION|_ROW_TIMESTAMP|__ROOT__|_COLIDENTIFIER|_CHANGE_SEQUENCE_NUMBER|_CHANGE_TYPE|_CHANGE_TIMESTAMP)/i;

/** @throws ApiError `invalid` for names, counts and depths that no table can have */
export function readSchema(schema: z.output<typeof schemaShape>): readonly RestField[] {
  const fields = (schema.fields ?? []).map(toRestField);
  const count = checkFields(fields, 1);
  if (count > MAX_COLUMNS) {
    throw invalid(`Too many total leaf fields: ${count}, allowed: ${MAX_COLUMNS}.`);
  }
  return fields;
}

function toRestField(field: z.output<typeof fieldShape>): RestField {
  const { fields, ...own } = field;
  const defined = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  const named = { ...defined, name: field.name, type: field.type };
  return fields === undefined ? named : { ...named, fields: fields.map(toRestField) };
}

function checkFields(fields: readonly RestField[], depth: number): number {
  if (depth > MAX_SCHEMA_DEPTH) throw invalid(`Schema has more than ${MAX_SCHEMA_DEPTH} levels of nested fields.`);
  let leaves = 0;
  for (const field of fields) {
    checkName(field.name);
    leaves += field.fields === undefined ? 1 : checkFields(field.fields, depth + 1);
  }
  return leaves;
}

function checkName(name: string): void {
  if (!FIELD_NAME.test(name) || name.length > MAX_COLUMN_NAME_LENGTH) {
    throw invalid(
      `Invalid field name "${name}". Fields must contain the allowed characters, and be at most ${MAX_COLUMN_NAME_LENGTH} characters long. For allowed characters, please refer to https://cloud.google.com/bigquery/docs/schemas#column_names`,
    );
  }
  if (RESERVED_PREFIX.test(name))
    throw invalid(
      `Invalid field name "${name}". Field names are not allowed to start with the (case-insensitive) prefixes _PARTITION, _TABLE_, _FILE_, _ROW_TIMESTAMP, __ROOT__ and _COLIDENTIFIER`,
    );
}
