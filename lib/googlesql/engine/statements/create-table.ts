/** CREATE TABLE: empty, from a query, or from another table. */

import { generateOutput } from '../../duckdb/output.ts';
import { storageOf } from '../../duckdb/storage.ts';
import { given } from '../../syntax/given.ts';
import type { CreateTableTree, PartitionSpec } from '../../tree/definition.ts';
import { catalogColumns, refOf } from '../catalog/catalog-table.ts';
import type { JsonObject, TableSpec } from '../definitions.ts';
import { failure } from '../failure.ts';
import { findTableRecord, getTableRecord, newTable, withTable } from '../objects/tables.ts';
import { tableExists } from '../objects/words.ts';
import { writtenPartitionText } from '../rows/written-partition.ts';
import { commit, type Step } from '../storage/commit.ts';
import { createPhysical, newPhysical, physicalOf, storedRows } from '../storage/physical.ts';
import { PARTITION_TIME, physicalColumn, relationName, tableText, type TableRecord } from '../storage/records.ts';
import { tableOutcome, type DefinitionOutcome } from './definition-outcome.ts';
import { tableOptions } from './option-rules.ts';
import { patched, readOptions, withPartitionExpiration } from './options.ts';
import { sessionOf, type Run } from './run.ts';

/** CREATE TABLE; a temporary one lives as long as its script. */
export async function createTable(tree: CreateTableTree, run: Run): Promise<DefinitionOutcome> {
  if (tree.temporary) return createTemporary(tree, run);
  const { state, connection, nowMs } = run;
  const ref = refOf(tree.path);
  const spec = await specOf(tree, run);
  return withTable(state, ref, () =>
    commit(state, connection, nowMs, async (): Promise<Step<DefinitionOutcome>> => {
      const before = findTableRecord(state, ref, nowMs);
      if (before !== undefined && tree.ifExists === 'SKIP') return { value: tableOutcome('SKIP', tree.path) };
      if (before !== undefined && tree.ifExists === 'FAIL') throw tableExists(ref);
      if (before !== undefined && before.physical === undefined) {
        throw failure('invalid', `${tableText(ref)} is not allowed for this operation because it is currently a VIEW.`);
      }
      const record = await newTable(state, connection, spec, nowMs);
      await fill(tree, record, run);
      run.remote.check();
      const schema = { fields: record.definition.fields };
      return {
        value: {
          ...tableOutcome(before === undefined ? 'CREATE' : 'REPLACE', tree.path),
          ...(tree.query === undefined ? {} : { schema }),
        },
        definitions: [{ kind: 'table', ref, record }],
        rows: [physicalOf(record)],
      };
    }),
  );
}

const sourceTypes = { LIKE: 'TABLE', COPY: 'TABLE', CLONE: 'CLONE', SNAPSHOT: 'SNAPSHOT' } as const;

async function specOf(tree: CreateTableTree, run: Run): Promise<TableSpec> {
  const { resource, definition } = await readOptions(run, tree.options, tableOptions);
  const { partitionExpirationMs, ...rest } = definition;
  const stated = statedSpec(tree);
  const spec = tree.source === undefined ? stated : { ...sourceSpec(sourceRecord(tree, run)), ...stated };
  const described = { ...spec, resource: patched<JsonObject>(spec.resource ?? {}, resource) };
  return patched(withPartitionExpiration<TableSpec>(described, partitionExpirationMs), rest);
}

/** What the statement itself says. */
function statedSpec(tree: CreateTableTree): TableSpec {
  const { path, source, fields, clustering } = tree;
  return {
    ref: refOf(path),
    type: source === undefined ? 'TABLE' : sourceTypes[source.kind],
    ...given({
      fields: source === undefined ? fields : undefined,
      ...partitioningOf(tree.partitioning),
      clustering: clustering.length === 0 ? undefined : { fields: clustering },
    }),
  };
}

/** What a table takes from the one that it is made from. */
function sourceSpec({ definition }: TableRecord): Omit<TableSpec, 'ref' | 'type'> {
  const { fields, timePartitioning: time, rangePartitioning: range, clustering, resource } = definition;
  const { requirePartitionFilter } = definition;
  return {
    fields,
    resource,
    ...given({ timePartitioning: time, rangePartitioning: range, clustering, requirePartitionFilter }),
  };
}

