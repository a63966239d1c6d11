/** Writes protobuf wire bytes into buffers of known size. */

/** Bytes that an unsigned varint takes. */
export function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size += 1;
  return size;
}

/** Writes a varint and returns the offset behind it. */
export function writeVarint(into: Buffer, offset: number, value: number): number {
  let rest = value;
  let at = offset;
  while (rest >= 128) {
    into[at] = (rest % 128) | 128;
    at += 1;
    rest = Math.floor(rest / 128);
  }
  into[at] = rest;
  return at + 1;
}

/** Bytes of a length-delimited field with a one-byte tag. */
export function fieldSize(length: number): number {
  return 1 + varintSize(length) + length;
}

/** Writes the tag and length of a length-delimited field and returns where its value goes. */
export function writeFieldHead(into: Buffer, offset: number, tag: number, length: number): number {
  into[offset] = tag;
  return writeVarint(into, offset + 1, length);
}
