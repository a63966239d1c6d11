/** Pages of rows: their tokens, and replies whose rows are passed on as the engine wrote them. */
import type { RowsPage } from '#lib/googlesql/engine/requests.ts';
import type { RestReply } from '../../host/service.ts';
import { invalid } from '../errors.ts';

const TOKEN = /^row:(?<offset>\d{1,15})$/;

/** The token of the page that starts at a row, from 0. */
export function rowToken(offset: number): string {
  return Buffer.from(`row:${offset}`).toString('base64url');
}

/** The row at which the page of a token starts. */
export function rowOffset(token: string): number {
  const offset = TOKEN.exec(Buffer.from(token, 'base64url').toString('latin1'))?.groups?.['offset'];
  if (offset === undefined) throw invalid('Invalid page token.', 'pageToken');
  return Number(offset);
}

/** `{"pageToken"}` when rows are left after this page, else nothing. */
export function nextPage(page: RowsPage, offset: number): { readonly pageToken?: string } {
  const next = offset + page.rowCount;
  return next < page.totalRows ? { pageToken: rowToken(next) } : {};
}

/** A reply of `fields` and, when there are any, the page's rows: bytes that were JSON already are not parsed again. */
export function rowsReply(fields: object, page: RowsPage | undefined): RestReply {
  if (page === undefined || page.rowCount === 0) return { json: fields };
  const head = JSON.stringify(fields);
  const body = Buffer.concat([Buffer.from(`${head.slice(0, -1)},"rows":`), page.rowsJson, Buffer.from('}')]);
  return { headers: { 'content-type': 'application/json; charset=UTF-8' }, body };
}
