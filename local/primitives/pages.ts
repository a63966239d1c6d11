/** Paging of lists: opaque tokens that say where the next page starts. */
import { ApiError } from './errors.ts';

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Empty when this is the last page. */
  readonly nextPageToken: string;
}

/** The key after which a page starts; '' for the first page. */
export function pageStart(pageToken: string | undefined): string {
  if (pageToken === undefined || pageToken === '') return '';
  const key = Buffer.from(pageToken, 'base64url').toString('utf8');
  if (!key.startsWith('after:')) throw new ApiError('INVALID_ARGUMENT', 'Invalid page token.', { reason: 'invalid' });
  return key.slice('after:'.length);
}

/**
 * A page from `size + 1` (or fewer) items that start after `pageStart`: the extra one only tells that there is more.
 * `keyOf` must be the key that the items are ordered by.
 */
export function toPage<Item>(found: readonly Item[], size: number, keyOf: (item: Item) => string): Page<Item> {
  const items = found.slice(0, size);
  const last = items.at(-1);
  if (found.length <= size || last === undefined) return { items, nextPageToken: '' };
  return { items, nextPageToken: Buffer.from(`after:${keyOf(last)}`).toString('base64url') };
}

/** The page size to use: the asked one within the method's bounds, its default when none (or 0) was asked. */
export function pageSize(asked: number | string | undefined, limits: { default: number; max: number }): number {
  const size = Number(asked ?? 0);
  if (!Number.isInteger(size) || size < 0) throw new ApiError('INVALID_ARGUMENT', 'Invalid page size.');
  return size === 0 ? limits.default : Math.min(size, limits.max);
}
