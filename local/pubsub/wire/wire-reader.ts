/** Walks protobuf wire bytes without decoding what is not asked for. Source: https://protobuf.dev/programming-guides/encoding */
import { invalid } from '../refusals.ts';

const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const MAX_VARINT_BYTES = 10;

/** Positions are byte offsets into `bytes`; every read checks bounds and throws INVALID_ARGUMENT beyond them. */
export class WireReader {
  readonly bytes: Buffer;
  position: number;
  readonly end: number;

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  get done(): boolean {
    return this.position >= this.end;
  }

  /** An unsigned varint; exact up to 2^53. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (let read = 0; read < MAX_VARINT_BYTES && this.position < this.end; read += 1) {
      const byte = this.bytes[this.position] ?? 0;
      this.position += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw malformed();
  }

  /** Length of a length-delimited value that starts at `position` and is all there. */
  length(): number {
    const length = this.varint();
    if (length > this.end - this.position) throw malformed();
    return length;
  }

  /** The value as a view on the same memory. */
  slice(): Buffer {
    const length = this.length();
    const start = this.position;
    this.position += length;
    return this.bytes.subarray(start, this.position);
  }

  text(): string {
    const length = this.length();
    const start = this.position;
    this.position += length;
    return this.bytes.toString('utf8', start, this.position);
  }

  /** Steps over a value of the tag's wire type. */
  skip(tag: number): void {
    const type = tag & 7;
    if (type === WIRE.varint) this.varint();
    else if (type === WIRE.bytes) this.advance(this.length());
    else if (type === WIRE.fixed64) this.advance(8);
    else if (type === WIRE.fixed32) this.advance(4);
    else throw malformed();
  }

  private advance(count: number): void {
    if (count > this.end - this.position) throw malformed();
    this.position += count;
  }
}

function malformed(): Error {
  return invalid('Request is not a valid message.');
}
