/** The Content-Range of a resumable upload's requests. Source: https://cloud.google.com/storage/docs/performing-resumable-uploads */
import { invalid } from '../errors.ts';

/**
 * `status`: no bytes, asks how far it is; `total` when the sender knows it.
 * `bytes`: the body starts at `start`; `end` (exclusive) and `total` as far as the sender knows them.
 */
export type ContentRange =
  | { readonly kind: 'status'; readonly total: number | undefined }
  | {
      readonly kind: 'bytes';
      readonly start: number;
      readonly end: number | undefined;
      readonly total: number | undefined;
    };

/** Without a header, the body is the whole object. */
export function parseContentRange(header: string | undefined): ContentRange {
  if (header === undefined) return { kind: 'bytes', start: 0, end: undefined, total: undefined };
  const { status, start, last, total } =
    /^bytes[ =](?:(?<status>\*)|(?<start>\d+)-(?<last>\d+|\*))\/(?<total>\d+|\*)$/.exec(header.trim())?.groups ?? {};
  const wholeSize = number(total);
  if (status !== undefined) return { kind: 'status', total: wholeSize };
  const from = number(start);
  const lastByte = number(last);
  const end = lastByte === undefined ? undefined : lastByte + 1;
  if (
    from === undefined ||
    (end !== undefined && end < from) ||
    (wholeSize !== undefined && (end ?? from) > wholeSize)
  ) {
    throw invalid(`Failed to parse Content-Range header.`);
  }
  return { kind: 'bytes', start: from, end, total: wholeSize };
}

function number(text: string | undefined): number | undefined {
  return text === undefined || text === '*' ? undefined : Number(text);
}
