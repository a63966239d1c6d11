// Owns the row that a collector publishes: envelope, what the keys of privacy made, and the clear columns, as one JSON object.
import { type EventType, schemaVersionOf } from '../catalog/event-type.ts';
import { sealedColumnOf } from '../catalog/other-persons.ts';
import type { JsonValue } from '../platform/canonical-json.ts';
import type { BootId, ImportId } from '../platform/ids.ts';
import { formatInstant, formatTimestamp, type Instant } from '../platform/timestamp.ts';
import type { Columns, PendingValue, ValidData } from './validator.ts';

/** What the keys of privacy made of an event. Nothing of it leads back to the person once the keys are shredded. */
export interface ProtectedIdentity {
  /** Keyed digest of the client's id. */
  readonly eventId: string;
  /** Keyed digest of the payload. */
  readonly fingerprint: string;
  /** Pseudonym of the person for the purpose; null for event types without a subject. */
  readonly subject: string | null;
  /** Pseudonym of the anonymous visitor. */
  readonly visitor: string | null;
  /** The sealed blob; null when there is nothing to seal. */
  readonly sealed: Uint8Array | null;
  /** Other persons whom it names, and who may be named. */
  readonly others?: readonly ProtectedOther[];
}

/** What the keys of another person made of what is theirs in an event. */
export interface ProtectedOther {
  /** The field that names them, and the column of their token. */
  readonly field: string;
  readonly token: string;
  /** The blob sealed under their keys; null when there is nothing to seal. */
  readonly sealed: Uint8Array | null;
}

/** The number that a collector gives to an event, so that completeness can be counted. */
export interface Stamp {
  readonly boot: BootId;
  readonly sequence: number;
}

/** What a row is made of. */
export interface RawRowParts {
  readonly eventType: EventType;
  readonly occurredAt: Instant;
  /** RFC 3339, as every event of a batch has it; undefined when the client did not say. */
  readonly sentAt?: string | undefined;
  readonly eventTimeMs: number;
  readonly receivedAtMs: number;
  readonly late: boolean;
  readonly future: boolean;
  readonly byBot: boolean;
  readonly importId?: ImportId | undefined;
  readonly identity: ProtectedIdentity;
  readonly stamp: Stamp;
  readonly data: ValidData;
}

/** Puts what came of a pending value into its column; null leaves the column empty. */
export function settle({ into, column }: PendingValue, result: string | null): void {
  if (result !== null) into[column] = result;
}

/**
 * The row of an event, every pending value settled, in the JSON that a BigQuery subscription writes with the table's
 * schema: times as RFC 3339, BYTES as base64, columns without a value left out.
 */
export function rawRow(parts: RawRowParts): { readonly [column: string]: JsonValue } {
  const { eventType, identity, stamp, data, importId } = parts;
  const row: Columns = {
    received_at: formatTimestamp(parts.receivedAtMs),
    event_id: identity.eventId,
    event_type: eventType.id,
    schema_version: schemaVersionOf(eventType),
    occurred_at: formatInstant(parts.occurredAt),
    event_time: formatTimestamp(parts.eventTimeMs),
    late: parts.late,
    future: parts.future,
    by_bot: parts.byBot,
    fingerprint: identity.fingerprint,
    boot: stamp.boot,
    sequence: stamp.sequence,
  };
  if (parts.sentAt !== undefined) row['sent_at'] = parts.sentAt;
  if (identity.subject !== null) row['subject'] = identity.subject;
  if (identity.visitor !== null) row['visitor'] = identity.visitor;
  if (identity.sealed !== null) row['sealed'] = base64(identity.sealed);
  if (importId !== undefined) row['import_id'] = importId;
  for (const { field, token, sealed } of identity.others ?? []) {
    row[field] = token;
    if (sealed !== null) row[sealedColumnOf(field)] = base64(sealed);
  }
  return Object.assign(row, data.clear);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
