/** The REST resource of a dataset: read from requests, written in replies. */
import type { DatasetDefinition, DatasetRef, DatasetSpec, JsonObject } from '#lib/googlesql/engine/definitions.ts';
import { z } from 'zod';
import { datasetName, invalid, notServed } from '../errors.ts';
import { MIN_TABLE_EXPIRATION_MS, TIME_TRAVEL_HOURS } from '../limits.ts';
import { agree } from '../names.ts';
import { etagOf } from '../wire/etag.ts';
import { definedFields } from '../../primitives/json-object.ts';
import { checkLabels } from '../wire/labels.ts';
import { anyObject, bool, decodeBody, int64, message, text } from '../wire/proto-json.ts';

/** Source: https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets#Dataset */
export const datasetReferenceShape = message({ projectId: text.optional(), datasetId: text });

const accessShape = message({
  role: text.optional(),
  userByEmail: text.optional(),
  groupByEmail: text.optional(),
  domain: text.optional(),
  specialGroup: text.optional(),
  iamMember: text.optional(),
  view: anyObject.optional(),
  routine: anyObject.optional(),
  dataset: anyObject.optional(),
  condition: anyObject.optional(),
});

const datasetShape = message({
  access: z.array(accessShape).optional(),
  datasetReference: datasetReferenceShape.optional(),
  defaultCollation: text.optional(),
  defaultEncryptionConfiguration: anyObject.optional(),
  defaultPartitionExpirationMs: int64.optional(),
  defaultRoundingMode: text.optional(),
  defaultTableExpirationMs: int64.optional(),
  description: text.optional(),
  externalCatalogDatasetOptions: anyObject.optional(),
  externalDatasetReference: anyObject.optional(),
  friendlyName: text.optional(),
  isCaseInsensitive: bool.optional(),
  labels: z.record(z.string(), text).optional(),
  linkedDatasetSource: anyObject.optional(),
  location: text.optional(),
  maxTimeTravelHours: int64.optional(),
  resourceTags: z.record(z.string(), text).optional(),
  storageBillingModel: text.optional(),
});

export type DatasetBody = z.output<typeof datasetShape>;

/** Where datasets and jobs live that name no place. */
export const DEFAULT_LOCATION = 'US';

const MULTI_REGIONS = new Set(['US', 'EU']);

/** A location as Google writes it: multi-regions in capitals, regions in small letters. */
export function canonicalLocation(location: string): string {
  const upper = location.toUpperCase();
  return MULTI_REGIONS.has(upper) ? upper : location.toLowerCase();
}

/** @throws ApiError `invalid`, or `notImplemented` for kinds of datasets that are not served */
export function decodeDataset(json: JsonObject): DatasetBody {
  const body = decodeBody(datasetShape, json, 'dataset');
  for (const name of ['externalDatasetReference', 'linkedDatasetSource', 'externalCatalogDatasetOptions'] as const) {
    if (body[name] !== undefined) throw notServed(`Datasets with ${name} are`);
  }
  if (body.isCaseInsensitive === true) throw notServed('Datasets with isCaseInsensitive are');
  checkLabels(body.labels);
  checkExpiration(body.defaultTableExpirationMs);
  checkTimeTravel(body.maxTimeTravelHours);
  for (const entry of body.access ?? []) checkAccess(entry);
  return body;
}

function checkExpiration(value: string | undefined): void {
  if (value === undefined || Number(value) === 0 || Number(value) >= MIN_TABLE_EXPIRATION_MS) return;
  throw invalid(
    `Invalid value for defaultTableExpirationMs: ${value}. The minimum value is ${MIN_TABLE_EXPIRATION_MS} milliseconds (one hour).`,
  );
}

function checkTimeTravel(value: string | undefined): void {
  const { min, max, step } = TIME_TRAVEL_HOURS;
  const hours = Number(value ?? max);
  if (hours >= min && hours <= max && hours % step === 0) return;
  throw invalid(
    `Invalid value for maxTimeTravelHours: ${value ?? ''}. It must be a multiple of ${step} from ${min} to ${max}.`,
  );
}

const GRANTEES = ['userByEmail', 'groupByEmail', 'domain', 'specialGroup', 'iamMember'] as const;
const AUTHORIZED = ['view', 'routine', 'dataset'] as const;

