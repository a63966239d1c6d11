/** What a load job is asked to do: REST `JobConfigurationLoad`. */
import type { RangePartitioning, TableRef, TimePartitioning } from '#lib/googlesql/engine/definitions.ts';
import type { CreateDisposition, WriteDisposition } from '#lib/googlesql/engine/requests.ts';
import type { RestField } from '#lib/googlesql/types/rest-schema.ts';
import { z } from 'zod';
import { invalid, notServed } from '../errors.ts';
import {
  clusteringShape,
  rangePartitioningShape,
  readClustering,
  readRangePartitioning,
  readTimePartitioning,
  tableReferenceShape,
  timePartitioningShape,
} from '../tables/table-resource.ts';
import { readSchema, schemaShape } from '../tables/table-schema.ts';
import { anyObject, bool, int32, message, text } from '../wire/proto-json.ts';
import {
  createDispositionShape,
  readTable,
  readWriteDisposition,
  writeDispositionShape,
} from './query-configuration.ts';

/** Options that only other formats or other sources have. */
const NOT_SERVED = {
  columnNameCharacterMap: text.optional(),
  copyFilesOnly: bool.optional(),
  createSession: bool.optional(),
  connectionProperties: z.array(anyObject).optional(),
  dateFormat: text.optional(),
  datetimeFormat: text.optional(),
  fileSetSpecType: text.optional(),
  hivePartitioningOptions: anyObject.optional(),
  jsonExtension: text.optional(),
  nullMarkers: z.array(text).optional(),
  parquetOptions: anyObject.optional(),
  projectionFields: z.array(text).optional(),
  referenceFileSchemaUri: text.optional(),
  schemaInline: text.optional(),
  schemaInlineFormat: text.optional(),
  sourceColumnMatch: text.optional(),
  timeFormat: text.optional(),
  timestampFormat: text.optional(),
  timeZone: text.optional(),
};

/** Source: https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobConfigurationLoad */
export const loadShape = message({
  ...NOT_SERVED,
  allowJaggedRows: bool.optional(),
  allowQuotedNewlines: bool.optional(),
  autodetect: bool.optional(),
  clustering: clusteringShape.optional(),
  createDisposition: createDispositionShape.optional(),
  decimalTargetTypes: z.array(text).optional(),
  destinationEncryptionConfiguration: anyObject.optional(),
  destinationTable: tableReferenceShape,
  destinationTableProperties: anyObject.optional(),
  encoding: text.optional(),
  fieldDelimiter: text.optional(),
  ignoreUnknownValues: bool.optional(),
  maxBadRecords: int32.optional(),
  nullMarker: text.optional(),
  preserveAsciiControlCharacters: bool.optional(),
  quote: text.optional(),
  rangePartitioning: rangePartitioningShape.optional(),
  schema: schemaShape.optional(),
  schemaUpdateOptions: z.array(text).optional(),
  skipLeadingRows: int32.optional(),
  sourceFormat: text.optional(),
  sourceUris: z.array(text).optional(),
  timePartitioning: timePartitioningShape.optional(),
  writeDisposition: writeDispositionShape.optional(),
});

type LoadBody = z.output<typeof loadShape>;

export interface CsvOptions {
  readonly delimiter: string;
  /** One character, or '' for no quoting. */
  readonly quote: string;
  readonly skipLeadingRows: number;
  readonly allowQuotedNewlines: boolean;
  /** Missing trailing columns become NULL. */
  readonly allowJaggedRows: boolean;
  /** Extra trailing values are dropped. */
  readonly ignoreUnknownValues: boolean;
  readonly nullMarker: string;
}

export type LoadFormat = { readonly kind: 'json' } | { readonly kind: 'csv'; readonly options: CsvOptions };

