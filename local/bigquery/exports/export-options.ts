/** What EXPORT DATA is told. Source: https://cloud.google.com/bigquery/docs/reference/standard-sql/export-statements#export_option_list */
import type { JsonObject } from '#lib/googlesql/engine/definitions.ts';
import type { ErrorProto } from '../errors.ts';

export interface ExportPlan {
  readonly bucket: string;
  /** The object's name before and behind the number that stands for `*`. */
  readonly prefix: string;
  readonly suffix: string;
  readonly uri: string;
  readonly format: ExportFormat;
  readonly gzip: boolean;
  readonly overwrite: boolean;
}

export type ExportFormat =
  | { readonly kind: 'json' }
  | { readonly kind: 'csv'; readonly header: boolean; readonly delimiter: string };

export type ReadPlan =
  | { readonly kind: 'plan'; readonly plan: ExportPlan }
  | { readonly kind: 'refused'; readonly error: ErrorProto };

/** The plan of a statement's options. */
export function readExport(options: JsonObject): ReadPlan {
  const uri = textOf(options, 'uri', '');
  const { bucket, prefix, suffix } =
    /^gs:\/\/(?<bucket>[^/*]+)\/(?<prefix>[^*]*)\*(?<suffix>[^*]*)$/.exec(uri)?.groups ?? {};
  if (bucket === undefined || prefix === undefined || suffix === undefined) {
    return refused('invalidQuery', "Option 'uri' value must be a wild card URI.");
  }
  const name = textOf(options, 'format', '').toUpperCase();
  if (name === 'AVRO' || name === 'PARQUET') {
    return refused('notImplemented', `EXPORT DATA in format ${name} is not supported locally`);
  }
  if (name !== 'CSV' && name !== 'JSON') return refused('invalidQuery', `Unsupported export format: ${name}`);
  const compression = textOf(options, 'compression', 'NONE').toUpperCase();
  if (compression !== 'NONE' && compression !== 'GZIP') {
    return refused('invalidQuery', `Unsupported compression for format ${name}: ${compression}`);
  }
  const format = name === 'JSON' ? jsonFormat(options) : csvFormat(options);
  if ('reason' in format) return { kind: 'refused', error: format };
  const plan = {
    bucket,
    prefix,
    suffix,
    uri,
    format,
    gzip: compression === 'GZIP',
    overwrite: options['overwrite'] === true,
  };
  return { kind: 'plan', plan };
}

function textOf(options: JsonObject, name: string, otherwise: string): string {
  const value = options[name];
  return typeof value === 'string' ? value : otherwise;
}

function jsonFormat(options: JsonObject): ExportFormat | ErrorProto {
  const foreign = ['header', 'field_delimiter'].find((name) => options[name] !== undefined);
  if (foreign === undefined) return { kind: 'json' };
  return { reason: 'invalidQuery', location: 'query', message: `Option '${foreign}' is only supported for format CSV` };
}

function csvFormat(options: JsonObject): ExportFormat | ErrorProto {
  const given = textOf(options, 'field_delimiter', ',');
  const delimiter = given === String.raw`\t` || given === 'tab' ? '\t' : given;
  if (delimiter.length === 1) return { kind: 'csv', header: options['header'] === true, delimiter };
  return { reason: 'invalidQuery', location: 'query', message: `Invalid value for option 'field_delimiter': ${given}` };
}

function refused(reason: string, message: string): ReadPlan {
  const location = reason === 'invalidQuery' ? { location: 'query' } : {};
  return { kind: 'refused', error: { reason, ...location, message } };
}
