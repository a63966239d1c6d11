/** The REST resource of a table or view: read from requests. */
import type {
  JsonObject,
  RangePartitioning,
  TableDefinition,
  TableRef,
  TableSpec,
  TimePartitioning,
} from '#lib/googlesql/engine/definitions.ts';
import { z } from 'zod';
import { invalid, notServed } from '../errors.ts';
import { MAX_CLUSTERING_COLUMNS, MAX_DESCRIPTION_LENGTH } from '../limits.ts';
import { agree } from '../names.ts';
import { definedFields } from '../../primitives/json-object.ts';
import { checkLabels } from '../wire/labels.ts';
import { anyObject, bool, decodeBody, int64, message, oneOf, text } from '../wire/proto-json.ts';
import { readSchema, schemaShape } from './table-schema.ts';

// Sources: https://cloud.google.com/bigquery/docs/reference/rest/v2/tables, .../TableReference
export const tableReferenceShape = message({ projectId: text.optional(), datasetId: text, tableId: text });

export const timePartitioningShape = message({
  type: oneOf(['HOUR', 'DAY', 'MONTH', 'YEAR']),
  field: text.optional(),
  expirationMs: int64.optional(),
  requirePartitionFilter: bool.optional(),
});

export const rangePartitioningShape = message({
  field: text,
  range: message({ start: int64, end: int64, interval: int64 }),
});

export const clusteringShape = message({ fields: z.array(text) });

const viewShape = message({
  query: text,
  useLegacySql: bool.optional(),
  useExplicitColumnNames: bool.optional(),
  userDefinedFunctionResources: z.array(anyObject).optional(),
  privacyPolicy: anyObject.optional(),
  foreignDefinitions: z.array(anyObject).optional(),
});

/** Fields that are kept as they come, because only their owner reads them. */
const KEPT = {
  defaultCollation: text.optional(),
  defaultRoundingMode: text.optional(),
  description: text.optional(),
  encryptionConfiguration: anyObject.optional(),
  friendlyName: text.optional(),
  labels: z.record(z.string(), text).optional(),
  maxStaleness: text.optional(),
  resourceTags: z.record(z.string(), text).optional(),
  tableConstraints: anyObject.optional(),
};

const KEPT_NAMES = Object.keys(KEPT) as (keyof typeof KEPT)[];

/** Kinds of tables that are not served. */
const NOT_SERVED = {
  biglakeConfiguration: anyObject.optional(),
  externalCatalogTableOptions: anyObject.optional(),
  externalDataConfiguration: anyObject.optional(),
  materializedView: anyObject.optional(),
  model: anyObject.optional(),
  partitionDefinition: anyObject.optional(),
  tableReplicationInfo: anyObject.optional(),
};

const tableShape = message({
  ...KEPT,
  ...NOT_SERVED,
  tableReference: tableReferenceShape.optional(),
  schema: schemaShape.optional(),
  timePartitioning: timePartitioningShape.optional(),
  rangePartitioning: rangePartitioningShape.optional(),
  clustering: clusteringShape.optional(),
  expirationTime: int64.optional(),
  requirePartitionFilter: bool.optional(),
  view: viewShape.optional(),
});

export type TableBody = z.output<typeof tableShape>;

/** @throws ApiError `invalid`, or `notImplemented` for kinds of tables that are not served */
export function decodeTable(json: JsonObject): TableBody {
  const body = decodeBody(tableShape, json, 'table');
  for (const name of Object.keys(NOT_SERVED) as (keyof typeof NOT_SERVED)[]) {
    if (body[name] !== undefined) throw notServed(`Tables with ${name} are`);
  }
  if (body.view !== undefined) checkView(body.view);
  if (body.timePartitioning !== undefined && body.rangePartitioning !== undefined) {
    throw invalid('Only one of time partitioning and range partitioning can be specified.');
  }
  checkLabels(body.labels);
  if ((body.description ?? '').length > MAX_DESCRIPTION_LENGTH) {
    throw invalid(`Description is too long: at most ${MAX_DESCRIPTION_LENGTH} characters are allowed.`);
  }
  return body;
}

