/** OPTIONS of DDL: which there are, of which type, and what each sets. */

import {
  arrayOf,
  BOOL,
  FLOAT64,
  INT64,
  INTERVAL,
  STRING,
  structOf,
  TIMESTAMP,
  type SqlType,
} from '../../types/sql-type.ts';
import { intervalText } from '../../values/interval.ts';
import { isInterval, type SqlValue } from '../../values/sql-value.ts';

/** Where an option's value goes: a field of the REST resource, or one that the engine itself knows. */
export interface OptionRule {
  readonly type: SqlType;
  readonly place: 'resource' | 'definition';
  /** In REST's or the engine's words. */
  readonly key: string;
  /** The value in that place; NULL clears the option and is not converted. */
  readonly convert: (value: SqlValue) => unknown;
}

export type OptionRules = Readonly<Record<string, OptionRule>>;

const same = (value: SqlValue): unknown => value;
const DAY_MS = 86_400_000;
const days = (value: SqlValue): number => Math.round(Number(value) * DAY_MS);

function text(key: string): OptionRule {
  return { type: STRING, place: 'resource', key, convert: same };
}

const labels: OptionRule = {
  type: arrayOf(
    structOf([
      { name: '', type: STRING },
      { name: '', type: STRING },
    ]),
  ),
  place: 'resource',
  key: 'labels',
  convert: (value) => {
    const pairs = (Array.isArray(value) ? value : []) as readonly (readonly [string, string])[];
    return Object.fromEntries(pairs);
  },
};

const kmsKey: OptionRule = {
  type: STRING,
  place: 'resource',
  key: 'encryptionConfiguration',
  convert: (value) => ({ kmsKeyName: value }),
};

const described: OptionRules = { description: text('description'), friendly_name: text('friendlyName'), labels };

const expiration: OptionRule = {
  type: TIMESTAMP,
  place: 'definition',
  key: 'expirationMs',
  convert: (micros) => Math.floor(Number(micros) / 1000),
};

/** Source: docs "CREATE TABLE statement", table_option_list. */
export const tableOptions: OptionRules = {
  ...described,
  expiration_timestamp: expiration,
  partition_expiration_days: { type: FLOAT64, place: 'definition', key: 'partitionExpirationMs', convert: days },
  require_partition_filter: { type: BOOL, place: 'definition', key: 'requirePartitionFilter', convert: same },
  kms_key_name: kmsKey,
  default_rounding_mode: text('defaultRoundingMode'),
  enable_change_history: { type: BOOL, place: 'resource', key: 'enableChangeHistory', convert: same },
  max_staleness: {
    type: INTERVAL,
    place: 'resource',
    key: 'maxStaleness',
    convert: (value) => (isInterval(value) ? intervalText(value) : null),
  },
};

/** Source: docs "CREATE VIEW statement", view_option_list. */
export const viewOptions: OptionRules = { ...described, expiration_timestamp: expiration };

/** Source: docs "CREATE SCHEMA statement", schema_option_list. */
export const schemaOptions: OptionRules = {
  ...described,
  location: text('location'),
  default_table_expiration_days: { type: FLOAT64, place: 'definition', key: 'defaultTableExpirationMs', convert: days },
  default_partition_expiration_days: {
    type: FLOAT64,
    place: 'definition',
    key: 'defaultPartitionExpirationMs',
    convert: days,
  },
  default_kms_key_name: { ...kmsKey, key: 'defaultEncryptionConfiguration' },
  default_rounding_mode: text('defaultRoundingMode'),
  is_case_insensitive: { type: BOOL, place: 'resource', key: 'isCaseInsensitive', convert: same },
  max_time_travel_hours: { type: INT64, place: 'resource', key: 'maxTimeTravelHours', convert: String },
  storage_billing_model: text('storageBillingModel'),
};

/** Source: docs "CREATE FUNCTION statement", function_option_list. */
export const routineOptions: OptionRules = { description: text('description') };

/** Source: docs "CREATE FUNCTION statement", remote_function_option_list. */
export const remoteOptions: OptionRules = {
  ...routineOptions,
  endpoint: { type: STRING, place: 'definition', key: 'endpoint', convert: same },
  max_batching_rows: { type: INT64, place: 'definition', key: 'maxBatchingRows', convert: String },
  user_defined_context: { ...labels, place: 'definition', key: 'userDefinedContext' },
};

const given = (type: SqlType, key: string): OptionRule => ({ type, place: 'definition', key, convert: same });

/** Source: docs "EXPORT DATA statement", export_option_list. */
export const exportOptions: OptionRules = {
  compression: given(STRING, 'compression'),
  field_delimiter: given(STRING, 'field_delimiter'),
  format: given(STRING, 'format'),
  header: given(BOOL, 'header'),
  overwrite: given(BOOL, 'overwrite'),
  uri: given(STRING, 'uri'),
  use_avro_logical_types: given(BOOL, 'use_avro_logical_types'),
};

const whole = (key: string): OptionRule => ({ type: INT64, place: 'definition', key, convert: Number });

/** Into REST's `JobConfigurationLoad`. Source: docs "LOAD DATA statement", load_option_list. */
export const loadOptions: OptionRules = {
  allow_jagged_rows: given(BOOL, 'allowJaggedRows'),
  allow_quoted_newlines: given(BOOL, 'allowQuotedNewlines'),
  column_name_character_map: given(STRING, 'columnNameCharacterMap'),
  date_format: given(STRING, 'dateFormat'),
  datetime_format: given(STRING, 'datetimeFormat'),
  decimal_target_types: given(arrayOf(STRING), 'decimalTargetTypes'),
  encoding: given(STRING, 'encoding'),
  field_delimiter: given(STRING, 'fieldDelimiter'),
  format: given(STRING, 'sourceFormat'),
  ignore_unknown_values: given(BOOL, 'ignoreUnknownValues'),
  json_extension: given(STRING, 'jsonExtension'),
  max_bad_records: whole('maxBadRecords'),
  null_marker: given(STRING, 'nullMarker'),
  null_markers: given(arrayOf(STRING), 'nullMarkers'),
  preserve_ascii_control_characters: given(BOOL, 'preserveAsciiControlCharacters'),
  quote: given(STRING, 'quote'),
  skip_leading_rows: whole('skipLeadingRows'),
  source_column_match: given(STRING, 'sourceColumnMatch'),
  time_format: given(STRING, 'timeFormat'),
  time_zone: given(STRING, 'timeZone'),
  timestamp_format: given(STRING, 'timestampFormat'),
  uris: given(arrayOf(STRING), 'sourceUris'),
};

/** Source: docs "ALTER COLUMN SET OPTIONS statement". */
export const columnOptions: OptionRules = {
  description: text('description'),
  rounding_mode: text('roundingMode'),
};
