/** Downloads: an object's bytes, whole, in part or inflated. Source: https://cloud.google.com/storage/docs/json_api/v1/objects/get, https://cloud.google.com/storage/docs/transcoding */
import type { Readable } from 'node:stream';
import { createGunzip, gunzipSync } from 'node:zlib';
import type { RestReply, RestRequest } from '../../host/service.ts';
import { ApiError } from '../../primitives/errors.ts';
import { crc32cText } from '../contents/checksums.ts';
import { invalid } from '../errors.ts';
import type { StorageParts } from '../parts.ts';
import { parseRange } from './byte-range.ts';
import type { StoredObject } from './object.ts';
import { etagOf } from './preconditions.ts';

export function mediaReply(parts: StorageParts, object: StoredObject, request: RestRequest): RestReply {
  if (isInflated(object, request)) return inflated(parts, object);
  const range = parseRange(request.headers.range, object.size);
  const headers = { ...storedHeaders(object), ...encodingHeader(object), 'accept-ranges': 'bytes' };
  if (range.kind === 'unsatisfiable') return unsatisfiable(object);
  if (range.kind === 'whole') {
    const length = String(object.size);
    return { headers: { ...headers, ...hashHeader(object), 'content-length': length }, body: read(parts, object) };
  }
  const whole = range.start === 0 && range.end === object.size - 1;
  return {
    status: 206,
    headers: {
      ...headers,
      // The checksums are of the whole, and so not sent with a part.
      ...(whole ? hashHeader(object) : {}),
      'content-range': `bytes ${range.start}-${range.end}/${object.size}`,
      'content-length': String(range.end - range.start + 1),
    },
    body: read(parts, object, range),
  };
}

/** Gzipped objects are inflated for those who do not take gzip, unless the object forbids it. */
function isInflated(object: StoredObject, request: RestRequest): boolean {
  const { contentEncoding, cacheControl } = object.properties;
  if (contentEncoding !== 'gzip' || cacheControl?.includes('no-transform') === true) return false;
  return !/\b(gzip|\*)/.test(request.headers['accept-encoding'] ?? '');
}

/** Whole, whatever range was asked for; the checksums are of what is stored. */
function inflated(parts: StorageParts, object: StoredObject): RestReply {
  const headers = { ...storedHeaders(object), ...hashHeader(object), warning: '214 UploadServer gunzipped' };
  const source = read(parts, object);
  if (source instanceof Uint8Array) return { headers, body: inflate(source) };
  const target = createGunzip();
  source.once('error', (error) => target.destroy(error));
  return { headers, body: source.pipe(target) };
}

function inflate(bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes);
  } catch {
    throw invalid('Bad Request');
  }
}

function read(
  parts: StorageParts,
  object: StoredObject,
  range: { readonly start: number; readonly end: number } = { start: 0, end: object.size - 1 },
): Uint8Array | Readable {
  if (object.file !== undefined) return parts.files.read(object.file, range);
  return parts.objects.inlineBytes(object).subarray(range.start, range.end + 1);
}

function storedHeaders(object: StoredObject): Record<string, string> {
  const { contentType, contentEncoding, contentDisposition, contentLanguage, cacheControl, storageClass } =
    object.properties;
  return {
    ...(contentType === undefined ? {} : { 'content-type': contentType }),
    ...(contentDisposition === undefined ? {} : { 'content-disposition': contentDisposition }),
    ...(contentLanguage === undefined ? {} : { 'content-language': contentLanguage }),
    'cache-control': cacheControl ?? 'no-cache, no-store, max-age=0, must-revalidate',
    'last-modified': new Date(object.updatedMs).toUTCString(),
    etag: etagOf(object),
    'x-goog-generation': String(object.generation),
    'x-goog-metageneration': String(object.metageneration),
    'x-goog-storage-class': storageClass,
    'x-goog-stored-content-encoding': contentEncoding ?? 'identity',
    'x-goog-stored-content-length': String(object.size),
  };
}

function encodingHeader(object: StoredObject): Record<string, string> {
  const { contentEncoding } = object.properties;
  return contentEncoding === undefined ? {} : { 'content-encoding': contentEncoding };
}

function hashHeader(object: StoredObject): Record<string, string> {
  const md5 = object.md5 === undefined ? '' : `,md5=${Buffer.from(object.md5).toString('base64')}`;
  return { 'x-goog-hash': `crc32c=${crc32cText(object.crc32c)}${md5}` };
}

function unsatisfiable(object: StoredObject): RestReply {
  const error = new ApiError('OUT_OF_RANGE', 'Request range not satisfiable', {
    httpStatus: 416,
    reason: 'requestedRangeNotSatisfiable',
  });
  return {
    status: error.httpStatus,
    headers: { 'content-range': `bytes */${object.size}`, 'content-type': 'text/html; charset=UTF-8' },
    body: error.message,
  };
}