/** Without `useLegacySql: false`, Google reads a view's query as legacy SQL. */
function checkView(view: z.output<typeof viewShape>): void {
  if (view.useLegacySql !== false) throw notServed('Views in legacy SQL (view.useLegacySql is not false) are');
  if (view.userDefinedFunctionResources !== undefined) throw notServed('Views with userDefinedFunctionResources are');
  if (view.privacyPolicy !== undefined) throw notServed('Views with a privacyPolicy are');
}

/** What the engine is asked to create or keep; `before` is the table as it was. */
export function tableSpec(ref: TableRef, body: TableBody, before?: TableDefinition): TableSpec {
  agree(ref.projectId, body.tableReference?.projectId, 'projectId');
  agree(ref.datasetId, body.tableReference?.datasetId, 'datasetId');
  agree(ref.tableId, body.tableReference?.tableId, 'tableId');
  const expiration = Number(body.expirationTime ?? 0);
  return {
    ref,
    ...shapeOf(body, before),
    ...(body.timePartitioning === undefined ? {} : { timePartitioning: readTimePartitioning(body.timePartitioning) }),
    ...(body.rangePartitioning === undefined
      ? {}
      : { rangePartitioning: readRangePartitioning(body.rangePartitioning) }),
    ...(body.clustering === undefined ? {} : { clustering: readClustering(body.clustering) }),
    ...(expiration === 0 ? {} : { expirationMs: expiration }),
    ...requiredFilter(body),
    resource: definedFields(Object.fromEntries(KEPT_NAMES.map((name) => [name, body[name]]))),
  };
}

/** A table's columns, or a view's query; a view keeps described columns as long as its query stays. */
function shapeOf(
  body: TableBody,
  before: TableDefinition | undefined,
): Pick<TableSpec, 'type' | 'fields' | 'viewQuery'> {
  const fields = body.schema === undefined ? undefined : readSchema(body.schema);
  if (body.view === undefined) return { type: before?.type ?? 'TABLE', fields: fields ?? [] };
  const sameQuery = before === undefined || before.viewQuery === body.view.query;
  return {
    type: 'VIEW',
    viewQuery: body.view.query,
    ...(fields !== undefined && sameQuery ? { fields } : {}),
  };
}

/** Older clients put the flag inside of `timePartitioning`. */
function requiredFilter(body: TableBody): Pick<TableSpec, 'requirePartitionFilter'> {
  const required = body.requirePartitionFilter ?? body.timePartitioning?.requirePartitionFilter;
  return required === undefined ? {} : { requirePartitionFilter: required };
}

export function readTimePartitioning(body: z.output<typeof timePartitioningShape>): TimePartitioning {
  const expires = Number(body.expirationMs ?? 0) > 0;
  return {
    type: body.type,
    ...(body.field === undefined ? {} : { field: body.field }),
    ...(expires && body.expirationMs !== undefined ? { expirationMs: body.expirationMs } : {}),
  };
}

/** @throws ApiError `invalid` for bounds that make no sense */
export function readRangePartitioning(body: z.output<typeof rangePartitioningShape>): RangePartitioning {
  const { start, end, interval } = body.range;
  if (BigInt(interval) <= 0n || BigInt(start) >= BigInt(end)) {
    throw invalid(`Invalid range partitioning: the interval must be positive and the start less than the end.`);
  }
  return body;
}

/** @throws ApiError `invalid` for too many columns */
export function readClustering(body: z.output<typeof clusteringShape>): { readonly fields: readonly string[] } {
  if (body.fields.length > 0 && body.fields.length <= MAX_CLUSTERING_COLUMNS) return body;
  throw invalid(`Clustering supports 1 to ${MAX_CLUSTERING_COLUMNS} columns, not ${body.fields.length}.`);
}
