/** Uploads in pieces. Source: https://cloud.google.com/storage/docs/performing-resumable-uploads */
import type { RestReply, RestRequest } from '../../host/service.ts';
import { ApiError } from '../../primitives/errors.ts';
import type { Received } from '../contents/receiving.ts';
import { conditionNotMet, noSuchObject, noSuchUpload } from '../errors.ts';
import { objectResource } from '../objects/object.ts';
import { judge } from '../objects/preconditions.ts';
import { commit, type StorageParts } from '../parts.ts';
import { claimsOfHeaders, verifyClaims } from './claims.ts';
import { parseContentRange } from './content-range.ts';
import { bodyOf } from './request-body.ts';
import { createSessionBytes } from './session-bytes.ts';
import { insertUploaded, parseUploadRequest } from './upload-request.ts';
import type { OpenUpload, UploadSession, UploadSessions } from './upload-sessions.ts';

export interface ResumableUploads {
  start(request: RestRequest): Promise<RestReply>;
  /** More bytes; or none, to ask how far it is. */
  put(request: RestRequest): Promise<RestReply>;
  cancel(request: RestRequest): Promise<RestReply>;
}

export function createResumableUploads(parts: StorageParts, sessions: UploadSessions): ResumableUploads {
  const bytes = createSessionBytes(parts.files, sessions);
  const inTurn = createTurns();

  const finish = async (request: RestRequest, upload: OpenUpload, received: Received): Promise<RestReply> => {
    try {
      verifyClaims({ ...upload.request.claims, ...claimsOfHeaders(request.headers) }, received.checksums);
      const object = await commit(parts, (changes) => {
        const made = insertUploaded(parts, changes, upload.request, received);
        sessions.finish(upload.id, made.generation);
        return made;
      });
      return { json: objectResource(object, parts.buckets.require(upload.request.bucket), request.origin) };
    } catch (error) {
      // Its bytes cannot become the object any more, so the session ends with them.
      if (received.content.kind === 'file') await parts.files.remove(received.content.file);
      await sessions.cancel(upload);
      throw error;
    }
  };

  return {
    async start(request) {
      const upload = parseUploadRequest(request, await request.json(), header(request, 'x-upload-content-type'));
      const bucket = parts.buckets.require(upload.bucket);
      if (judge(upload.preconditions, parts.objects.live(bucket.id, upload.name)) !== 'holds') throw conditionNotMet();
      const { id } = await sessions.start(upload);
      parts.upkeep.plan();
      const query = new URLSearchParams({ uploadType: 'resumable', name: upload.name, upload_id: id }).toString();
      const location = `${request.origin}/upload/storage/v1/b/${upload.bucket}/o?${query}`;
      return { headers: { location, 'x-guploader-uploadid': id, 'content-type': 'text/plain' }, body: '' };
    },

    put: (request) =>
      inTurn(uploadId(request), async (id) => {
        const session = sessions.find(id);
        if (session?.state !== 'open') return ended(parts, request, session);
        const range = parseContentRange(header(request, 'content-range'));
        if (range.kind === 'status' && range.total !== session.received) return incomplete(session.received);
        if (range.kind === 'bytes' && range.start > session.received) throw gap(range.start, session.received);
        const taken = await bytes.take(session, range, bodyOf(request));
        return taken.kind === 'more' ? incomplete(taken.received) : finish(request, session, taken.received);
      }),

    cancel: (request) =>
      inTurn(uploadId(request), async (id) => {
        const session = sessions.find(id);
        if (session === undefined) throw noSuchUpload();
        if (session.state === 'open') await sessions.cancel(session);
        return CLOSED;
      }),
  };
}

/** What cancelling answers, and a cancelled session to everything. */
const CLOSED: RestReply = { status: 499, body: '' };

/** Requests of one session wait for each other: after a broken connection the next one comes while the last still ends. */
function createTurns(): <Result>(id: string, work: (id: string) => Promise<Result>) => Promise<Result> {
  const turns = new Map<string, Promise<unknown>>();
  return async (id, work) => {
    const mine = (turns.get(id) ?? Promise.resolve()).then(() => work(id));
    const settled = mine.catch(() => undefined);
    turns.set(id, settled);
    try {
      return await mine;
    } finally {
      if (turns.get(id) === settled) turns.delete(id);
    }
  };
}

function ended(parts: StorageParts, request: RestRequest, session: UploadSession | undefined): RestReply {
  if (session?.state === 'cancelled') return CLOSED;
  if (session?.state !== 'finished') throw noSuchUpload();
  const bucket = parts.buckets.require(session.bucket);
  const object = parts.objects.generation(bucket.id, session.name, session.generation);
  if (object === undefined) throw noSuchObject(session.bucket, session.name);
  return { json: objectResource(object, bucket, request.origin) };
}

function incomplete(received: number): RestReply {
  return { status: 308, headers: received === 0 ? {} : { range: `bytes=0-${received - 1}` }, body: '' };
}

function uploadId(request: RestRequest): string {
  return request.query.get('upload_id') ?? '';
}

function header(request: RestRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function gap(start: number, received: number): ApiError {
  return new ApiError(
    'UNAVAILABLE',
    `Invalid request.  According to the Content-Range header, the upload offset is ${start} byte(s), which exceeds already uploaded size of ${received} byte(s).`,
  );
}
