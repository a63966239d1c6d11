/** Objects of Cloud Storage: sources of load jobs, read through its API in pieces, and what exports write. */
import type { Outbound } from '../../primitives/outbound.ts';
import type { ErrorProto } from '../errors.ts';
import { isObject } from '../../primitives/json-object.ts';

/** Read at once, bytes. */
const PIECE_BYTES = 8 * 1024 * 1024;
const REPLY_LIMIT_BYTES = PIECE_BYTES + 64 * 1024;
const TIMEOUT_MS = 60_000;
const API = 'https://storage.googleapis.com/storage/v1';
const UPLOAD_API = 'https://storage.googleapis.com/upload/storage/v1';

export interface StorageObject {
  readonly uri: string;
  readonly bucket: string;
  readonly name: string;
  /** The content as it was when the job looked: a later overwrite is not read. */
  readonly generation: string;
  readonly size: number;
}

export type FoundObjects =
  | { readonly kind: 'found'; readonly objects: readonly StorageObject[] }
  | { readonly kind: 'refused'; readonly error: ErrorProto };

/** The objects of some URIs, each of which may hold one `*`. */
export async function findObjects(outbound: Outbound, uris: readonly string[]): Promise<FoundObjects> {
  const objects: StorageObject[] = [];
  for (const uri of uris) {
    const found = await match(outbound, uri);
    if (found.kind === 'refused') return found;
    objects.push(...found.objects);
  }
  return { kind: 'found', objects };
}

async function match(outbound: Outbound, uri: string): Promise<FoundObjects> {
  const { bucket = '', pattern = '' } = /^gs:\/\/(?<bucket>[^/]+)\/(?<pattern>.+)$/.exec(uri)?.groups ?? {};
  const [prefix = '', suffix, ...more] = pattern.split('*');
  if (more.length > 0) return refused('invalid', `Invalid source URI: ${uri}. Only one wildcard is allowed.`, uri);
  const objects: StorageObject[] = [];
  let pageToken = '';
  do {
    const query = new URLSearchParams({ prefix, ...(pageToken === '' ? {} : { pageToken }) });
    const page = await getJson(outbound, `${API}/b/${encodeURIComponent(bucket)}/o?${query.toString()}`);
    if (page === undefined) return refused('notFound', `Not found: URI ${uri}`, uri);
    objects.push(...readItems(page, bucket).filter(({ name }) => fits(name, prefix, suffix)));
    pageToken = typeof page['nextPageToken'] === 'string' ? page['nextPageToken'] : '';
  } while (pageToken !== '');
  return objects.length === 0 ? refused('notFound', `Not found: URI ${uri}`, uri) : { kind: 'found', objects };
}

function fits(name: string, prefix: string, suffix: string | undefined): boolean {
  return suffix === undefined ? name === prefix : name.length >= prefix.length + suffix.length && name.endsWith(suffix);
}

function readItems(page: Record<string, unknown>, bucket: string): StorageObject[] {
  const items: unknown[] = Array.isArray(page['items']) ? page['items'] : [];
  return items.filter(isObject).map((item) => ({
    uri: `gs://${bucket}/${String(item['name'])}`,
    bucket,
    name: String(item['name']),
    generation: String(item['generation']),
    size: Number(item['size']),
  }));
}

/** The content of an object, piece by piece. @throws when it cannot be read to its end */
export async function* readObject(outbound: Outbound, object: StorageObject): AsyncGenerator<Uint8Array> {
  const path = `${API}/b/${encodeURIComponent(object.bucket)}/o/${encodeURIComponent(object.name)}`;
  for (let start = 0; start < object.size; start += PIECE_BYTES) {
    const end = Math.min(start + PIECE_BYTES, object.size) - 1;
    const reply = await outbound({
      method: 'GET',
      url: `${path}?alt=media&generation=${object.generation}`,
      // Gzipped objects are passed on as they are stored, so that ranges mean what they say.
      headers: { range: `bytes=${start}-${end}`, 'accept-encoding': 'gzip' },
      timeoutMs: TIMEOUT_MS,
      maxReplyBytes: REPLY_LIMIT_BYTES,
    });
    if (reply.kind !== 'reply' || reply.status >= 300) throw new Error(`an object of a load job could not be read`);
    yield reply.body;
  }
}

/** Writes an object; answers what was wrong. */
export async function writeObject(
  outbound: Outbound,
  { bucket, name }: Pick<StorageObject, 'bucket' | 'name'>,
  body: Uint8Array,
): Promise<ErrorProto | undefined> {
  const query = new URLSearchParams({ uploadType: 'media', name });
  const reply = await outbound({
    method: 'POST',
    url: `${UPLOAD_API}/b/${encodeURIComponent(bucket)}/o?${query.toString()}`,
    headers: { 'content-type': 'application/octet-stream' },
    body,
    timeoutMs: TIMEOUT_MS,
    maxReplyBytes: REPLY_LIMIT_BYTES,
  });
  if (reply.kind === 'reply' && reply.status < 300) return undefined;
  const uri = `gs://${bucket}/${name}`;
  return reply.kind === 'reply' && reply.status === 404
    ? { reason: 'notFound', location: uri, message: `Not found: Bucket ${bucket}` }
    : { reason: 'backendError', location: uri, message: `Error while writing ${uri}. Retrying may solve the problem.` };
}

async function getJson(outbound: Outbound, url: string): Promise<Record<string, unknown> | undefined> {
  const reply = await outbound({
    method: 'GET',
    url,
    headers: {},
    timeoutMs: TIMEOUT_MS,
    maxReplyBytes: REPLY_LIMIT_BYTES,
  });
  if (reply.kind !== 'reply' || reply.status !== 200) return undefined;
  return JSON.parse(reply.body.toString('utf8')) as Record<string, unknown>;
}

function refused(reason: string, message: string, location: string): FoundObjects {
  return { kind: 'refused', error: { reason, location, message } };
}
