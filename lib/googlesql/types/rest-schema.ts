/** The shape of a BigQuery REST schema (`TableFieldSchema`): how types are written outside of SQL. */

/**
 * One field as BigQuery's REST API writes it. `type` takes legacy (`INTEGER`, `RECORD`) and GoogleSQL
 * (`INT64`, `STRUCT`) names; fields that are not named here (`policyTags`, `description`, …) pass through.
 * Source: cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableFieldSchema.
 */
export interface RestField {
  readonly name: string;
  readonly type: string;
  /** `NULLABLE` (also when absent), `REQUIRED` or `REPEATED`. */
  readonly mode?: string;
  readonly fields?: readonly RestField[];
  readonly description?: string;
  /** Maximum characters (STRING) or bytes (BYTES), a decimal number as text. */
  readonly maxLength?: string;
  /** Total decimal digits of NUMERIC or BIGNUMERIC, a decimal number as text. */
  readonly precision?: string;
  /** Digits after the point of NUMERIC or BIGNUMERIC, a decimal number as text. */
  readonly scale?: string;
  readonly defaultValueExpression?: string;
  readonly [other: string]: unknown;
}

/** A schema as REST writes it. */
export interface RestSchema {
  readonly fields: readonly RestField[];
}
