// Owns the compiled field of an event type: its type with every limit set, what it means, and what protects it.
import type { SemanticId } from '../platform/ids.ts';
import type { GeneraliseRule } from './generalise-rules.ts';

/** Well-known forms that a text may be required to have. */
export const STRING_FORMATS = [
  'uuid',
  'url',
  'email',
  'phone',
  'ip',
  'country',
  'currency',
  'language',
  'hostname',
] as const;
/** One of the forms. */
export type StringFormat = (typeof STRING_FORMATS)[number];

/** The type of a field. Lengths of texts count UTF-16 units, those of bytes count bytes. */
export type FieldType =
  | {
      readonly kind: 'string';
      readonly minLength: number;
      readonly maxLength: number;
      readonly pattern?: string | undefined;
      readonly format?: StringFormat | undefined;
    }
  | {
      readonly kind: 'int64' | 'float64' | 'numeric';
      readonly min?: number | undefined;
      readonly max?: number | undefined;
    }
  | { readonly kind: 'bool' | 'timestamp' | 'date' }
  | { readonly kind: 'json' | 'bytes'; readonly maxLength: number }
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  | { readonly kind: 'list'; readonly of: FieldType; readonly minItems?: number | undefined; readonly maxItems: number }
  | { readonly kind: 'record'; readonly fields: readonly Field[] };

/**
 * What happens to a value before anything is stored. `person`: it is the user id of somebody else whom the event is about, too;
 * stored is that person's own subject token.
 */
export type PrivacyAction =
  | { readonly action: 'clear' | 'seal' | 'token' | 'person' | 'drop' }
  | { readonly action: 'generalise'; readonly rule: GeneraliseRule };

/** A field of an event type. */
export interface Field {
  readonly name: string;
  readonly description: string;
  readonly type: FieldType;
  readonly optional: boolean;
  /** Absent only on a record whose own fields say what they mean. */
  readonly semantic?: SemanticId | undefined;
  /** Of a record that says nothing itself, `clear`: its own fields decide. */
  readonly privacy: PrivacyAction;
  /** Of what is sealed or a pseudonym: the `person` field of whose keys it takes, where that is not the subject. */
  readonly whose?: string | undefined;
}

/** Limits that hold where a declaration sets none. */
export const DEFAULT_MAX_STRING_LENGTH = 4096;
export const DEFAULT_MAX_JSON_LENGTH = 16_384;
export const DEFAULT_MAX_BYTES_LENGTH = 16_384;
export const DEFAULT_MAX_ITEMS = 1000;
/** BigQuery nests RECORD columns at most 15 deep. https://cloud.google.com/bigquery/quotas#standard_tables */
export const MAX_RECORD_DEPTH = 15;