export interface LoadPlan {
  /** `gs://bucket/object`; empty when the content comes with the request. */
  readonly sourceUris: readonly string[];
  readonly destination: TableRef;
  readonly writeDisposition: WriteDisposition;
  readonly createDisposition: CreateDisposition;
  readonly format: LoadFormat;
  readonly fields?: readonly RestField[];
  readonly timePartitioning?: TimePartitioning;
  readonly rangePartitioning?: RangePartitioning;
  readonly clustering?: { readonly fields: readonly string[] };
  readonly maxBadRecords: number;
  readonly ignoreUnknownValues: boolean;
}

/** @throws ApiError `invalid`, or `notImplemented` for formats and options that are not served */
export function readLoad(body: LoadBody, projectId: string): LoadPlan {
  refuseUnserved(body);
  const sourceUris = body.sourceUris ?? [];
  for (const uri of sourceUris) {
    if (!/^gs:\/\/[^/]+\/.+$/.test(uri)) {
      throw invalid(`Source URI must be a Google Cloud Storage location: ${uri}`, 'sourceUris');
    }
  }
  return {
    sourceUris,
    destination: readTable(body.destinationTable, projectId),
    writeDisposition: readWriteDisposition(body.writeDisposition, 'WRITE_APPEND'),
    createDisposition: body.createDisposition ?? 'CREATE_IF_NEEDED',
    format: readFormat(body),
    maxBadRecords: body.maxBadRecords ?? 0,
    ignoreUnknownValues: body.ignoreUnknownValues ?? false,
    ...(body.schema === undefined ? {} : { fields: readSchema(body.schema) }),
    ...(body.timePartitioning === undefined ? {} : { timePartitioning: readTimePartitioning(body.timePartitioning) }),
    ...(body.rangePartitioning === undefined
      ? {}
      : { rangePartitioning: readRangePartitioning(body.rangePartitioning) }),
    ...(body.clustering === undefined ? {} : { clustering: readClustering(body.clustering) }),
  };
}

function refuseUnserved(body: LoadBody): void {
  for (const name of Object.keys(NOT_SERVED) as (keyof typeof NOT_SERVED)[]) {
    if (isAsked(body[name])) throw notServed(`Load jobs with ${name} are`);
  }
  if (body.autodetect === true) throw notServed('Load jobs with schema autodetection are');
  if ((body.schemaUpdateOptions ?? []).length > 0) throw notServed('Load jobs with schemaUpdateOptions are');
  if (body.encoding !== undefined && body.encoding.toUpperCase() !== 'UTF-8') {
    throw notServed(`Load jobs with encoding ${body.encoding} are`);
  }
}

/** Tools send options that they were not given as empty ones. */
function isAsked(value: unknown): boolean {
  return value !== undefined && value !== false && value !== '' && !(Array.isArray(value) && value.length === 0);
}

function readFormat(body: LoadBody): LoadFormat {
  const format = body.sourceFormat ?? 'CSV';
  if (format === 'NEWLINE_DELIMITED_JSON') return { kind: 'json' };
  if (format !== 'CSV') throw notServed(`Load jobs of sourceFormat ${format} are`);
  return {
    kind: 'csv',
    options: {
      delimiter: readDelimiter(body.fieldDelimiter),
      quote: readQuote(body.quote),
      skipLeadingRows: body.skipLeadingRows ?? 0,
      allowQuotedNewlines: body.allowQuotedNewlines ?? false,
      allowJaggedRows: body.allowJaggedRows ?? false,
      ignoreUnknownValues: body.ignoreUnknownValues ?? false,
      nullMarker: body.nullMarker ?? '',
    },
  };
}

function readDelimiter(value = ','): string {
  const delimiter = value === String.raw`\t` || value === 'tab' ? '\t' : value;
  if (delimiter.length !== 1) throw invalid(`Invalid value for: fieldDelimiter. Invalid value: ${value}`);
  return delimiter;
}

function readQuote(value = '"'): string {
  if (value.length > 1) throw invalid(`Invalid value for: quote. Invalid value: ${value}`);
  return value;
}
