/** The bytes of an upload as they arrive. */
import { createGunzip } from 'node:zlib';
import type { RestRequest } from '../../host/service.ts';
import { ApiError } from '../../primitives/errors.ts';
import { invalid } from '../errors.ts';

/**
 * The body, inflated when it was compressed for the way (`Content-Encoding` of the request, which is not stored). Giving up
 * half-way leaves the connection usable for the reply.
 * @throws ApiError CANCELLED when the caller goes away, INVALID_ARGUMENT when it does not inflate
 */
export async function* bodyOf(request: RestRequest): AsyncGenerator<Buffer> {
  const gzipped = request.headers['content-encoding'] === 'gzip';
  const source = gzipped ? request.stream.pipe(createGunzip()) : request.stream;
  if (gzipped) request.stream.once('error', (error) => source.destroy(error));
  try {
    // Requests and inflaters carry bytes.
    yield* source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  } catch {
    if (gzipped && request.stream.readableEnded) throw invalid('The request body is not valid gzip.');
    throw new ApiError('CANCELLED', 'The request ended before its body did.', { reason: 'requestCanceled' });
  } finally {
    // What is left of the body can flow away.
    if (gzipped) request.stream.unpipe();
  }
}
