// Owns running one query for a person or a program and handing its rows over as plain JSON values.
import { BigQuery } from '@google-cloud/bigquery';
import { PlatformError } from '../platform/platform-error.ts';
import { reasonOf, toPlatformError } from './failure.ts';

export type PlainValue =
  | null
  | string
  | number
  | boolean
  | readonly PlainValue[]
  | { readonly [name: string]: PlainValue };
export type PlainRow = Readonly<Record<string, PlainValue>>;

export interface QueryRows {
  readonly columns: readonly string[];
  readonly rows: readonly PlainRow[];
}

/** Reasons with which BigQuery says that the query itself is at fault: https://cloud.google.com/bigquery/docs/error-messages */
const QUERY_AT_FAULT = new Set(['invalidQuery', 'invalid', 'notFound', 'duplicate', 'resourceInUse']);

/**
 * Runs GoogleSQL and reads all its rows. INT64 are numbers where that is exact and strings beyond; dates and times are
 * strings, BYTES base64, NUMERIC strings.
 * @throws PlatformError query_failed with BigQuery's own message when the query is at fault
 */
export async function runQuery(
  query: string,
  projectId: string,
  params: Readonly<Record<string, unknown>> = {},
): Promise<QueryRows> {
  try {
    // Named: left to find its project out, this client asks for a placeholder. googleapis/google-cloud-node#9256
    const [job] = await new BigQuery({ projectId }).createQueryJob({
      query,
      useLegacySql: false,
      ...(Object.keys(params).length === 0 ? {} : { params: { ...params } }),
    });
    const [found, , response] = await job.getQueryResults({ autoPaginate: true, wrapIntegers: true });
    const rows = found.map((row: Record<string, unknown>) => toPlain(row) as PlainRow);
    const fields = response?.schema?.fields ?? [];
    const columns = fields.length > 0 ? fields.map((field) => field.name ?? '') : Object.keys(rows[0] ?? {});
    return { columns, rows };
  } catch (error) {
    const reason = reasonOf(error);
    if (reason !== undefined && QUERY_AT_FAULT.has(reason)) {
      throw new PlatformError('query_failed', {
        message: error instanceof Error ? error.message : reason,
        cause: error,
      });
    }
    throw toPlatformError(error);
  }
}

/** A value of the client as JSON can carry it. */
export function toPlain(value: unknown): PlainValue {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map(toPlain);
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (typeof value === 'object') return objectToPlain(value);
  return value as string | number | boolean;
}

function objectToPlain(value: object): PlainValue {
  if ('type' in value && value.type === 'BigQueryInt' && 'value' in value) return integerToPlain(String(value.value));
  // The client's classes for dates, times and timestamps carry their text in `value`.
  if (/^BigQuery(?:Date|Time|Datetime|Timestamp)$/.test(value.constructor.name) && 'value' in value) {
    return String(value.value);
  }
  if (isDecimal(value)) return value.toFixed();
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, toPlain(inner)]));
}

/** NUMERIC arrives as an arbitrary-precision decimal, whose plain notation has no exponent. */
function isDecimal(value: object): value is { toFixed(): string } {
  return value.constructor.name === 'Big';
}

function integerToPlain(text: string): number | string {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text;
}
