/** Reads and writes `google.pubsub.v1.PubsubMessage` bytes. */
import { WireReader } from './wire-reader.ts';
import { fieldSize, varintSize, writeFieldHead, writeVarint } from './wire-writer.ts';

/** Tags (field number << 3 | wire type). Source: google/pubsub/v1/pubsub.proto, PubsubMessage */
export const MESSAGE_TAG = {
  data: 0x0a,
  attributes: 0x12,
  messageId: 0x1a,
  publishTime: 0x22,
  orderingKey: 0x2a,
} as const;

/** Tags of a map entry. Source: https://protobuf.dev/programming-guides/encoding/#maps */
const ENTRY_TAG = { key: 0x0a, value: 0x12 } as const;
const TIMESTAMP_TAG = { seconds: 0x08, nanos: 0x10 } as const;

export interface MessageParts {
  readonly data: Buffer;
  readonly attributes: Readonly<Record<string, string>>;
  readonly orderingKey: string;
}

const NO_DATA: Buffer = Buffer.alloc(0);

export function readMessage(bytes: Buffer): MessageParts {
  const reader = new WireReader(bytes);
  let data = NO_DATA;
  let orderingKey = '';
  const entries: [string, string][] = [];
  while (!reader.done) {
    const tag = reader.varint();
    if (tag === MESSAGE_TAG.data) data = reader.slice();
    else if (tag === MESSAGE_TAG.orderingKey) orderingKey = reader.text();
    else if (tag === MESSAGE_TAG.attributes) entries.push(readEntry(reader));
    else reader.skip(tag);
  }
  return { data, attributes: Object.fromEntries(entries), orderingKey };
}

/** Only the ordering key, '' without one. */
export function readOrderingKey(bytes: Buffer): string {
  const reader = new WireReader(bytes);
  let key = '';
  while (!reader.done) {
    const tag = reader.varint();
    if (tag === MESSAGE_TAG.orderingKey) key = reader.text();
    else reader.skip(tag);
  }
  return key;
}

/** Only the attributes. */
export function readAttributes(bytes: Buffer): Record<string, string> {
  const reader = new WireReader(bytes);
  const entries: [string, string][] = [];
  while (!reader.done) {
    const tag = reader.varint();
    if (tag === MESSAGE_TAG.attributes) entries.push(readEntry(reader));
    else reader.skip(tag);
  }
  return Object.fromEntries(entries);
}

function readEntry(reader: WireReader): [string, string] {
  const length = reader.length();
  const entry = new WireReader(reader.bytes, reader.position, reader.position + length);
  reader.position += length;
  let key = '';
  let value = '';
  while (!entry.done) {
    const tag = entry.varint();
    if (tag === ENTRY_TAG.key) key = entry.text();
    else if (tag === ENTRY_TAG.value) value = entry.text();
    else entry.skip(tag);
  }
  return [key, value];
}

/** Wire bytes of a message as a publisher sends it: without id and time. */
export function writeMessage(parts: MessageParts): Buffer {
  const chunks: Buffer[] = [];
  if (parts.data.length > 0) chunks.push(field(MESSAGE_TAG.data, parts.data));
  for (const [key, value] of Object.entries(parts.attributes)) {
    const entry = Buffer.concat([field(ENTRY_TAG.key, Buffer.from(key)), field(ENTRY_TAG.value, Buffer.from(value))]);
    chunks.push(field(MESSAGE_TAG.attributes, entry));
  }
  if (parts.orderingKey !== '') chunks.push(field(MESSAGE_TAG.orderingKey, Buffer.from(parts.orderingKey)));
  return Buffer.concat(chunks);
}

/** A length-delimited field. */
export function field(tag: number, value: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(fieldSize(value.length));
  value.copy(bytes, writeFieldHead(bytes, 0, tag, value.length));
  return bytes;
}

/** Bytes that `writeServerFields` takes. */
export function serverFieldsSize(messageId: string, publishTimeMs: number): number {
  return fieldSize(messageId.length) + fieldSize(timestampSize(publishTimeMs));
}

/**
 * Appends what the server adds to a message, its id (ASCII) and publish time: fields may come in any order, so they can
 * simply follow the publisher's bytes. Returns the offset behind them.
 */
export function writeServerFields(into: Buffer, offset: number, messageId: string, publishTimeMs: number): number {
  let at = writeFieldHead(into, offset, MESSAGE_TAG.messageId, messageId.length);
  at += into.write(messageId, at, 'latin1');
  at = writeFieldHead(into, at, MESSAGE_TAG.publishTime, timestampSize(publishTimeMs));
  into[at] = TIMESTAMP_TAG.seconds;
  at = writeVarint(into, at + 1, Math.floor(publishTimeMs / 1000));
  const nanos = nanosOf(publishTimeMs);
  if (nanos === 0) return at;
  into[at] = TIMESTAMP_TAG.nanos;
  return writeVarint(into, at + 1, nanos);
}

function timestampSize(ms: number): number {
  const nanos = nanosOf(ms);
  return 1 + varintSize(Math.floor(ms / 1000)) + (nanos === 0 ? 0 : 1 + varintSize(nanos));
}

function nanosOf(ms: number): number {
  return Math.round((ms - Math.floor(ms / 1000) * 1000) * 1e6);
}
