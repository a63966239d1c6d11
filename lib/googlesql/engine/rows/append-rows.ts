/** Appends JSON rows to a table in one durable step, as tabledata.insertAll does. */

import { MICROS_PER_DAY } from '../../values/civil.ts';
import type { SqlValue } from '../../values/sql-value.ts';
import type { TableRef } from '../definitions.ts';
import { failure } from '../failure.ts';
import { getTableRecord } from '../objects/tables.ts';
import type { AppendOptions, AppendResult, RowErrors } from '../requests.ts';
import type { EngineState } from '../state.ts';
import { commit, type Step } from '../storage/commit.ts';
import { physicalOf } from '../storage/physical.ts';
import { tableKey, type TableRecord } from '../storage/records.ts';
import { writtenPartition } from './written-partition.ts';
import { defaultValues } from './default-values.ts';
import { rowReader, type RowOutcome } from './json-row.ts';
import { rangeOf, splitDecorator } from './partition-decorator.ts';
import { writeRows } from './write-rows.ts';

/** What is appended: the table (perhaps with a decorator), and one JSON object a row. */
export interface Append {
  readonly table: TableRef;
  readonly rows: readonly Uint8Array[];
  readonly options: AppendOptions;
}

/** Appends what is valid, if the options allow it. Throws `notFound`, or `invalid` for a view or a bad decorator. */
export async function appendRows(state: EngineState, append: Append, nowMs: number): Promise<AppendResult> {
  const { table, partition } = splitDecorator(append.table);
  return state.locks.share(tableKey(table), () =>
    state.database.withConnection(async (connection) => {
      const record = getTableRecord(state, table, nowMs);
      if (record.physical === undefined) {
        throw failure('invalid', `Cannot add rows to a table of type ${record.definition.type}.`);
      }
      const { options } = append;
      const read = rowReader(record.definition.fields, await defaultValues(state, connection, record, nowMs), {
        ignoreUnknownValues: options.ignoreUnknownValues,
        numericTimestamps: options.numericTimestamps,
      });
      const guard = partition === undefined ? undefined : partitionGuard(record, partition);
      const readAll = (rows: readonly Uint8Array[]): readonly RowOutcome[] =>
        rows.map((json) => guarded(read(json), guard));
      const parts = partsOf(append.rows);
      const [only] = parts;
      // Of rows that are too many to be held, all are looked at first and read again when they are written.
      const held = only !== undefined && parts.length === 1 ? readAll(only) : undefined;
      const outcomes = held ?? parts.flatMap((part) => readAll(part).map(withoutValues));
      const rowErrors = errorsOf(outcomes, options);
      const appended = outcomes.filter(({ kind }) => kind === 'row').length;
      if (appended === 0 || (rowErrors.length > 0 && !options.skipInvalidRows)) return { appended: 0, rowErrors };
      const time = partitionTimeOf(record, partition, nowMs);
      return commit(state, connection, nowMs, async (): Promise<Step<AppendResult>> => {
        for (const part of parts) await writeRows(connection, record, valid(held ?? readAll(part)), time);
        return { value: { appended, rowErrors }, added: [physicalOf(record)] };
      });
    }),
  );
}

/** Rows whose values are held at once, bytes of their JSON: values take up to twenty times as much memory. */
const MAX_PART_BYTES = 12 * 1024 * 1024;

function partsOf(rows: readonly Uint8Array[]): readonly (readonly Uint8Array[])[] {
  const parts: Uint8Array[][] = [];
  let bytes = Infinity;
  for (const row of rows) {
    bytes += row.length;
    if (bytes > MAX_PART_BYTES) {
      parts.push([]);
      bytes = row.length;
    }
    parts.at(-1)?.push(row);
  }
  return parts;
}

function withoutValues(outcome: RowOutcome): RowOutcome {
  return outcome.kind === 'row' ? { kind: 'row', values: [] } : outcome;
}

function valid(outcomes: readonly RowOutcome[]): readonly (readonly SqlValue[])[] {
  return outcomes.flatMap((outcome) => (outcome.kind === 'row' ? [outcome.values] : []));
}

/** One bad row stops all, unless bad rows are skipped. */
function errorsOf(outcomes: readonly RowOutcome[], { skipInvalidRows }: AppendOptions): readonly RowErrors[] {
  const anyBad = outcomes.some(({ kind }) => kind === 'bad');
  if (!anyBad) return [];
  return outcomes.flatMap((outcome, index): readonly RowErrors[] => {
    if (outcome.kind === 'bad') {
      return [{ index, errors: [{ reason: 'invalid', debugInfo: '', ...outcome.problem }] }];
    }
    if (skipInvalidRows) return [];
    return [{ index, errors: [{ reason: 'stopped', location: '', debugInfo: '', message: '' }] }];
  });
}

/** Whether a row may go into the partition that the decorator names. */
type Guard = (values: readonly SqlValue[]) => boolean;

function guarded(outcome: RowOutcome, guard: Guard | undefined): RowOutcome {
  if (outcome.kind === 'bad' || guard === undefined || guard(outcome.values)) return outcome;
  return {
    kind: 'bad',
    problem: { location: '', message: 'The row belongs to another partition than the one of the decorator.' },
  };
}

function partitionGuard({ definition }: TableRecord, partition: string): Guard | undefined {
  const range = rangeOf(definition, partition);
  const field = definition.timePartitioning?.field ?? definition.rangePartitioning?.field;
  if (field === undefined) return undefined;
  const index = definition.fields.findIndex(({ name }) => name.toLowerCase() === field.toLowerCase());
  return (values) => {
    const value = values[index] ?? null;
    if (range.kind === 'null') return value === null;
    const place = typeof value === 'number' ? BigInt(value) * MICROS_PER_DAY : value;
    return typeof place === 'bigint' && place >= range.start && place < range.end;
  };
}

function partitionTimeOf(record: TableRecord, partition: string | undefined, nowMs: number): bigint | undefined {
  return physicalOf(record).partitionTime ? writtenPartition(record.definition, partition, nowMs) : undefined;
}
