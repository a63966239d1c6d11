/** Turns messages into rows for BigQuery, by putting text together: payloads are not parsed here. */
import type { SinkColumn } from '../bigquery-sink.ts';
import type { StoredMessage } from '../log/batch.ts';
import type { BigQueryConfig } from '../resources.ts';
import { type MessageParts, readMessage } from '../wire/pubsub-message.ts';

type Row =
  | { readonly kind: 'row'; readonly json: Buffer }
  /** The message can never be a row of this table. */
  | { readonly kind: 'refused'; readonly reason: string };

/** @param messageId the id that the message was published under */
export type RowWriter = (message: StoredMessage, messageId: string) => Row;

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
/** JSON's white space. Source: RFC 8259 section 2 */
const SPACES = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** @param subscription full name, for the metadata */
export function rowWriter(subscription: string, config: BigQueryConfig, columns: readonly SinkColumn[]): RowWriter {
  const metadata = config.writeMetadata ? metadataWriter(subscription) : () => '';
  if (config.useTableSchema) {
    return (message, messageId) => objectRow(readMessage(message.bytes), metadata, { message, messageId });
  }
  const dataType = columns.find(({ name }) => name.toLowerCase() === 'data')?.type.toUpperCase() ?? 'BYTES';
  return (message, messageId) => {
    const parts = readMessage(message.bytes);
    const data =
      dataType === 'BYTES' ? `"${parts.data.toString('base64')}"` : JSON.stringify(parts.data.toString('utf8'));
    const rest = metadata(parts, { message, messageId });
    return { kind: 'row', json: Buffer.from(`{"data":${data}${rest === '' ? '' : `,${rest}`}}`) };
  };
}

interface Identified {
  readonly message: StoredMessage;
  readonly messageId: string;
}

type MetadataWriter = (parts: MessageParts, identified: Identified) => string;

/** Members of the row's JSON object. Source: https://cloud.google.com/pubsub/docs/create-bigquery-subscription#write_metadata */
function metadataWriter(subscription: string): MetadataWriter {
  const name = `"subscription_name":${JSON.stringify(subscription)}`;
  return ({ attributes, orderingKey }, { message, messageId }) => {
    // A JSON object in a string, which suits a STRING column and a JSON column alike.
    const all = orderingKey === '' ? attributes : { ...attributes, orderingKey };
    const publishMicros = message.publishTimeMs * 1000;
    return `${name},"message_id":"${messageId}","publish_time":${publishMicros},"attributes":${JSON.stringify(JSON.stringify(all))}`;
  };
}

/**
 * The payload's own object with the metadata put in at its end, where it wins over members of the same name. The result is
 * JSON exactly when the payload was: before the last brace only a complete object lets `,"name":` follow.
 */
function objectRow(parts: MessageParts, metadata: MetadataWriter, identified: Identified): Row {
  const { data } = parts;
  let start = 0;
  let end = data.length;
  while (start < end && SPACES.has(data[start] ?? 0)) start += 1;
  while (end > start && SPACES.has(data[end - 1] ?? 0)) end -= 1;
  if (end - start < 2 || data[start] !== OPEN_BRACE || data[end - 1] !== CLOSE_BRACE) {
    return { kind: 'refused', reason: 'The message data is not a JSON object.' };
  }
  const added = metadata(parts, identified);
  if (added === '') return { kind: 'row', json: data.subarray(start, end) };
  const bodyEnd = end - 1;
  const tail = `${isBlank(data, start + 1, bodyEnd) ? '' : ','}${added}}`;
  const json = Buffer.allocUnsafe(bodyEnd - start + Buffer.byteLength(tail));
  data.copy(json, 0, start, bodyEnd);
  json.write(tail, bodyEnd - start);
  return { kind: 'row', json };
}

function isBlank(data: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (!SPACES.has(data[at] ?? 0)) return false;
  return true;
}
