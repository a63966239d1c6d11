// Owns the SQL by which books are reconciled: what landed, what of it is in the endpoint, what is dead, what failed.
import type { EventType } from '../catalog/event-type.ts';
import { HOUR_COLUMN } from '../catalog/event-columns.ts';
import { endpointTable, landingSubscription, quotedTable, rawTable } from '../catalog/names.ts';
import { durationOf, longestMs } from '../platform/duration.ts';
import type { EventTypeId } from '../platform/ids.ts';
import { LANDED_COLUMNS } from '../pipelines/landed-query.ts';

/** Columns of what is counted in endpoints. */
export const HELD_COLUMNS = { events: 'events', missing: 'missing' } as const;

/**
 * Live events that arrived from @since up to @until, each id once, and how many of them the endpoint does not hold. Held is
 * what has the id within `dedupe` of the span, both ways: a twin that came earlier or later stands for it.
 */
export function heldSql({ id, endpoint, dedupe }: EventType): string {
  const seconds = Math.ceil(longestMs(durationOf(dedupe)) / 1000);
  return heldQuery(
    `SELECT DISTINCT event_id FROM ${quotedTable(rawTable(id))} WHERE ${ARRIVED} AND import_id IS NULL`,
    [
      `SELECT DISTINCT event_id FROM ${quotedTable(endpointTable(endpoint))}`,
      `WHERE ${HOUR_COLUMN} >= TIMESTAMP_SUB(@since, INTERVAL ${seconds} SECOND)`,
      `  AND ${HOUR_COLUMN} < TIMESTAMP_ADD(@until, INTERVAL ${seconds} SECOND)`,
    ].join(' '),
  );
}

/** Columns of what imports brought. */
export const IMPORT_COLUMNS = { import: 'import_id', first: 'first_ms', last: 'last_ms' } as const;

/** The imports of which events arrived from @since up to @until that happened before @ended, and from when to when. */
export function importsSql({ id }: EventType): string {
  return [
    'SELECT import_id, UNIX_MILLIS(MIN(event_time)) AS first_ms, UNIX_MILLIS(MAX(event_time)) AS last_ms',
    `FROM ${quotedTable(rawTable(id))}`,
    `WHERE ${ARRIVED} AND import_id IS NOT NULL AND event_time < @ended`,
    'GROUP BY import_id',
    'ORDER BY import_id',
  ].join('\n');
}

/** The same as `heldSql` for the events of @import_id, which happened from @first to @last. */
export function heldOfImportSql({ id, endpoint, dedupe }: EventType): string {
  const seconds = Math.ceil(longestMs(durationOf(dedupe)) / 1000);
  return heldQuery(
    [
      `SELECT DISTINCT event_id FROM ${quotedTable(rawTable(id))}`,
      `WHERE ${ARRIVED} AND import_id = @import_id AND event_time < @ended`,
    ].join(' '),
    [
      `SELECT DISTINCT event_id FROM ${quotedTable(endpointTable(endpoint))}`,
      `WHERE ${HOUR_COLUMN} >= TIMESTAMP_SUB(TIMESTAMP_TRUNC(@first, HOUR), INTERVAL ${seconds} SECOND)`,
      `  AND ${HOUR_COLUMN} <= TIMESTAMP_ADD(@last, INTERVAL ${seconds} SECOND)`,
    ].join(' '),
  );
}

/** The sequences of each boot among the dead letters of an event type since @since, each as a range of one. */
export function deadSql(eventType: EventTypeId): string {
  const { boot, first, last } = LANDED_COLUMNS;
  const subscription = "JSON_VALUE(attributes, '$.CloudPubSubDeadLetterSourceSubscription')";
  return [
    `SELECT DISTINCT JSON_VALUE(message, '$.boot') AS ${boot},`,
    `  SAFE_CAST(JSON_VALUE(message, '$.sequence') AS INT64) AS ${first},`,
    `  SAFE_CAST(JSON_VALUE(message, '$.sequence') AS INT64) AS ${last}`,
    'FROM (',
    '  SELECT SAFE_CONVERT_BYTES_TO_STRING(data) AS message FROM `platform.dead_letters`',
    `  WHERE publish_time >= @since AND ${subscription} = '${landingSubscription(eventType)}'`,
    ')',
  ].join('\n');
}

/** How many different events of a type failed from @since up to @until. */
export function failedSql(eventType: EventTypeId): string {
  return [
    'SELECT COUNT(DISTINCT failed_id) AS events FROM `platform.failed_events`',
    `WHERE failed_at >= @since AND failed_at < @until AND event_type = '${eventType}'`,
  ].join('\n');
}

const ARRIVED = 'received_at >= @since AND received_at < @until';

function heldQuery(arrived: string, held: string): string {
  return [
    'SELECT COUNT(*) AS events, COUNTIF(held.event_id IS NULL) AS missing',
    `FROM (${arrived}) AS arrived`,
    `LEFT JOIN (${held}) AS held ON held.event_id = arrived.event_id`,
  ].join('\n');
}
