// Owns the SQL that counts what has landed: which sequences of each collector boot are in the raw table, as ranges.
import { quotedTable, rawTable } from '../catalog/names.ts';
import type { EventTypeId } from '../platform/ids.ts';

/** Names of the columns of its rows. */
export const LANDED_COLUMNS = { boot: 'boot', first: 'first_sequence', last: 'last_sequence' } as const;

/** What arrived from @since up to @until. */
export function landedInSpan(eventType: EventTypeId): string {
  return landedQuery(eventType, 'received_at >= @since AND received_at < @until');
}

/** What has landed of the import @import_id, which was opened at @since. */
export function landedOfImport(eventType: EventTypeId): string {
  return landedQuery(eventType, 'received_at >= @since AND import_id = @import_id');
}

/** Numbers that follow each other keep their distance from their rank, so each run of them is one group. */
function landedQuery(eventType: EventTypeId, where: string): string {
  const { boot, first, last } = LANDED_COLUMNS;
  return [
    `SELECT ${boot}, MIN(sequence) AS ${first}, MAX(sequence) AS ${last}`,
    'FROM (',
    '  SELECT boot, sequence, sequence - ROW_NUMBER() OVER (PARTITION BY boot ORDER BY sequence) AS island',
    '  FROM (',
    `    SELECT DISTINCT boot, sequence FROM ${quotedTable(rawTable(eventType))} WHERE ${where}`,
    '  )',
    ')',
    'GROUP BY boot, island',
    `ORDER BY ${boot}, ${first}`,
  ].join('\n');
}
