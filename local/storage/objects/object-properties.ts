/** What callers may set on an object, and how a request changes it. Source: https://cloud.google.com/storage/docs/json_api/v1/objects */
import { parseStorageClass } from '../buckets/storage-class.ts';
import { forbidden, invalid, notServed, shown } from '../errors.ts';
import { MAX_CUSTOM_METADATA_BYTES } from '../limits.ts';

export interface ObjectProperties {
  readonly storageClass: string;
  readonly contentType?: string | undefined;
  readonly contentEncoding?: string | undefined;
  readonly contentDisposition?: string | undefined;
  readonly contentLanguage?: string | undefined;
  readonly cacheControl?: string | undefined;
  readonly customTime?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly temporaryHold?: boolean | undefined;
  readonly eventBasedHold?: boolean | undefined;
  /** When the last event-based hold was released, epoch milliseconds: retention is counted from there. Not shown. */
  readonly holdReleasedMs?: number | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

const TEXTS = ['contentType', 'contentEncoding', 'contentDisposition', 'contentLanguage', 'cacheControl'] as const;
const HOLDS = ['temporaryHold', 'eventBasedHold'] as const;

/**
 * Properties of a new object, from the resource in a request and the defaults of its bucket.
 * @throws ApiError INVALID_ARGUMENT
 */
export function newProperties(
  body: Fields,
  defaults: { readonly storageClass: string; readonly eventBasedHold: boolean },
): ObjectProperties {
  const held = defaults.eventBasedHold ? { eventBasedHold: true } : {};
  return changeProperties({ storageClass: defaults.storageClass, ...held }, body, 'insert');
}

/**
 * Properties after a patch: fields left out stay, null removes; of custom metadata, key by key.
 * @throws ApiError INVALID_ARGUMENT
 */
export function changeProperties(
  before: ObjectProperties,
  body: Fields,
  operation: 'insert' | 'patch',
): ObjectProperties {
  const changed: Record<string, unknown> = { ...before };
  for (const field of TEXTS) if (field in body) changed[field] = text(field, body[field]);
  for (const field of HOLDS) if (field in body) changed[field] = body[field] === true;
  if ('metadata' in body) changed['metadata'] = changeMetadata(before.metadata, body['metadata']);
  if ('customTime' in body) changed['customTime'] = customTime(before.customTime, body['customTime']);
  // The class of what is stored changes by rewriting it, not by a patch.
  const { storageClass } = body;
  if (operation === 'insert' && storageClass !== undefined && storageClass !== null) {
    changed['storageClass'] = parseStorageClass(storageClass);
  }
  if ((body['retention'] ?? null) !== null) throw notServed('retention of single objects');
  // Sound: every field was set by the parser of its name.
  return changed as unknown as ObjectProperties;
}

/** Properties after an update (PUT): fields left out are removed. */
export function replaceProperties(before: ObjectProperties, body: Fields): ObjectProperties {
  const { storageClass, customTime: time, eventBasedHold, holdReleasedMs } = before;
  return changeProperties({ storageClass, customTime: time, eventBasedHold, holdReleasedMs }, body, 'patch');
}

function text(field: string, value: unknown): string | undefined {
  if (value === null || value === '') return undefined;
  if (typeof value === 'string') return value;
  throw invalid(`Invalid value for: ${field} is not a string`);
}

function changeMetadata(
  before: ObjectProperties['metadata'],
  value: unknown,
): Readonly<Record<string, string>> | undefined {
  if (value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid('Invalid value for: metadata is not an object');
  const after = new Map(Object.entries(before ?? {}));
  for (const [key, entry] of Object.entries(value ?? {}) as [string, unknown][]) {
    if (entry === null) after.delete(key);
    else if (typeof entry === 'string') after.set(key, entry);
    else if (typeof entry === 'number' || typeof entry === 'boolean') after.set(key, String(entry));
    else throw invalid(`Invalid value for: metadata.${key} is not a string`);
  }
  let bytes = 0;
  for (const [key, entry] of after) bytes += Buffer.byteLength(key) + Buffer.byteLength(entry);
  if (bytes > MAX_CUSTOM_METADATA_BYTES) {
    throw invalid('Your metadata headers exceed the maximum allowed metadata size.', 'metadata');
  }
  return after.size === 0 ? undefined : Object.fromEntries(after);
}

/** Once set it may only move forward. Source: https://cloud.google.com/storage/docs/metadata#custom-time */
function customTime(before: string | undefined, value: unknown): string | undefined {
  if (value === null && before === undefined) return undefined;
  const time = typeof value === 'string' ? Date.parse(value) : NaN;
  if (value !== null && Number.isNaN(time)) throw invalid(`Invalid value for: customTime: "${shown(value)}"`);
  if (before !== undefined && !(time >= Date.parse(before))) {
    throw forbidden('Custom time cannot be removed or set to an earlier date time.');
  }
  return new Date(time).toISOString();
}
