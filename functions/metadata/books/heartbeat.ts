// Owns the heartbeat: an event like any other, sent each minute by the platform itself, and looked for where events land.
import { quotedTable, rawTable } from '#shared/catalog/names.ts';
import { heartbeatFact, type HeartbeatOutcome, type HeartbeatTimes } from '#shared/metadata/book-facts.ts';
import { type EventTypeId, parseId } from '#shared/platform/ids.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { formatTimestamp, parseTimestamp } from '#shared/platform/timestamp.ts';
import { z } from 'zod';
import type { Parts } from '../parts.ts';

/** The event type that heartbeats are of; a catalog without it has none. */
const HEARTBEAT = 'operations.Heartbeat';
const MINUTE_MS = 60_000;
/** An event that is not there by then is lost, or so late that somebody should look. */
const LOST_AFTER_MS = 5 * MINUTE_MS;

const verdicts = z.object({ results: z.array(z.object({ status: z.string() })).length(1) });

/** What is known of a heartbeat that was sent: what `lookFor` is asked with. */
export interface Beat {
  /** The minute it is for, and its id: two ticks of one minute send one event. */
  readonly beat: string;
  readonly sentAt: string;
  readonly acknowledgedMs: number;
}

export type Sent =
  | ({ readonly state: 'sent' } & Beat)
  /** Collect did not take it this time, as it may not take an app's: it is to be sent again, with the same `sentAt`. */
  | { readonly state: 'again'; readonly sentAt: string }
  | { readonly state: 'none' | 'refused' };

/** How often a heartbeat is sent, as an app would send it, before it counts as refused. */
const MAX_ATTEMPTS = 10;

/** An attempt to send a heartbeat, from 1; from the second on with when the first was made. */
export interface BeatAttempt {
  readonly attempt: number;
  readonly sentAt?: string | undefined;
}

/** Sends the heartbeat of this minute. */
export async function sendHeartbeat(parts: Parts, { attempt, sentAt: before }: BeatAttempt): Promise<Sent> {
  const type = heartbeatType(parts);
  if (type === undefined) return { state: 'none' };
  const sentMs = (before === undefined ? undefined : parseTimestamp(before)) ?? parts.time.now();
  const beat = formatTimestamp(Math.floor(sentMs / MINUTE_MS) * MINUTE_MS);
  const sentAt = formatTimestamp(sentMs);
  const event = { id: beat, type, occurredAt: sentAt, data: { beat } };
  const { json } = await parts
    .callCollect('/v1/events:service', { events: [{ event }] })
    .catch(() => ({ json: undefined }));
  const status = verdicts.safeParse(json).data?.results[0]?.status;
  const acknowledgedMs = parts.time.now() - sentMs;
  if (status === 'accepted' || status === 'duplicate') return { state: 'sent', beat, sentAt, acknowledgedMs };
  if (status !== 'rejected' && attempt < MAX_ATTEMPTS) return { state: 'again', sentAt };
  await end(parts, beat, 'refused', {});
  return { state: 'refused' };
}

/** Looks whether a heartbeat has landed; done once it has, or is given up. */
export async function lookForHeartbeat(
  parts: Parts,
  { beat, sentAt, acknowledgedMs }: Beat,
): Promise<{ readonly done: boolean }> {
  const type = heartbeatType(parts);
  const [beatMs, sentMs] = [parseTimestamp(beat), parseTimestamp(sentAt)];
  if (type === undefined) return { done: true };
  if (beatMs === undefined || sentMs === undefined) throw new PlatformError('invalid_argument');
  // Which heartbeat it is stands in a clear field: what is stored as its id is a digest.
  const sql = `SELECT COUNT(*) AS events FROM ${quotedTable(rawTable(type))} WHERE received_at >= @since AND beat = @beat`;
  const [row] = await parts.jobs.rows(sql, { since: sentMs - MINUTE_MS, beat: beatMs });
  const passedMs = parts.time.now() - sentMs;
  if (Number(row?.['events'] ?? 0) > 0) {
    await end(parts, beat, 'landed', { acknowledgedMs, landedMs: passedMs });
    return { done: true };
  }
  if (passedMs < LOST_AFTER_MS) return { done: false };
  await end(parts, beat, 'lost', { acknowledgedMs });
  return { done: true };
}

async function end(parts: Parts, beat: string, outcome: HeartbeatOutcome, times: HeartbeatTimes): Promise<void> {
  if (outcome !== 'landed') {
    // The alert policy of the base matches the code.
    parts.log.write('ERROR', 'a heartbeat did not arrive', { code: 'heartbeat_lost', state: outcome });
  }
  await parts.facts.tell([heartbeatFact(beat, outcome, times, parts.time.now())]);
}

function heartbeatType({ applied }: Parts): EventTypeId | undefined {
  const id = parseId('eventType', HEARTBEAT);
  return id !== undefined && applied.current?.catalog.eventTypes[id] !== undefined ? id : undefined;
}
