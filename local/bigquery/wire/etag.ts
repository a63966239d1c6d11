/** ETags of resources, and the preconditions that clients put on them. */
import { createHash } from 'node:crypto';
import type { RestRequest } from '../../host/service.ts';
import { bigQueryError } from '../errors.ts';

/** The ETag of a version: `parts` must change whenever the resource does. */
export function etagOf(...parts: readonly (string | number)[]): string {
  return createHash('md5').update(parts.join('\n')).digest('base64');
}

/** @throws ApiError 412 when the request says `If-Match` and the current ETag is another */
export function checkIfMatch(request: RestRequest, current: string): void {
  const wanted = request.headers['if-match'];
  if (wanted === undefined || wanted === '*') return;
  const tags = wanted.split(',').map((tag) => tag.trim().replace(/^(?:W\/)?"(?<tag>.*)"$/, '$<tag>'));
  if (!tags.includes(current)) throw preconditionFailed();
}

export function preconditionFailed(): Error {
  return bigQueryError('conditionNotMet', 'Precondition check failed.', 'If-Match');
}
