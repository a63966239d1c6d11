/** All definitions: in memory for reading, and in the durable file in the same transactions as the rows. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteText } from '../../duckdb/text.ts';
import type { DatasetRef, RoutineRef, TableRef } from '../definitions.ts';
import { datasetKey, type DatasetRecord, type RoutineRecord, type TableRecord } from './records.ts';

/** One change of a definition; `undefined` deletes. */
export type DefinitionChange =
  | { readonly kind: 'dataset'; readonly ref: DatasetRef; readonly record: DatasetRecord | undefined }
  | { readonly kind: 'table'; readonly ref: TableRef; readonly record: TableRecord | undefined }
  | { readonly kind: 'routine'; readonly ref: RoutineRef; readonly record: RoutineRecord | undefined };

interface DatasetEntry {
  readonly record: DatasetRecord;
  readonly tables: Map<string, TableRecord>;
  readonly routines: Map<string, RoutineRecord>;
}

/** Where definitions are kept in the file. */
const OBJECTS = 'store.meta.objects';

export class DefinitionStore {
  readonly #datasets = new Map<string, DatasetEntry>();
  #lastPhysicalId = 0;

  /** Reads all definitions of the file, making their table first if it is a new one. */
  static async load(connection: DuckDBConnection): Promise<DefinitionStore> {
    await connection.run(
      `CREATE TABLE IF NOT EXISTS ${OBJECTS} (kind VARCHAR, project VARCHAR, dataset VARCHAR, name VARCHAR, body VARCHAR)`,
    );
    const store = new DefinitionStore();
    const reader = await connection.runAndReadAll(
      `SELECT kind, body FROM ${OBJECTS} ORDER BY CASE kind WHEN 'dataset' THEN 0 ELSE 1 END`,
    );
    for (const [kind, body] of reader.getRows()) store.#applyRow(String(kind), String(body));
    return store;
  }

  #applyRow(kind: string, body: string): void {
    // The bodies are what `persist` wrote.
    const record: unknown = JSON.parse(body);
    if (kind === 'dataset') {
      const dataset = record as DatasetRecord;
      this.#apply({ kind: 'dataset', ref: dataset.definition.ref, record: dataset });
    } else if (kind === 'table') {
      const table = record as TableRecord;
      this.#apply({ kind: 'table', ref: table.definition.ref, record: table });
    } else {
      const routine = record as RoutineRecord;
      this.#apply({ kind: 'routine', ref: routine.definition.ref, record: routine });
    }
  }

  dataset(ref: DatasetRef): DatasetRecord | undefined {
    return this.#datasets.get(datasetKey(ref))?.record;
  }

  datasets(projectId: string): readonly DatasetRecord[] {
    const records = [...this.#datasets.values()].map((entry) => entry.record);
    return sorted(
      records.filter(({ definition }) => definition.ref.projectId === projectId),
      ({ definition }) => definition.ref.datasetId,
    );
  }

  table(ref: TableRef): TableRecord | undefined {
    return this.#datasets.get(datasetKey(ref))?.tables.get(ref.tableId);
  }

  tables(ref: DatasetRef): readonly TableRecord[] {
    const records = [...(this.#datasets.get(datasetKey(ref))?.tables.values() ?? [])];
    return sorted(records, ({ definition }) => definition.ref.tableId);
  }

  /** Tables and views of all datasets. */
  allTables(): readonly TableRecord[] {
    return [...this.#datasets.values()].flatMap(({ tables }) => [...tables.values()]);
  }

  routine(ref: RoutineRef): RoutineRecord | undefined {
    return this.#datasets.get(datasetKey(ref))?.routines.get(ref.routineId);
  }

  routines(ref: DatasetRef): readonly RoutineRecord[] {
    const records = [...(this.#datasets.get(datasetKey(ref))?.routines.values() ?? [])];
    return sorted(records, ({ definition }) => definition.ref.routineId);
  }

  /** The changes that delete everything in a dataset. */
  contentsOf(ref: DatasetRef): readonly DefinitionChange[] {
    const tables = this.tables(ref).map(({ definition }): DefinitionChange => ({
      kind: 'table',
      ref: definition.ref,
      record: undefined,
    }));
    const routines = this.routines(ref).map(({ definition }): DefinitionChange => ({
      kind: 'routine',
      ref: definition.ref,
      record: undefined,
    }));
    return [...tables, ...routines];
  }

  /** A number for a DuckDB table that none has had. */
  nextPhysicalId(): number {
    this.#lastPhysicalId++;
    return this.#lastPhysicalId;
  }

  /** Physical tables that definitions name. */
  physicalIds(): ReadonlySet<number> {
    const ids = new Set<number>();
    for (const { tables } of this.#datasets.values()) {
      for (const { physical } of tables.values()) if (physical !== undefined) ids.add(physical.id);
    }
    return ids;
  }

  /** Numbers given out so far must not be given out again, even of tables that no definition names any more. */
  reserve(id: number): void {
    this.#lastPhysicalId = Math.max(this.#lastPhysicalId, id);
  }

  /** Writes changes into the file, in the connection's transaction. */
  async persist(connection: DuckDBConnection, changes: readonly DefinitionChange[]): Promise<void> {
    for (const change of changes) {
      const [kind = '', project = '', dataset = '', name = ''] = keyOf(change).map(quoteText);
      await connection.run(
        `DELETE FROM ${OBJECTS} WHERE kind = ${kind} AND project = ${project} AND dataset = ${dataset} AND name = ${name}`,
      );
      if (change.record !== undefined) {
        const body = quoteText(JSON.stringify(change.record));
        await connection.run(`INSERT INTO ${OBJECTS} VALUES (${kind}, ${project}, ${dataset}, ${name}, ${body})`);
      }
    }
  }

  /** Makes committed changes visible. */
  apply(changes: readonly DefinitionChange[]): void {
    for (const change of changes) this.#apply(change);
  }

  #apply(change: DefinitionChange): void {
    const key = datasetKey(change.ref);
    const entry = this.#datasets.get(key);
    if (change.kind === 'dataset') {
      if (change.record === undefined) this.#datasets.delete(key);
      else
        this.#datasets.set(key, {
          record: change.record,
          tables: entry?.tables ?? new Map(),
          routines: entry?.routines ?? new Map(),
        });
      return;
    }
    if (entry === undefined) return;
    if (change.kind === 'table') {
      setOrDelete(entry.tables, change.ref.tableId, change.record);
      this.reserve(change.record?.physical?.id ?? 0);
    } else setOrDelete(entry.routines, change.ref.routineId, change.record);
  }
}

function setOrDelete<T>(map: Map<string, T>, key: string, value: T | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}

function keyOf(change: DefinitionChange): readonly string[] {
  const { projectId, datasetId } = change.ref;
  const name = change.kind === 'table' ? change.ref.tableId : change.kind === 'routine' ? change.ref.routineId : '';
  return [change.kind, projectId, datasetId, name];
}

function sorted<T>(records: readonly T[], id: (record: T) => string): readonly T[] {
  return records.toSorted((a, b) => (id(a) < id(b) ? -1 : 1));
}
