/** Content of load jobs as it arrives: inflated where it is gzipped, cut into lines. */
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** First bytes of a gzip member. Source: RFC 1952 section 2.3.1 */
const GZIP_MAGIC = [0x1f, 0x8b];

/** The content, inflated if it begins as gzip does. */
export async function* inflated(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = content[Symbol.asyncIterator]();
  let first = await source.next();
  while (first.done !== true && first.value.length === 0) first = await source.next();
  if (first.done === true) return;
  const whole = resumed(first.value, source);
  const zipped = GZIP_MAGIC.every((byte, index) => first.value[index] === byte);
  if (zipped) yield* Readable.from(whole).pipe(createGunzip()) as AsyncIterable<Uint8Array>;
  else yield* whole;
}

async function* resumed(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** The lines of the content that are not blank, without their ends; as many at a time as have arrived. */
export async function* lines(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array[]> {
  let held: Buffer = Buffer.alloc(0);
  let first = true;
  for await (const chunk of content) {
    held = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk]);
    if (first && held.length >= BYTE_ORDER_MARK.length) {
      first = false;
      if (BYTE_ORDER_MARK.every((byte, index) => held[index] === byte)) held = held.subarray(BYTE_ORDER_MARK.length);
    }
    const complete = held.lastIndexOf(NEWLINE);
    if (complete === -1) continue;
    yield split(held.subarray(0, complete));
    held = held.subarray(complete + 1);
  }
  yield split(held);
}

function split(bytes: Buffer): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let start = 0; start <= bytes.length;) {
    const next = bytes.indexOf(NEWLINE, start);
    const end = next === -1 ? bytes.length : next;
    const line = bytes.subarray(start, bytes[end - 1] === CARRIAGE_RETURN && end > start ? end - 1 : end);
    if (line.length > 0 && line.toString('latin1').trim() !== '') found.push(line);
    start = end + 1;
  }
  return found;
}
