// Owns what is asked while events are watched, and telling what was shown before.
import { quotedTable, type TableName } from '#shared/catalog/names.ts';
import type { PlainRow } from '#shared/gcp/query.ts';
import { formatTimestamp, parseTimestamp } from '#shared/platform/timestamp.ts';

/** Rows of one look: who watches more than this a second reads nothing of it. */
const MAX_ROWS = 1000;
/** Events land in another order than they arrived: each look goes back this far behind the newest. */
const DISORDER_MS = 10_000;

/**
 * What arrived since a time, oldest first: `received_at, event_type, event_id, subject, late, has_sealed, event`. The raw tables
 * are asked, of which a look reads the last minutes and nothing else.
 */
export function tailSql(tables: readonly TableName[], since: string): string {
  const each = tables.map((table) =>
    [
      'SELECT FORMAT_TIMESTAMP("%FT%H:%M:%E3SZ", received_at) AS received_at, event_type, event_id, subject, late,',
      '  sealed IS NOT NULL AS has_sealed, TO_JSON_STRING(arrived) AS event',
      `FROM (SELECT * FROM ${quotedTable(table)} WHERE received_at >= TIMESTAMP '${since}') AS arrived`,
    ].join('\n'),
  );
  return `${each.join('\nUNION ALL\n')}\nORDER BY received_at, event_id\nLIMIT ${MAX_ROWS}`;
}

/** Remembers what was shown, and from when on to ask. */
export class Seen {
  #newestMs: number;
  #shown = new Map<string, number>();

  constructor(since: string) {
    this.#newestMs = (parseTimestamp(since) ?? 0) + DISORDER_MS;
  }

  /** From when on there may be something new. */
  get since(): string {
    return formatTimestamp(this.#newestMs - DISORDER_MS);
  }

  /** The rows that were not there before, without what everybody knows of them. */
  take(rows: readonly PlainRow[]): readonly PlainRow[] {
    const fresh = rows.filter((row) => {
      const atMs = parseTimestamp(textOf(row, 'received_at')) ?? 0;
      const name = `${textOf(row, 'event_type')} ${textOf(row, 'event_id')}`;
      if (this.#shown.has(name)) return false;
      this.#shown.set(name, atMs);
      this.#newestMs = Math.max(this.#newestMs, atMs);
      return true;
    });
    for (const [name, atMs] of this.#shown) if (atMs < this.#newestMs - 2 * DISORDER_MS) this.#shown.delete(name);
    return fresh.map(ownColumns);
  }
}

function ownColumns(row: PlainRow): PlainRow {
  const all = JSON.parse(textOf(row, 'event')) as Readonly<Record<string, unknown>>;
  const own = Object.entries(all).filter(([name, value]) => !COMMON_COLUMNS.has(name) && value !== null);
  return { ...row, event: JSON.stringify(Object.fromEntries(own)) };
}

const COMMON_COLUMNS: ReadonlySet<string> = new Set([
  'hour',
  'event_id',
  'event_type',
  'schema_version',
  'occurred_at',
  'event_time',
  'fingerprint',
  'boot',
  'sequence',
  'message_id',
  'publish_time',
  'subscription_name',
  'attributes',
  'ordering_key',
  'received_at',
  'late',
  'future',
  'sent_at',
  'by_bot',
  'subject',
  'visitor',
  'sealed',
]);

function textOf(row: PlainRow, column: string): string {
  const value = row[column];
  return typeof value === 'string' ? value : '';
}
