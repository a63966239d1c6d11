// Owns the SQL over failed events: which there are, how many for which reason and release, and which are to be replayed.
import { DAY_MS } from '../platform/civil-date.ts';
import { isRejectionCode, type RejectionCode } from '../platform/error-codes.ts';
import { type EventTypeId, parseId } from '../platform/ids.ts';
import { formatTimestamp, parseTimestamp } from '../platform/timestamp.ts';

/** Which failed events are meant. All of it was checked before: it becomes part of statements. */
export interface FailedFilter {
  readonly type?: EventTypeId | undefined;
  readonly code?: RejectionCode | undefined;
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** The same as people ask for it; what is left out is anything, and the last day. */
export interface AskedFailures {
  readonly type?: string | undefined;
  readonly reason?: string | undefined;
  readonly since?: string | undefined;
}

/** Reads what is asked for; a text says what is wrong with it. */
export function failedFilterOf({ type, reason, since }: AskedFailures, nowMs: number): FailedFilter | string {
  const eventType = type === undefined ? undefined : parseId('eventType', type);
  if (type !== undefined && eventType === undefined)
    return 'type must be an event type, such as listening.TrackPlayed.';
  if (reason !== undefined && !isRejectionCode(reason))
    return 'reason must be a code of rejected events, see docs/errors.md.';
  const sinceMs = since === undefined ? nowMs - DAY_MS : parseTimestamp(since);
  if (sinceMs === undefined) return 'since must be a time such as 2026-08-01T13:00:00Z.';
  // Clocks of collectors may be a little ahead.
  return { type: eventType, code: reason, sinceMs, untilMs: nowMs + DAY_MS };
}

/** Where a page of a replay ends. */
export interface FailedPlace {
  readonly failedAtMs: number;
  readonly id: string;
}

/** What a collector makes ids of failed events of. */
export const FAILED_ID = /^[a-z0-9][a-z0-9-]{1,80}$/;

/** Codes with which an event fails before its declared type is known: `event_type` is empty then, whatever it named. */
const BEFORE_TYPE: ReadonlySet<RejectionCode> = new Set([
  'unknown_type',
  'unmapped_event',
  'invalid_envelope',
  'too_deep',
  'event_too_large',
]);

/** The newest failed events, and what a replay came to. */
export function failedEventsSql(filter: FailedFilter, limit: number): string {
  return [
    'SELECT failed_id, FORMAT_TIMESTAMP("%FT%H:%M:%E3SZ", failed.failed_at) AS failed_at, event_type, failed.code AS code,',
    '  path, declaration,',
    '  write_key, sdk, release, replays.status AS replay_status, replays.code AS replay_code',
    `FROM (${eachOnce(filter)}) AS failed`,
    `LEFT JOIN (${lastReplays(filter)}) AS replays USING (failed_id)`,
    'ORDER BY failed.failed_at DESC, failed_id DESC',
    `LIMIT ${limit}`,
  ].join('\n');
}

/** How many failed, by reason and release, most first; `replayed`: those that a replay has brought in. */
export function failedCountsSql(filter: FailedFilter): string {
  const groups = 'event_type, failed.code, path, sdk, release';
  return [
    'SELECT event_type, failed.code AS code, path, sdk, release, COUNT(*) AS events,',
    `  COUNTIF(replays.status IN (${BROUGHT_IN})) AS replayed,`,
    '  FORMAT_TIMESTAMP("%FT%H:%M:%E3SZ", MIN(failed_at)) AS first_at,',
    '  FORMAT_TIMESTAMP("%FT%H:%M:%E3SZ", MAX(failed_at)) AS last_at',
    `FROM (${eachOnce(filter)}) AS failed`,
    `LEFT JOIN (${lastReplays(filter)}) AS replays USING (failed_id)`,
    `GROUP BY ${groups}`,
    'ORDER BY events DESC, event_type, code, path, sdk, release',
    'LIMIT 1000',
  ].join('\n');
}

/** The next failed events to replay, oldest first, with their originals: those that no replay has brought in. */
export function replayPageSql(filter: FailedFilter, after: FailedPlace | undefined, limit: number): string {
  return [
    'SELECT failed_id, failed_at, sent_at, event_type, write_key, subject, day_key, sealed',
    `FROM (${eachOnce(filter, after)}) AS failed`,
    `LEFT JOIN (${lastReplays(filter)}) AS replays USING (failed_id)`,
    `WHERE replays.status IS NULL OR replays.status NOT IN (${BROUGHT_IN})`,
    'ORDER BY failed_at, failed_id',
    `LIMIT ${limit}`,
  ].join('\n');
}

/** With these an event fails for its name: nothing declares it, or maps it. */
export const UNDECLARED_CODES = ['unmapped_event', 'unknown_type'] as const satisfies readonly RejectionCode[];

/**
 * Failed events that nothing declares, with their originals, and `total`, how many there are: those that no replay has brought in. Of more than
 * `limit` a sample of their ids' digests, the same ones each time and as good as any, so that what is frequent is frequent in it too.
 */
export function undeclaredSampleSql(filter: FailedFilter, limit: number): string {
  const codes = UNDECLARED_CODES.map((code) => `'${code}'`).join(', ');
  return [
    'SELECT failed_id, failed_at, sent_at, event_type, write_key, subject, day_key, sealed, failed.code AS code,',
    '  COUNT(*) OVER () AS total',
    `FROM (${eachOnce(filter)}) AS failed`,
    `LEFT JOIN (${lastReplays(filter)}) AS replays USING (failed_id)`,
    `WHERE failed.code IN (${codes}) AND (replays.status IS NULL OR replays.status NOT IN (${BROUGHT_IN}))`,
    'ORDER BY FARM_FINGERPRINT(failed_id), failed_id',
    `LIMIT ${limit}`,
  ].join('\n');
}

const BROUGHT_IN = "'accepted', 'duplicate'";

/** Rows land at least once. */
function eachOnce(filter: FailedFilter, after?: FailedPlace): string {
  return [
    'SELECT * FROM `platform.failed_events`',
    `WHERE ${conditions(filter, after).join(' AND ')}`,
    'QUALIFY ROW_NUMBER() OVER (PARTITION BY failed_id ORDER BY failed_at) = 1',
  ].join('\n');
}

function conditions({ type, code, sinceMs, untilMs }: FailedFilter, after: FailedPlace | undefined): readonly string[] {
  const maybe = code === undefined || BEFORE_TYPE.has(code);
  return [
    `failed_at >= ${instant(sinceMs)}`,
    `failed_at < ${instant(untilMs)}`,
    'failed_id IS NOT NULL',
    ...(type === undefined
      ? []
      : [maybe ? `(event_type = '${type}' OR event_type IS NULL)` : `event_type = '${type}'`]),
    ...(code === undefined ? [] : [`code = '${code}'`]),
    ...(after === undefined ? [] : [isAfter(after)]),
  ];
}

function isAfter({ failedAtMs, id }: FailedPlace): string {
  if (!FAILED_ID.test(id)) throw new TypeError('not the id of a failed event');
  const at = instant(failedAtMs);
  return `(failed_at > ${at} OR (failed_at = ${at} AND failed_id > '${id}'))`;
}

/** What the last replay of each came to; once brought in it stays so. */
function lastReplays({ sinceMs }: FailedFilter): string {
  return [
    'SELECT failed_id, status, code FROM `platform.replays`',
    `WHERE happened_at >= ${instant(sinceMs)}`,
    'QUALIFY ROW_NUMBER() OVER (',
    `  PARTITION BY failed_id ORDER BY IF(status IN (${BROUGHT_IN}), 0, 1), happened_at DESC`,
    ') = 1',
  ].join('\n');
}

function instant(epochMs: number): string {
  return `TIMESTAMP '${formatTimestamp(epochMs)}'`;
}
