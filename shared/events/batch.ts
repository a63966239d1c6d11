// Owns the body of the native route: reading it within bounds, up to the events that are judged one by one.
import type { ErrorCode } from '../platform/error-codes.ts';
import { type ImportId, parseId } from '../platform/ids.ts';
import { parseTimestamp } from '../platform/timestamp.ts';
import { UNCOUNTED_BODY_BYTES } from './limits.ts';
import { sdkOf } from './release.ts';
import { tooManyEvents } from './reply.ts';
import type { ProtocolName } from './sources/protocols.ts';

/** What one request carries. */
export interface Batch {
  /** When the client sent it by its own clock, in epoch milliseconds; tells the skew of that clock. */
  readonly sentAtMs?: number | undefined;
  /** The historical import that all events of the batch belong to. */
  readonly importId?: ImportId | undefined;
  /** The SDK that made it, `name/version`; undefined when it did not say. */
  readonly sdk?: string | undefined;
  /** The protocol that the events are of, each then a `ForeignEvent` to be translated; undefined for native ones. */
  readonly protocol?: ProtocolName | undefined;
  /** The events as sent, not yet looked at. */
  readonly events: readonly unknown[];
}

/** A batch, or why the request as a whole is refused. */
export type BatchResult =
  | {
      readonly kind: 'read';
      readonly batch: Batch;
      /** What the body names as its write key, whatever it is. */
      readonly writeKey: unknown;
    }
  | {
      readonly kind: 'refused';
      readonly code: Extract<ErrorCode, 'malformed_body' | 'too_many_events'>;
      readonly message: string;
    };

/** The bytes after which a value begins: `[`, `{` and `,`. */
const BEFORE_VALUE = new Uint8Array(256);
for (const character of '[{,') BEFORE_VALUE[character.charCodeAt(0)] = 1;

/**
 * How many values a body may hold, before it is parsed: brackets and commas take thirty times their size once they are objects
 * and lists. Those within texts are counted, too.
 */
export function countValues(body: Uint8Array): number {
  if (body.length <= UNCOUNTED_BODY_BYTES) return Math.ceil(body.length / 4);
  let values = 1;
  // The cast to an integer keeps the sum out of floating point, which halves the time.
  for (let at = 0; at < body.length; at += 1) values = (values + (BEFORE_VALUE[body[at] ?? 0] ?? 0)) | 0;
  return values;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads the bytes of a body, inflated already: `{"sentAt"?, "import"?, "sdk"?, "writeKey"?, "events": [...]}`. Never quotes what was sent. */
export function readBatch(body: Uint8Array): BatchResult {
  const value = parseJson(body);
  if (value === undefined) return malformed('The body is not UTF-8 JSON.');
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return malformed('The body is not an object.');
  const { sentAt, import: importId, sdk, writeKey, events } = value as { readonly [key: string]: unknown };
  if (!Array.isArray(events)) return malformed('`events` is not a list.');
  const tooMany = tooManyEvents(events.length, 'events');
  if (tooMany !== undefined) return { kind: 'refused', code: 'too_many_events', message: tooMany.message };
  const sentAtMs = typeof sentAt === 'string' ? parseTimestamp(sentAt) : undefined;
  if (!isAbsent(sentAt) && sentAtMs === undefined)
    return malformed('`sentAt` is not a time such as 2026-08-01T13:00:00Z.');
  const id = typeof importId === 'string' ? parseId('import', importId) : undefined;
  if (!isAbsent(importId) && id === undefined) return malformed('`import` is not the id of an import.');
  const [batch, named] = [{ sentAtMs, importId: id, events }, sdkOf(sdk)];
  return { kind: 'read', batch: named === undefined ? batch : { ...batch, sdk: named }, writeKey };
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(body));
  } catch {
    return undefined; // the message of the parser quotes the body, which may be personal
  }
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function malformed(message: string): BatchResult {
  return { kind: 'refused', code: 'malformed_body', message };
}