function checkAccess(entry: z.output<typeof accessShape>): void {
  const people = GRANTEES.filter((name) => entry[name] !== undefined).length;
  const resources = AUTHORIZED.filter((name) => entry[name] !== undefined).length;
  if (people + resources !== 1)
    throw invalid('Each access entry must name exactly one member, view, routine or dataset.');
  if (people === 1 && entry.role === undefined) throw invalid('Role is required for access entries of members.');
}

/**
 * What the engine is asked to create or keep.
 * @param before the dataset as it was; its location cannot change
 */
export function datasetSpec(ref: DatasetRef, body: DatasetBody, before?: DatasetDefinition): DatasetSpec {
  agree(ref.datasetId, body.datasetReference?.datasetId, 'datasetId');
  agree(ref.projectId, body.datasetReference?.projectId, 'projectId');
  const location = canonicalLocation(body.location ?? (before === undefined ? DEFAULT_LOCATION : locationOf(before)));
  if (before !== undefined && location !== locationOf(before)) {
    throw invalid(`Cannot change the location of dataset ${datasetName(ref)}.`);
  }
  const tableExpiration = Number(body.defaultTableExpirationMs ?? 0);
  const partitionExpiration = Number(body.defaultPartitionExpirationMs ?? 0);
  return {
    ref,
    ...(tableExpiration === 0 ? {} : { defaultTableExpirationMs: tableExpiration }),
    ...(partitionExpiration === 0 ? {} : { defaultPartitionExpirationMs: partitionExpiration }),
    resource: definedFields({
      access: body.access ?? DEFAULT_ACCESS,
      defaultCollation: body.defaultCollation,
      defaultEncryptionConfiguration: body.defaultEncryptionConfiguration,
      defaultRoundingMode: body.defaultRoundingMode,
      description: body.description,
      friendlyName: body.friendlyName,
      labels: body.labels,
      location,
      maxTimeTravelHours: body.maxTimeTravelHours ?? String(TIME_TRAVEL_HOURS.max),
      resourceTags: body.resourceTags,
      storageBillingModel: body.storageBillingModel,
    }),
  };
}

/** Who may do what in a new dataset. Source: https://cloud.google.com/bigquery/docs/access-control-basic-roles#dataset-basic-roles */
const DEFAULT_ACCESS = [
  { role: 'WRITER', specialGroup: 'projectWriters' },
  { role: 'OWNER', specialGroup: 'projectOwners' },
  { role: 'READER', specialGroup: 'projectReaders' },
];

export function locationOf(dataset: DatasetDefinition): string {
  const { location } = dataset.resource;
  return typeof location === 'string' ? location : DEFAULT_LOCATION;
}

export function datasetEtag(dataset: DatasetDefinition): string {
  return etagOf('dataset', datasetName(dataset.ref), dataset.createdMs, dataset.revision);
}

/** The fields that a client may set, as they are now: what PATCH starts from. */
export function writableDataset(dataset: DatasetDefinition): JsonObject {
  return definedFields({
    ...dataset.resource,
    defaultTableExpirationMs: milliseconds(dataset.defaultTableExpirationMs),
    defaultPartitionExpirationMs: milliseconds(dataset.defaultPartitionExpirationMs),
  });
}

/** The whole resource. */
export function datasetResource(dataset: DatasetDefinition): JsonObject {
  const { ref } = dataset;
  return {
    kind: 'bigquery#dataset',
    etag: datasetEtag(dataset),
    id: datasetName(ref),
    selfLink: `https://bigquery.googleapis.com/bigquery/v2/projects/${ref.projectId}/datasets/${ref.datasetId}`,
    datasetReference: ref,
    location: DEFAULT_LOCATION,
    access: DEFAULT_ACCESS,
    maxTimeTravelHours: String(TIME_TRAVEL_HOURS.max),
    ...writableDataset(dataset),
    creationTime: String(dataset.createdMs),
    lastModifiedTime: String(dataset.modifiedMs),
    type: 'DEFAULT',
  };
}

/** The resource as datasets.list shows it. */
export function datasetListItem(dataset: DatasetDefinition): JsonObject {
  const { friendlyName, labels } = dataset.resource;
  return definedFields({
    kind: 'bigquery#dataset',
    id: datasetName(dataset.ref),
    datasetReference: dataset.ref,
    labels,
    friendlyName,
    location: locationOf(dataset),
    type: 'DEFAULT',
  });
}

function milliseconds(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}
