/** storage.objects.list. Source: https://cloud.google.com/storage/docs/json_api/v1/objects/list */
import type { RestReply, RestRequest } from '../../host/service.ts';
import { softDeleteMs } from '../buckets/bucket.ts';
import { badValue, invalid } from '../errors.ts';
import { MAX_PAGE } from '../limits.ts';
import type { StorageParts } from '../parts.ts';
import { compileGlob } from './glob.ts';
import { listObjects, type ListStart } from './listing.ts';
import type { Listing } from './object-reads.ts';
import { objectResource } from './object.ts';
import { flag, integer } from '../parameters.ts';

export function list(parts: StorageParts, { params, query, origin }: RestRequest): RestReply {
  const bucket = parts.buckets.require(params['bucket'] ?? '');
  const which = listing(query);
  if (which === 'soft-deleted' && softDeleteMs(bucket) === 0) throw invalid('bucket soft delete policy must be set.');
  const glob = query.get('matchGlob');
  const page = listObjects(
    {
      which,
      prefix: query.get('prefix') ?? '',
      delimiter: query.get('delimiter') ?? '',
      includeTrailingDelimiter: flag(query, 'includeTrailingDelimiter'),
      startOffset: query.get('startOffset') ?? '',
      endOffset: query.get('endOffset') ?? '',
      glob: glob === null || glob === '' ? undefined : compileGlob(glob),
      maxResults: pageLimit(query),
      start: parseToken(query.get('pageToken')),
    },
    (kind, start, limit) => parts.objects.from(bucket.id, kind, start, limit),
  );
  return {
    json: {
      kind: 'storage#objects',
      ...(page.next === undefined ? {} : { nextPageToken: toToken(page.next) }),
      ...(page.prefixes.length === 0 ? {} : { prefixes: page.prefixes }),
      ...(page.items.length === 0 ? {} : { items: page.items.map((object) => objectResource(object, bucket, origin)) }),
    },
  };
}

/** The entries a page may have: what was asked for, up to Google's own limit. */
export function pageLimit(query: URLSearchParams): number {
  const asked = integer(query, 'maxResults') ?? MAX_PAGE;
  if (asked < 0) throw badValue('maxResults', String(asked));
  return asked === 0 ? MAX_PAGE : Math.min(asked, MAX_PAGE);
}

function listing(query: URLSearchParams): Listing {
  const versions = flag(query, 'versions');
  const softDeleted = flag(query, 'softDeleted');
  if (versions && softDeleted) throw invalid('Cannot specify both versions and softDeleted.');
  if (softDeleted) return 'soft-deleted';
  return versions ? 'versions' : 'current';
}

function toToken({ name, generation, fold }: ListStart): string {
  return Buffer.from(JSON.stringify([name, generation, fold])).toString('base64url');
}

function parseToken(token: string | null): ListStart | undefined {
  if (token === null || token === '') return undefined;
  try {
    const [name, generation, fold] = JSON.parse(Buffer.from(token, 'base64url').toString()) as unknown[];
    if (typeof name === 'string' && typeof generation === 'number') {
      return { name, generation, fold: typeof fold === 'string' ? fold : undefined };
    }
  } catch {
    // Answered like a token of another shape.
  }
  throw badValue('pageToken', token);
}
