/** Uploads in one request: the bytes alone, or together with the object's metadata. */
import type { RestReply, RestRequest } from '../../host/service.ts';
import { type Received, receive } from '../contents/receiving.ts';
import { objectResource } from '../objects/object.ts';
import { commit, type StorageParts } from '../parts.ts';
import { verifyClaims } from './claims.ts';
import { boundaryOf, parseRelated } from './multipart-related.ts';
import { bodyOf } from './request-body.ts';
import { insertUploaded, parseUploadRequest, type UploadRequest } from './upload-request.ts';

/** `uploadType=media` */
export async function uploadMedia(parts: StorageParts, request: RestRequest): Promise<RestReply> {
  const upload = parseUploadRequest(request, {}, request.headers['content-type']);
  return insert(parts, request, upload, await receive(bodyOf(request), parts.files));
}

/** `uploadType=multipart` */
export async function uploadMultipart(parts: StorageParts, request: RestRequest): Promise<RestReply> {
  const boundary = boundaryOf(request.headers['content-type']);
  const { metadata, contentType, bytes } = await parseRelated(bodyOf(request), boundary);
  const upload = parseUploadRequest(request, metadata, contentType);
  return insert(parts, request, upload, await receive(bytes, parts.files));
}

async function insert(
  parts: StorageParts,
  request: RestRequest,
  upload: UploadRequest,
  received: Received,
): Promise<RestReply> {
  try {
    verifyClaims(upload.claims, received.checksums);
    const object = await commit(parts, (changes) => insertUploaded(parts, changes, upload, received));
    return { json: objectResource(object, parts.buckets.require(upload.bucket), request.origin) };
  } catch (error) {
    if (received.content.kind === 'file') await parts.files.remove(received.content.file);
    throw error;
  }
}
