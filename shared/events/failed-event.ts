// Owns the record of a rejected event: why, where, by which declaration, and the original, sealed.
import type { Column } from '../catalog/column.ts';
import { envelopeSemantic } from '../catalog/envelope-semantics.ts';
import type { JsonValue } from '../platform/canonical-json.ts';
import type { RejectionCode } from '../platform/error-codes.ts';
import type { EventTypeId } from '../platform/ids.ts';
import { formatTimestamp } from '../platform/timestamp.ts';

/** What the original is sealed under. */
export type FailedEventKey =
  /** The subject's key for the purpose `quality`; `token` is its pseudonym there. */
  | { readonly kind: 'subject'; readonly token: string }
  /** The key of a day, destroyed after 14 days, when no subject could be read. */
  | { readonly kind: 'day'; readonly day: string };

/** A rejected event. Of what was sent it holds `sealed`, and what a batch says about the program that made it. */
export interface FailedEvent {
  /** Made by the collector: a message that lands twice is recognised by it, and so is an event that was replayed. */
  readonly id: string;
  readonly failedAtMs: number;
  /** When the client sent it by its own clock; a replay corrects the time of the event by it, as the first sending did. */
  readonly sentAtMs?: number | undefined;
  /** The SDK that sent it, `name/version`. */
  readonly sdk?: string | undefined;
  /** The release of the app that sent it. */
  readonly release?: string | undefined;
  /** The declared type it named; undefined when that was none. */
  readonly eventType?: EventTypeId | undefined;
  readonly code: RejectionCode;
  /** Where, naming declared fields only. */
  readonly path?: string | undefined;
  /** Digest of the declaration it was judged by. */
  readonly declaration?: string | undefined;
  /** The id, never the secret, of the write key. */
  readonly writeKeyId: string;
  /** The original as JSON, sealed. */
  readonly sealed: Uint8Array;
  readonly key: FailedEventKey;
}

/** The columns of `platform.failed_events`, partitioned by day of `failed_at`. */
export const FAILED_EVENT_COLUMNS: readonly Column[] = [
  column('failed_id', 'STRING', 'event.id', 'Made by the collector; the same in every copy of the row.'),
  column('failed_at', 'TIMESTAMP', 'event.time', 'When it was rejected.'),
  column('sent_at', 'TIMESTAMP', 'event.time', 'When the client sent it, by its own clock.'),
  column('event_type', 'STRING', 'event.type', 'The declared type it named.'),
  column('code', 'STRING', 'event.flag', 'Why it was rejected, a code of docs/errors.md.'),
  column('path', 'STRING', 'event.flag', 'The declared field that was wrong.'),
  column('declaration', 'STRING', 'event.type', 'Digest of the declaration it was judged by.'),
  column('write_key', 'STRING', 'event.id', 'Id of the write key it was sent with.'),
  column('sdk', 'STRING', 'event.flag', 'The SDK that sent it, name/version.'),
  column('release', 'STRING', 'event.flag', 'The release of the app that sent it.'),
  column('subject', 'STRING', 'subject', 'Pseudonym of the person for the purpose quality.'),
  column('day_key', 'STRING', 'event.id', 'Day whose key sealed it, when no person could be read.'),
  column('sealed', 'BYTES', 'sealed', 'The original, sealed.'),
];

/** The row of a failed event, in the JSON that a BigQuery subscription writes with the table's schema. */
export function failedEventRow(event: FailedEvent): { readonly [column: string]: JsonValue } {
  const { eventType, path, declaration, sdk, release, sentAtMs, key } = event;
  return {
    failed_id: event.id,
    failed_at: formatTimestamp(event.failedAtMs),
    code: event.code,
    write_key: event.writeKeyId,
    sealed: Buffer.from(event.sealed).toString('base64'),
    ...(eventType === undefined ? {} : { event_type: eventType }),
    ...(sentAtMs === undefined ? {} : { sent_at: formatTimestamp(sentAtMs) }),
    ...(sdk === undefined ? {} : { sdk }),
    ...(release === undefined ? {} : { release }),
    ...(path === undefined ? {} : { path }),
    ...(declaration === undefined ? {} : { declaration }),
    ...(key.kind === 'subject' ? { subject: key.token } : { day_key: key.day }),
  };
}

function column(
  name: string,
  type: Column['type'],
  semantic: Parameters<typeof envelopeSemantic>[0],
  description: string,
): Column {
  return { name, type, repeated: false, description, semantic: envelopeSemantic(semantic) };
}
