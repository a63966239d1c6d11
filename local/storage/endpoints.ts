/** How methods of Cloud Storage become routes: under the API's path, and under the shorter one that emulator variables lead to. */
import type { RestReply, RestRequest, RestRoute } from '../host/service.ts';
import { ApiError } from '../primitives/errors.ts';
import { NotModified } from './errors.ts';
import { partialResponse } from './partial-response.ts';

export interface Endpoint {
  readonly method: RestRoute['method'];
  /** Below `/storage/v1`. */
  readonly path: string;
  /** Without its leading `storage.`. */
  readonly id: string;
  handle(request: RestRequest): RestReply | Promise<RestReply>;
}

/** `/storage/v1/b/…` as documented, and `/b/…` as clients call it under STORAGE_EMULATOR_HOST. */
export function apiRoutes(endpoints: readonly Endpoint[]): RestRoute[] {
  return ['', '/storage/v1'].flatMap((base) => endpoints.map((endpoint) => toRoute(base, endpoint)));
}

/** A route under a base of its own, such as `/upload/storage/v1`. */
export function toRoute(base: string, endpoint: Endpoint): RestRoute {
  return {
    method: endpoint.method,
    path: `${base}${endpoint.path}`,
    id: `storage.${endpoint.id}`,
    errors: 'legacy',
    handle: (request) => answer(endpoint, request),
  };
}

async function answer(endpoint: Endpoint, request: RestRequest): Promise<RestReply> {
  try {
    const reply = await endpoint.handle(request);
    const mask = request.query.get('fields');
    return mask === null || reply.json === undefined ? reply : { ...reply, json: partialResponse(reply.json, mask) };
  } catch (error) {
    if (error instanceof NotModified) return { status: 304 };
    if (error instanceof ApiError && request.query.get('alt') === 'media') return plainText(error);
    throw error;
  }
}

/** Downloads answer errors as text. */
function plainText(error: ApiError): RestReply {
  return { status: error.httpStatus, headers: { 'content-type': 'text/html; charset=UTF-8' }, body: error.message };
}
