/** Pages of names in order, within the bounds that Pub/Sub keeps. */
import { pageStart, type Page, toPage } from '../primitives/pages.ts';
import { PAGE_SIZE } from './limits.ts';
import { invalid, outOfBounds } from './refusals.ts';

export interface PageRequest {
  readonly pageSize: number;
  readonly pageToken: string;
}

/** A page of the entries whose name starts with `prefix`; a size of 0 asks for all. @throws ApiError INVALID_ARGUMENT */
export function pageOf<Item>(entries: Iterable<[string, Item]>, prefix: string, request: PageRequest): Page<Item> {
  const { pageSize, pageToken } = request;
  if (pageSize < PAGE_SIZE.min || pageSize > PAGE_SIZE.max) throw outOfBounds('page_size', pageSize, PAGE_SIZE);
  const after = start(pageToken);
  const found = [...entries]
    .filter(([name]) => name.startsWith(prefix) && name > after)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  const page = toPage(found, pageSize === 0 ? found.length : pageSize, ([name]) => name);
  return { items: page.items.map(([, item]) => item), nextPageToken: page.nextPageToken };
}

function start(pageToken: string): string {
  try {
    return pageStart(pageToken);
  } catch {
    throw invalid(`Invalid page token given (token=${pageToken}).`);
  }
}
