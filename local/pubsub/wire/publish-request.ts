/** Reads `google.pubsub.v1.PublishRequest` bytes: checks every limit, decodes no payload. */
import { isUtf8 } from 'node:buffer';
import * as limits from '../limits.ts';
import { invalid, tooLarge, tooSmall } from '../refusals.ts';
import { field, MESSAGE_TAG } from './pubsub-message.ts';
import { WireReader } from './wire-reader.ts';

/** Source: google/pubsub/v1/pubsub.proto, PublishRequest */
const REQUEST_TAG = { topic: 0x0a, messages: 0x12 } as const;

export interface PublishRequest {
  readonly topic: string;
  readonly count: number;
  /** The request, or its messages rewritten where they carried fields that only the server may set. */
  readonly body: Buffer;
}

/** @throws ApiError INVALID_ARGUMENT in the service's words */
export function readPublishRequest(request: Buffer): PublishRequest {
  checkSize(request.length);
  const reader = new WireReader(request);
  let topic = '';
  let count = 0;
  let rewrite = false;
  let key: Buffer | undefined;
  while (!reader.done) {
    const tag = reader.varint();
    if (tag === REQUEST_TAG.topic) topic = reader.text();
    else if (tag === REQUEST_TAG.messages) {
      const length = reader.length();
      const checked = checkMessage(new WireReader(request, reader.position, reader.position + length));
      reader.position += length;
      if (key === undefined) key = checked.orderingKey;
      else if (!key.equals(checked.orderingKey)) throw mixedKeys();
      rewrite ||= checked.hasServerFields;
      count += 1;
    } else reader.skip(tag);
  }
  if (count === 0) throw tooSmall('message_count', 0, 1);
  if (count > limits.MAX_PUBLISH_MESSAGES) throw tooLarge('message_count', count, limits.MAX_PUBLISH_MESSAGES);
  return { topic, count, body: rewrite ? withoutServerFields(request) : request };
}

/** Where each message of a checked body starts and ends: `[start, end, start, end, …]`. */
export function messageOffsets(body: Buffer, count: number): Uint32Array {
  const offsets = new Uint32Array(count * 2);
  const reader = new WireReader(body);
  let index = 0;
  while (!reader.done) {
    const tag = reader.varint();
    if (tag !== REQUEST_TAG.messages) {
      reader.skip(tag);
      continue;
    }
    const length = reader.length();
    offsets[index] = reader.position;
    offsets[index + 1] = reader.position + length;
    reader.position += length;
    index += 2;
  }
  return offsets;
}

/** A body of messages that the server itself publishes. */
export function writeBody(messages: readonly Buffer[]): Buffer {
  return Buffer.concat(messages.map((message) => field(REQUEST_TAG.messages, message)));
}

function checkSize(bytes: number): void {
  if (bytes > limits.MAX_REQUEST_BYTES) {
    throw invalid(`Request payload size exceeds the limit: ${limits.MAX_REQUEST_BYTES} bytes.`);
  }
  if (bytes > limits.MAX_PUBLISH_BYTES) throw tooLarge('request_size', bytes, limits.MAX_PUBLISH_BYTES);
}

interface CheckedMessage {
  readonly orderingKey: Buffer;
  readonly hasServerFields: boolean;
}

const NO_KEY: Buffer = Buffer.alloc(0);

function checkMessage(reader: WireReader): CheckedMessage {
  let dataBytes = 0;
  let attributes = 0;
  let orderingKey = NO_KEY;
  let hasServerFields = false;
  while (!reader.done) {
    const tag = reader.varint();
    if (tag === MESSAGE_TAG.data) {
      dataBytes = reader.length();
      reader.position += dataBytes;
    } else if (tag === MESSAGE_TAG.attributes) {
      const length = reader.length();
      checkAttribute(new WireReader(reader.bytes, reader.position, reader.position + length));
      reader.position += length;
      attributes += 1;
    } else if (tag === MESSAGE_TAG.orderingKey) orderingKey = checkText(reader.slice());
    else {
      hasServerFields ||= tag === MESSAGE_TAG.messageId || tag === MESSAGE_TAG.publishTime;
      reader.skip(tag);
    }
  }
  if (dataBytes === 0 && attributes === 0) throw emptyMessage();
  if (attributes > limits.MAX_ATTRIBUTES) throw tooLarge('num_attributes', attributes, limits.MAX_ATTRIBUTES);
  if (orderingKey.length > limits.MAX_ORDERING_KEY_BYTES) {
    throw tooLarge('ordering_key_size', orderingKey.length, limits.MAX_ORDERING_KEY_BYTES);
  }
  return { orderingKey, hasServerFields };
}

/** Tags of a map entry: 0x0a key, 0x12 value. */
function checkAttribute(entry: WireReader): void {
  let key = NO_KEY;
  while (!entry.done) {
    const tag = entry.varint();
    if (tag === 0x0a) key = checkText(entry.slice());
    else if (tag === 0x12) {
      const value = checkText(entry.slice());
      if (value.length > limits.MAX_ATTRIBUTE_VALUE_BYTES) {
        throw tooLarge('attribute_value_size', value.length, limits.MAX_ATTRIBUTE_VALUE_BYTES);
      }
    } else entry.skip(tag);
  }
  if (key.length === 0) throw invalid('Message attribute keys must be non-empty.');
  if (key.length > limits.MAX_ATTRIBUTE_KEY_BYTES) {
    throw tooLarge('attribute_key_size', key.length, limits.MAX_ATTRIBUTE_KEY_BYTES);
  }
  if (key.toString('latin1', 0, 4) === limits.RESERVED_ATTRIBUTE_PREFIX) throw reservedKey();
}

function checkText(text: Buffer): Buffer {
  if (!isUtf8(text)) throw invalid('Request contains a string that is not valid UTF-8.');
  return text;
}

/** Publishers must not set id and time; Google ignores them if they do. */
function withoutServerFields(request: Buffer): Buffer {
  const messages: Buffer[] = [];
  const reader = new WireReader(request);
  while (!reader.done) {
    const tag = reader.varint();
    if (tag === REQUEST_TAG.messages) messages.push(stripped(reader.slice()));
    else reader.skip(tag);
  }
  return writeBody(messages);
}

function stripped(message: Buffer): Buffer {
  const kept: Buffer[] = [];
  const reader = new WireReader(message);
  while (!reader.done) {
    const start = reader.position;
    const tag = reader.varint();
    reader.skip(tag);
    const own = tag !== MESSAGE_TAG.messageId && tag !== MESSAGE_TAG.publishTime;
    if (own) kept.push(message.subarray(start, reader.position));
  }
  return Buffer.concat(kept);
}

function emptyMessage(): Error {
  return invalid(
    'One or more messages in the publish request is empty. Each message must contain either non-empty data, or at least one attribute.',
  );
}

function mixedKeys(): Error {
  return invalid(
    'In a single publish request, all messages must have no ordering key or they must all have the same ordering key.',
  );
}

function reservedKey(): Error {
  return invalid("Message attribute keys must not start with 'goog'.");
}
