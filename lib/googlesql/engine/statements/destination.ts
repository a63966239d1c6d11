/** Writes a query's rows into a table or partition, in one durable step. */

import { convertQuery, expandValueTable } from '../../analysis/convert-query.ts';
import type { Analysis } from '../../analysis/context.ts';
import { generateOutput } from '../../duckdb/output.ts';
import type { QueryTree } from '../../tree/expression.ts';
import type { RestField } from '../../types/rest-schema.ts';
import { findTableRecord } from '../objects/tables.ts';
import type { Destination } from '../requests.ts';
import { conditionOf } from '../rows/partition-rows.ts';
import { otherPartitions, rangeOf, splitDecorator } from '../rows/partition-decorator.ts';
import { writtenPartitionText } from '../rows/written-partition.ts';
import { commit, type Step } from '../storage/commit.ts';
import { fieldType, physicalOf } from '../storage/physical.ts';
import {
  contentsKey,
  PARTITION_TIME,
  physicalColumn,
  relationName,
  tableKey,
  type TableRecord,
} from '../storage/records.ts';
import { prepareTarget } from './destination-table.ts';
import { execute, sessionOf, type Run } from './run.ts';

/** The query whose rows are written. */
export interface SourceQuery {
  readonly tree: QueryTree;
  readonly fields: readonly RestField[];
  readonly analysis: Analysis;
  readonly at: number;
}

/** Writes the rows; answers how many. */
export async function writeDestination(
  run: Run,
  source: SourceQuery,
  destination: Destination,
): Promise<{ readonly writtenRows: number }> {
  const { state, connection, nowMs } = run;
  const { table } = splitDecorator(destination.table);
  const write = (): Promise<{ readonly writtenRows: number }> =>
    execute(run, () =>
      commit(state, connection, nowMs, async (): Promise<Step<{ readonly writtenRows: number }>> => {
        const target = await prepareTarget(run, source.fields, destination);
        const { record } = target;
        const writtenRows = await insertRows(run, source, record, destination);
        run.remote.check();
        return {
          value: { writtenRows },
          rows: [physicalOf(record)],
          definitions: target.changed ? [{ kind: 'table', ref: table, record }] : [],
        };
      }),
    );
  const adds = destination.writeDisposition === 'WRITE_APPEND' && (destination.schemaUpdateOptions ?? []).length === 0;
  const exists = findTableRecord(state, table, nowMs) !== undefined;
  const key = tableKey(table);
  return state.locks.share(contentsKey(table), () =>
    adds && exists ? state.locks.share(key, write) : state.locks.own(key, write),
  );
}

async function insertRows(
  run: Run,
  { tree, fields, analysis, at }: SourceQuery,
  record: TableRecord,
  destination: Destination,
): Promise<number> {
  const { definition } = record;
  const physical = physicalOf(record);
  const positions = fields.map(({ name }) => positionOf(definition.fields, name));
  const targets = positions.map((position) => {
    const field = definition.fields[position];
    if (field === undefined) throw new Error('the table has all columns of the query');
    return { name: field.name, type: fieldType(field) };
  });
  const plain = expandValueTable(tree, analysis, at);
  const sql = generateOutput(convertQuery(plain, targets, analysis, { at, what: 'the query' }), sessionOf(run));
  const names = positions.map((position) => physicalColumn(physical.columns[position] ?? 0));
  const texts = positions.map((_, i) => `o${i}`);
  if (physical.partitionTime) {
    names.push(PARTITION_TIME);
    texts.push(writtenPartitionText(definition, splitDecorator(destination.table).partition, run.nowMs));
  }
  const insert = `INSERT INTO ${relationName(physical.id)} (${names.join(', ')}) SELECT ${texts.join(', ')} FROM (${sql})`;
  return guardPartition(run, record, destination, async () => (await run.connection.run(insert)).rowsChanged);
}

function positionOf(fields: readonly RestField[], name: string): number {
  return fields.findIndex((field) => field.name.toLowerCase() === name.toLowerCase());
}

/** Runs an insert into a partition by column; refuses rows that belong to others. */
async function guardPartition(
  { connection }: Run,
  record: TableRecord,
  { table }: Destination,
  insert: () => Promise<number>,
): Promise<number> {
  const { partition } = splitDecorator(table);
  if (partition === undefined || physicalOf(record).partitionTime) return insert();
  const inside = conditionOf(record, rangeOf(record.definition, partition));
  const outside = async (): Promise<number> => {
    const reader = await connection.runAndReadAll(
      `SELECT count(*) FROM ${relationName(physicalOf(record).id)} WHERE (${inside}) IS NOT TRUE`,
    );
    return Number(reader.getRows()[0]?.[0] ?? 0);
  };
  const before = await outside();
  const count = await insert();
  if ((await outside()) !== before) throw otherPartitions(table);
  return count;
}
