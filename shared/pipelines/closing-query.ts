// Owns the SQL that closes a partition of an event endpoint: what it takes from the raw table, once each.
import type { AuditCheck, EventEndpoint } from '../catalog/endpoint.ts';
import { HOUR_COLUMN } from '../catalog/event-columns.ts';
import type { EventType } from '../catalog/event-type.ts';
import { endpointTable, quotedTable, rawTable } from '../catalog/names.ts';
import { durationOf, longestMs } from '../platform/duration.ts';

/** What decides the form of a closing. */
export interface ClosingForm {
  /** Whether the partition was published before: then its rows stay, and only those of imports join them. */
  readonly again: boolean;
  /** Whether rows of imports may be there; without any, the raw table is not searched for them. */
  readonly imports: boolean;
}

/**
 * The rows of a partition, with the parameters @partition_start, @partition_end and, with imports, @imports_since: when the
 * oldest import that may have rows for it was opened, which bounds what is read of the raw table.
 *
 * Taken are live rows up to the end of the partition, late ones in its first hour, and rows of imports that happened in it;
 * of twins the least by (received_at, message_id), and none that a partition within `dedupe` holds.
 */
export function closingQuery(eventType: EventType, endpoint: EventEndpoint, form: ClosingForm): string {
  const columns = endpoint.columns.map(({ name }) => name);
  const raw = quotedTable(rawTable(eventType.id));
  const seconds = Math.ceil(longestMs(durationOf(eventType.dedupe)) / 1000);
  const sources = [
    ...(form.again ? [] : [liveRows(columns, raw, seconds)]),
    ...(form.imports ? [importedRows(columns, raw)] : []),
  ];
  const previous = previousRows(columns, endpoint);
  // A closed partition that no import can have touched stays what it is.
  if (sources.length === 0) return previous;
  const tables = {
    candidates: sources.join('\nUNION ALL\n'),
    arrived: FIRST_OF_TWINS,
    held: heldRows(endpoint, seconds),
  };
  const named = Object.entries(tables).map(([name, query]) => `${name} AS (\n${indented(query)}\n)`);
  const fresh = `WITH ${named.join(',\n')}\n${newRows(columns, seconds)}`;
  return form.again ? `${fresh}\nUNION ALL\n${previous}` : fresh;
}

/** What the audit of a closing counts besides its rows: not checks, but facts about it. */
export const CLOSING_COUNTS = ['late_rows', 'future_rows', 'new_rows'] as const;

/** These counts, as the audit query takes them. */
export function closingCounts(endpoint: EventEndpoint, { again }: ClosingForm): readonly AuditCheck[] {
  const published = `SELECT event_id FROM ${quotedTable(endpointTable(endpoint.id))} WHERE ${IN_PARTITION}`;
  const counts = {
    late_rows: 'COUNTIF(late)',
    future_rows: 'COUNTIF(future)',
    new_rows: again ? `COUNTIF(event_id NOT IN (${published}))` : 'COUNT(*)',
  };
  return CLOSING_COUNTS.map((name) => ({ name, severity: 'warn', countSql: counts[name] }));
}

const IN_PARTITION = `${HOUR_COLUMN} >= @partition_start AND ${HOUR_COLUMN} < @partition_end`;

const FIRST_OF_TWINS = [
  'SELECT *',
  'FROM candidates',
  'QUALIFY ROW_NUMBER() OVER (PARTITION BY event_id ORDER BY received_at, message_id) = 1',
].join('\n');

/** What an older collector took says nothing about these. */
const FLAGS = { future: 'IFNULL(future, FALSE)', by_bot: 'IFNULL(by_bot, FALSE)' };

function liveRows(columns: readonly string[], raw: string, seconds: number): string {
  const hour = 'IF(received_at >= @partition_start, TIMESTAMP_TRUNC(received_at, HOUR), @partition_start)';
  const late = 'IFNULL(late, FALSE) OR received_at < @partition_start';
  return [
    selectOf(columns, { [HOUR_COLUMN]: hour, late, ...FLAGS }, ['message_id']),
    `FROM ${raw}`,
    `WHERE received_at >= TIMESTAMP_SUB(@partition_start, INTERVAL ${seconds} SECOND)`,
    '  AND received_at < @partition_end',
    '  AND import_id IS NULL',
  ].join('\n');
}

function importedRows(columns: readonly string[], raw: string): string {
  return [
    selectOf(columns, { [HOUR_COLUMN]: 'TIMESTAMP_TRUNC(event_time, HOUR)', late: 'FALSE', ...FLAGS }, ['message_id']),
    `FROM ${raw}`,
    'WHERE received_at >= @imports_since',
    '  AND import_id IS NOT NULL',
    '  AND event_time >= @partition_start',
    '  AND event_time < @partition_end',
  ].join('\n');
}

function heldRows(endpoint: EventEndpoint, seconds: number): string {
  return [
    `SELECT event_id, ${HOUR_COLUMN}`,
    `FROM ${quotedTable(endpointTable(endpoint.id))}`,
    `WHERE ${HOUR_COLUMN} >= TIMESTAMP_SUB(@partition_start, INTERVAL ${seconds} SECOND)`,
    `  AND ${HOUR_COLUMN} < TIMESTAMP_ADD(@partition_end, INTERVAL ${seconds} SECOND)`,
  ].join('\n');
}

function newRows(columns: readonly string[], seconds: number): string {
  return [
    `SELECT\n${columns.map((name) => `  arrived.\`${name}\``).join(',\n')}`,
    'FROM arrived',
    'LEFT JOIN held',
    '  ON held.event_id = arrived.event_id',
    `  AND held.${HOUR_COLUMN} >= TIMESTAMP_SUB(arrived.${HOUR_COLUMN}, INTERVAL ${seconds} SECOND)`,
    `  AND held.${HOUR_COLUMN} <= TIMESTAMP_ADD(arrived.${HOUR_COLUMN}, INTERVAL ${seconds} SECOND)`,
    'WHERE held.event_id IS NULL',
  ].join('\n');
}

function previousRows(columns: readonly string[], endpoint: EventEndpoint): string {
  return `${selectOf(columns, {}, [])}\nFROM ${quotedTable(endpointTable(endpoint.id))}\nWHERE ${IN_PARTITION}`;
}

/** Columns by name, some of them computed; quoted, because a field may have a name that SQL has taken. */
function selectOf(
  columns: readonly string[],
  computed: Readonly<Record<string, string>>,
  more: readonly string[],
): string {
  const items = [...columns, ...more].map((name) => {
    const expression = computed[name];
    return expression === undefined ? `  \`${name}\`` : `  ${expression} AS \`${name}\``;
  });
  return `SELECT\n${items.join(',\n')}`;
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}
