/** Bodies of type multipart/related: a part of JSON and a part of bytes, which are passed on as they arrive. Source: RFC 2387, RFC 2046 section 5.1 */
import { isObject } from '../../primitives/json-object.ts';
import { invalid } from '../errors.ts';
import { MAX_METADATA_BODY_BYTES } from '../limits.ts';

export interface RelatedParts {
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Of the second part, when it says one. */
  readonly contentType: string | undefined;
  readonly bytes: AsyncIterable<Buffer>;
}

/** The boundary of a Content-Type; clients quote it with `"`, with `'` or not at all. */
export function boundaryOf(contentType: string | undefined): string {
  const { quoted, single, bare } =
    /;\s*boundary=(?:"(?<quoted>[^"]+)"|'(?<single>[^']+)'|(?<bare>[^;\s]+))/i.exec(contentType ?? '')?.groups ?? {};
  const boundary = quoted ?? single ?? bare;
  if (!/^multipart\//i.test(contentType ?? '') || boundary === undefined) {
    throw invalid('Multipart uploads must have a content type of multipart/related with a boundary.');
  }
  return boundary;
}

/**
 * Reads up to the second part's first byte.
 * @throws ApiError INVALID_ARGUMENT when the body has another form
 */
export async function parseRelated(body: AsyncIterable<Buffer>, boundary: string): Promise<RelatedParts> {
  const source = body[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  for (;;) {
    const parsed = parseHeads(head, `--${boundary}`);
    if (parsed !== undefined) {
      const { metadata, contentType, rest, lineEnd } = parsed;
      return { metadata, contentType, bytes: untilDelimiter(rest, source, { boundary, lineEnd }) };
    }
    const next = await source.next();
    if (next.done === true) throw invalid('Malformed multipart body.');
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
    if (head.length > MAX_METADATA_BODY_BYTES) throw invalid('Metadata part is too large.');
  }
}

interface Heads {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly contentType: string | undefined;
  /** What has arrived of the bytes. */
  readonly rest: Buffer;
  /** Google's Python clients end lines without a carriage return. */
  readonly lineEnd: '\r\n' | '\n';
}

/** The first part and the second one's headers, or undefined while they are incomplete. */
function parseHeads(head: Buffer, delimiter: string): Heads | undefined {
  const first = endOf(head, delimiter, 0);
  if (first === -1 || first === head.length) return undefined;
  const lineEnd = head[first] === 0x0d ? '\r\n' : '\n';
  const blankLine = `${lineEnd}${lineEnd}`;
  const json = endOf(head, blankLine, first);
  // The line break before the second delimiter may be the one of the blank line, when the metadata is empty.
  const second = json === -1 ? -1 : endOf(head, `${lineEnd}${delimiter}${lineEnd}`, json - lineEnd.length);
  const bytes = second === -1 ? -1 : endOf(head, blankLine, second - lineEnd.length);
  if (bytes === -1) return undefined;
  const jsonEnd = second - delimiter.length - 2 * lineEnd.length;
  return {
    metadata: parseMetadata(head.toString('utf8', json, Math.max(json, jsonEnd))),
    contentType: /^content-type:[ \t]*(.+?)\s*$/im.exec(head.toString('latin1', second, bytes))?.[1],
    rest: head.subarray(bytes),
    lineEnd,
  };
}

/** Where the first `sought` from `from` on ends, or -1. */
function endOf(text: Buffer, sought: string, from: number): number {
  const found = text.indexOf(sought, from);
  return found === -1 ? -1 : found + sought.length;
}

function parseMetadata(text: string): Readonly<Record<string, unknown>> {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Answered below, like JSON that is no object.
  }
  throw invalid('Parse Error');
}

async function* untilDelimiter(
  rest: Buffer,
  source: AsyncIterator<Buffer>,
  { boundary, lineEnd }: { readonly boundary: string; readonly lineEnd: string },
): AsyncGenerator<Buffer> {
  const delimiter = Buffer.from(`${lineEnd}--${boundary}`);
  // The delimiter's line break may be the one that ends the headers, when the part is empty.
  let held = Buffer.concat([Buffer.from(lineEnd), rest]);
  let skip = lineEnd.length;
  for (;;) {
    const end = held.indexOf(delimiter);
    if (end !== -1) {
      if (end > skip) yield held.subarray(skip, end);
      await drain(source);
      return;
    }
    // Only as much is held back as could still be the beginning of the delimiter.
    const safe = held.length - delimiter.length;
    if (safe > skip) {
      yield held.subarray(skip, safe);
      held = held.subarray(safe);
      skip = 0;
    }
    const next = await source.next();
    if (next.done === true) throw invalid('Missing end boundary in multipart body.');
    held = Buffer.concat([held, next.value]);
  }
}

async function drain(source: AsyncIterator<Buffer>): Promise<void> {
  for (let next = await source.next(); next.done !== true; next = await source.next());
}
