/** A BigQuery sink that keeps rows in memory and holds them to a schema, as far as BigQuery subscriptions can tell. */
import type {
  AppendOptions,
  AppendVerdict,
  BigQuerySink,
  RejectedRow,
  SinkColumn,
  SinkTable,
} from '#local/pubsub/bigquery-sink.ts';

export type MemoryRow = Readonly<Record<string, unknown>>;

interface MemoryTable {
  columns: readonly SinkColumn[];
  readonly rows: MemoryRow[];
}

export class MemorySink implements BigQuerySink {
  readonly tables = new Map<string, MemoryTable>();
  /** Sizes of the appends, in order. */
  readonly appends: number[] = [];
  /** Appends under way, by table, and the most there ever were of one. */
  readonly #running = new Map<string, number>();
  mostAtOnce = 0;
  unavailable = false;

  create(table: string, columns: readonly SinkColumn[]): MemoryTable {
    const made = { columns, rows: [] };
    this.tables.set(table, made);
    return made;
  }

  rows(table: string): readonly MemoryRow[] {
    return this.tables.get(table)?.rows ?? [];
  }

  async describe(ref: SinkTable): Promise<readonly SinkColumn[] | undefined> {
    return this.tables.get(nameOf(ref))?.columns;
  }

  async append(ref: SinkTable, rows: readonly Uint8Array[], options: AppendOptions): Promise<AppendVerdict> {
    const name = nameOf(ref);
    const running = (this.#running.get(name) ?? 0) + 1;
    this.#running.set(name, running);
    this.mostAtOnce = Math.max(this.mostAtOnce, running);
    await new Promise((resolve) => setImmediate(resolve));
    this.#running.set(name, running - 1);
    if (this.unavailable) return { kind: 'unavailable', message: 'switched off' };
    const table = this.tables.get(name);
    if (table === undefined) return { kind: 'missing-table' };
    this.appends.push(rows.length);
    const rejected: RejectedRow[] = [];
    for (const [index, row] of rows.entries()) {
      const checked = check(table.columns, row, options);
      if (typeof checked === 'string') rejected.push({ index, message: checked });
      else table.rows.push(checked);
    }
    return { kind: 'appended', rejected };
  }
}

function nameOf({ projectId, datasetId, tableId }: SinkTable): string {
  return `${projectId}.${datasetId}.${tableId}`;
}

function check(columns: readonly SinkColumn[], bytes: Uint8Array, options: AppendOptions): MemoryRow | string {
  let row: Record<string, unknown>;
  try {
    row = JSON.parse(Buffer.from(bytes).toString('utf8')) as Record<string, unknown>;
  } catch {
    return 'not JSON';
  }
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row)) {
    const column = columns.find((candidate) => candidate.name === name);
    if (column !== undefined) kept[name] = value;
    else if (!options.ignoreUnknownValues) return `no such field: ${name}.`;
    if (column?.type === 'INTEGER' && !Number.isInteger(value)) return `Cannot convert value of ${name} to integer`;
  }
  for (const { name, mode } of columns)
    if (mode === 'REQUIRED' && kept[name] === undefined) return `Missing required field: ${name}.`;
  return kept;
}
