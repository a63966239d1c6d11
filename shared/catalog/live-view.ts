// Owns the query of the view that adds the open partition to an event endpoint.
import { DAY_MS } from '../platform/civil-date.ts';
import { durationOf, longestMs } from '../platform/duration.ts';
import type { Column } from './column.ts';
import { HOUR_COLUMN, RAW_PARTITION_COLUMN } from './event-columns.ts';
import type { EventType } from './event-type.ts';
import { endpointTable, quotedTable, rawTable } from './names.ts';

/** Days of arrivals that may still be open: the longest partition, its deadline, and a day of trouble. */
const OPEN_DAYS = 3;

/**
 * Closed rows, and live rows of the last days that no closed partition within `dedupe` holds, of twins the first. Rows of
 * an import are not in it before they are closed.
 */
export function liveViewQuery(eventType: EventType, columns: readonly Column[]): string {
  const names = columns.map(({ name }) => name);
  const closed = quotedTable(endpointTable(eventType.endpoint));
  const days = Math.ceil(longestMs(durationOf(eventType.dedupe)) / DAY_MS) + OPEN_DAYS;
  const open = names.map((name) =>
    name === HOUR_COLUMN ? `TIMESTAMP_TRUNC(${RAW_PARTITION_COLUMN}, HOUR) AS ${HOUR_COLUMN}` : name,
  );
  return [
    `SELECT\n  ${names.join(',\n  ')}`,
    `FROM ${closed}`,
    'UNION ALL',
    `SELECT\n  ${open.join(',\n  ')}`,
    `FROM ${quotedTable(rawTable(eventType.id))}`,
    `WHERE ${RAW_PARTITION_COLUMN} >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL ${OPEN_DAYS} DAY)`,
    '  AND import_id IS NULL',
    `  AND event_id NOT IN (`,
    `    SELECT event_id FROM ${closed} WHERE ${HOUR_COLUMN} >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL ${days} DAY)`,
    '  )',
    `QUALIFY ROW_NUMBER() OVER (PARTITION BY event_id ORDER BY ${RAW_PARTITION_COLUMN}, message_id) = 1`,
    '',
  ].join('\n');
}
