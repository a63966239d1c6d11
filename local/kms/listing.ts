/** Paging that all lists of Cloud KMS share. */
import { type Page, pageSize, pageStart, toPage } from '../primitives/pages.ts';
import { PAGE_SIZE } from './limits.ts';
import { unserved } from './refusals.ts';

export interface ListRequest {
  readonly parent: string;
  readonly pageSize: number;
  readonly pageToken: string;
  readonly filter: string;
  readonly orderBy: string;
}

export interface ListSource<Row> {
  /** Up to `limit` rows in order after the row with the key `after` ('' for the start). */
  readonly find: (after: string, limit: number) => Row[];
  readonly keyOf: (row: Row) => string;
  readonly count: () => { readonly count: number } | undefined;
}

/** @throws ApiError UNIMPLEMENTED for filters and orders, INVALID_ARGUMENT for a broken page token */
export function listPage<Row>(request: ListRequest, source: ListSource<Row>): Page<Row> & { totalSize: number } {
  if (request.filter !== '') throw unserved('filters in lists of Cloud KMS');
  if (request.orderBy !== '') throw unserved('order_by in lists of Cloud KMS');
  const size = pageSize(request.pageSize, PAGE_SIZE);
  const rows = source.find(pageStart(request.pageToken), size + 1);
  return { ...toPage(rows, size, source.keyOf), totalSize: source.count()?.count ?? 0 };
}
