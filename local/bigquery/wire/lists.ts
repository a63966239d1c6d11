/** Pages of lists of resources, in order of id. */
import type { RestRequest } from '../../host/service.ts';
import { pageSize, pageStart, toPage } from '../../primitives/pages.ts';
import { LIST_PAGE } from '../limits.ts';
import { etagOf } from './etag.ts';
import { integerParameter, textParameter } from './routes.ts';

export interface ListPage<Item> {
  readonly items: readonly Item[];
  /** `etag`, and `nextPageToken` unless this is the last page. */
  readonly fields: { readonly etag: string; readonly nextPageToken?: string };
}

/** The page of `all` (sorted by `idOf`) that a request asks for with `maxResults` and `pageToken`. */
export function listPage<Item>(
  request: RestRequest,
  all: readonly Item[],
  idOf: (item: Item) => string,
): ListPage<Item> {
  const size = pageSize(integerParameter(request, 'maxResults'), LIST_PAGE);
  const start = pageStart(textParameter(request, 'pageToken'));
  const found = all.filter((item) => start === '' || idOf(item) > start).slice(0, size + 1);
  const { items, nextPageToken } = toPage(found, size, idOf);
  const etag = etagOf('list', ...items.map(idOf));
  return { items, fields: { etag, ...(nextPageToken === '' ? {} : { nextPageToken }) } };
}