/** What PARTITION BY says, in REST's words. */
export function partitioningOf(
  spec: PartitionSpec | undefined,
): Pick<TableSpec, 'timePartitioning' | 'rangePartitioning'> {
  if (spec === undefined) return {};
  if (spec.kind === 'time') return { timePartitioning: { type: spec.unit, ...given({ field: spec.field }) } };
  const { field, start, end, interval } = spec;
  return {
    rangePartitioning: { field, range: { start: String(start), end: String(end), interval: String(interval) } },
  };
}

function sourceRecord({ source, path }: CreateTableTree, { state, nowMs }: Run): TableRecord {
  return getTableRecord(state, refOf(source?.table.path ?? path), nowMs);
}

async function fill(tree: CreateTableTree, record: TableRecord, run: Run): Promise<void> {
  const { connection, nowMs } = run;
  const physical = physicalOf(record);
  const columns = physical.columns.map(physicalColumn);
  if (tree.query !== undefined) {
    const sql = generateOutput(tree.query, sessionOf(run));
    const time = physical.partitionTime ? [writtenPartitionText(record.definition, undefined, nowMs)] : [];
    const names = physical.partitionTime ? [...columns, PARTITION_TIME] : columns;
    const texts = [...columns.map((_, i) => `o${i}`), ...time];
    await connection.run(
      `INSERT INTO ${relationName(physical.id)} (${names.join(', ')}) SELECT ${texts.join(', ')} FROM (${sql})`,
    );
  } else if (tree.source !== undefined && tree.source.kind !== 'LIKE') {
    await copyRows(sourceRecord(tree, run), record, run);
  }
}

async function copyRows(from: TableRecord, to: TableRecord, { connection }: Run): Promise<void> {
  const [source, target] = [physicalOf(from), physicalOf(to)];
  const time = source.partitionTime && target.partitionTime ? [PARTITION_TIME] : [];
  const names = [...target.columns.map(physicalColumn), ...time].join(', ');
  const texts = [...source.columns.map(physicalColumn), ...time].join(', ');
  await connection.run(
    `INSERT INTO ${relationName(target.id)} (${names}) SELECT ${texts} FROM ${relationName(source.id)}`,
  );
}

async function createTemporary(tree: CreateTableTree, run: Run): Promise<DefinitionOutcome> {
  const { connection, objects } = run;
  const { path, fields, query } = tree;
  const before = objects.tables.get(path.name);
  if (before !== undefined && tree.ifExists === 'SKIP') return tableOutcome('SKIP', path);
  if (before !== undefined && tree.ifExists === 'FAIL')
    throw failure('duplicate', `Already Exists: Table ${path.name}`);
  if (tree.partitioning !== undefined || tree.source !== undefined) {
    throw failure('notImplemented', 'Temporary tables with partitions or copied from tables are not supported locally');
  }
  const relation = run.state.results.temporaryRelation();
  const physical = newPhysical(0, fields, false);
  await createPhysical(connection, physical, fields, relation);
  const storage = { ...storedRows(physical), relation };
  if (query !== undefined) {
    await connection.run(`INSERT INTO ${relation} FROM (${generateOutput(query, sessionOf(run))})`);
    run.remote.check();
  }
  if (before !== undefined) await dropTemporary(run, path.name);
  const columns = catalogColumns(fields);
  objects.tables.set(path.name, { path, kind: 'table', columns, requirePartitionFilter: false, storage });
  return tableOutcome(before === undefined ? 'CREATE' : 'REPLACE', path);
}

/** Drops a temporary table; false when there is none of that name. */
export async function dropTemporary({ connection, objects }: Run, name: string): Promise<boolean> {
  const table = objects.tables.get(name);
  if (table === undefined) return false;
  objects.tables.delete(name);
  const storage = storageOf(table);
  if (storage.kind === 'stored') await connection.run(`DROP TABLE IF EXISTS ${storage.relation}`);
  return true;
}
