/** Where uploads go. Source: https://cloud.google.com/storage/docs/uploads-downloads#uploads */
import type { RestReply, RestRequest, RestRoute } from '../../host/service.ts';
import { ApiError } from '../../primitives/errors.ts';
import { type Endpoint, toRoute } from '../endpoints.ts';
import { badValue } from '../errors.ts';
import type { StorageParts } from '../parts.ts';
import type { ResumableUploads } from './resumable-upload.ts';
import { uploadMedia, uploadMultipart } from './simple-upload.ts';

/** Apitools, and so gcloud and gsutil, have a path of their own for resumable uploads. */
const BASES = ['/upload/storage/v1', '/resumable/upload/storage/v1'];

export function uploadRoutes(parts: StorageParts, resumable: ResumableUploads): RestRoute[] {
  const path = '/b/{bucket}/o';
  const id = 'objects.insert';
  const endpoints: Endpoint[] = [
    { method: 'POST', path, id, handle: (request) => upload(parts, resumable, request) },
    { method: 'PUT', path, id, handle: (request) => resumable.put(request) },
    { method: 'DELETE', path, id, handle: (request) => resumable.cancel(request) },
  ];
  return BASES.flatMap((base) => endpoints.map((endpoint) => toRoute(base, endpoint)));
}

/** What a POST to the object list of a bucket, without an upload path, answers. */
export const wrongUploadUrl: Endpoint = {
  method: 'POST',
  path: '/b/{bucket}/o',
  id: 'objects.insert',
  handle() {
    throw new ApiError(
      'INVALID_ARGUMENT',
      'Upload requests must include an uploadType URL parameter and a URL path beginning with /upload/',
      { reason: 'wrongUrlForUpload' },
    );
  },
};

function upload(parts: StorageParts, resumable: ResumableUploads, request: RestRequest): Promise<RestReply> {
  // Some clients send all pieces by POST.
  if (request.query.has('upload_id')) return resumable.put(request);
  const type = request.query.get('uploadType') ?? '';
  if (type === 'multipart') return uploadMultipart(parts, request);
  if (type === 'media') return uploadMedia(parts, request);
  if (type === 'resumable') return resumable.start(request);
  throw badValue('uploadType', type);
}
