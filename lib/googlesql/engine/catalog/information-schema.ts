/** Views of INFORMATION_SCHEMA: their columns, and their rows made from the definitions. */

import type { CatalogTable, ObjectPath } from '../../analysis/catalog.ts';
import { INT64, STRING, TIMESTAMP, type ScalarType } from '../../types/sql-type.ts';
import type { SqlValue } from '../../values/sql-value.ts';
import type { DatasetDefinition, DatasetRef, RoutineDefinition, TableDefinition } from '../definitions.ts';
import { failure } from '../failure.ts';
import { DEFAULT_LOCATION } from '../settings.ts';
import type { DefinitionStore } from '../storage/definition-store.ts';
import { isExpired, type TableRecord } from '../storage/records.ts';
import { sqlTypeOfField } from './field-type-text.ts';
import { partitionsRelation } from './partitions-relation.ts';

/** A column of a view with how its value is found. */
type ColumnOf<Row> = readonly [name: string, type: ScalarType, value: (row: Row) => SqlValue];

const time = (ms: number): bigint => BigInt(Math.trunc(ms)) * 1000n;
const textOrNull = (value: unknown): SqlValue => (typeof value === 'string' ? value : null);
const yesNo = (value: boolean): string => (value ? 'YES' : 'NO');

const tableTypes = {
  TABLE: 'BASE TABLE',
  VIEW: 'VIEW',
  MATERIALIZED_VIEW: 'MATERIALIZED VIEW',
  SNAPSHOT: 'SNAPSHOT',
  CLONE: 'CLONE',
} as const;

const schemata: readonly ColumnOf<DatasetDefinition>[] = [
  ['catalog_name', STRING, ({ ref }) => ref.projectId],
  ['schema_name', STRING, ({ ref }) => ref.datasetId],
  ['schema_owner', STRING, () => null],
  ['creation_time', TIMESTAMP, ({ createdMs }) => time(createdMs)],
  ['last_modified_time', TIMESTAMP, ({ modifiedMs }) => time(modifiedMs)],
  ['location', STRING, ({ resource }) => textOrNull(resource['location']) ?? DEFAULT_LOCATION],
];

const tables: readonly ColumnOf<TableDefinition>[] = [
  ['table_catalog', STRING, ({ ref }) => ref.projectId],
  ['table_schema', STRING, ({ ref }) => ref.datasetId],
  ['table_name', STRING, ({ ref }) => ref.tableId],
  ['table_type', STRING, ({ type }) => tableTypes[type]],
  ['is_insertable_into', STRING, ({ type }) => yesNo(type === 'TABLE' || type === 'CLONE')],
  ['is_typed', STRING, () => 'NO'],
  ['creation_time', TIMESTAMP, ({ createdMs }) => time(createdMs)],
];

/** A column of a table, by its position. */
interface ColumnRow {
  readonly table: TableDefinition;
  readonly index: number;
}

const fieldOf = ({ table, index }: ColumnRow): TableDefinition['fields'][number] =>
  table.fields[index] ?? { name: '', type: 'STRING' };

function partitionColumn({ timePartitioning, rangePartitioning }: TableDefinition): string | undefined {
  return timePartitioning?.field ?? rangePartitioning?.field;
}

const columns: readonly ColumnOf<ColumnRow>[] = [
  ['table_catalog', STRING, ({ table }) => table.ref.projectId],
  ['table_schema', STRING, ({ table }) => table.ref.datasetId],
  ['table_name', STRING, ({ table }) => table.ref.tableId],
  ['column_name', STRING, (row) => fieldOf(row).name],
  ['ordinal_position', INT64, ({ index }) => BigInt(index + 1)],
  ['is_nullable', STRING, (row) => yesNo(fieldOf(row).mode !== 'REQUIRED')],
  ['data_type', STRING, (row) => sqlTypeOfField(fieldOf(row))],
  ['is_generated', STRING, () => 'NEVER'],
  ['generation_expression', STRING, () => null],
  ['is_stored', STRING, () => null],
  ['is_hidden', STRING, () => 'NO'],
  ['is_updatable', STRING, () => null],
  ['is_system_defined', STRING, () => 'NO'],
  ['is_partitioning_column', STRING, (row) => yesNo(sameName(partitionColumn(row.table), fieldOf(row).name))],
  ['clustering_ordinal_position', INT64, clusteringPosition],
  ['collation_name', STRING, () => 'NULL'],
  ['column_default', STRING, (row) => fieldOf(row).defaultValueExpression ?? 'NULL'],
  ['rounding_mode', STRING, () => null],
];

function sameName(a: string | undefined, b: string): boolean {
  return a?.toLowerCase() === b.toLowerCase();
}

function clusteringPosition(row: ColumnRow): SqlValue {
  const position = row.table.clustering?.fields.findIndex((name) => sameName(name, fieldOf(row).name)) ?? -1;
  return position < 0 ? null : BigInt(position + 1);
}

const views: readonly ColumnOf<TableDefinition>[] = [
  ['table_catalog', STRING, ({ ref }) => ref.projectId],
  ['table_schema', STRING, ({ ref }) => ref.datasetId],
  ['table_name', STRING, ({ ref }) => ref.tableId],
  ['view_definition', STRING, ({ viewQuery }) => viewQuery ?? null],
  ['check_option', STRING, () => null],
  ['use_standard_sql', STRING, () => 'YES'],
];

const routines: readonly ColumnOf<RoutineDefinition>[] = [
  ['specific_catalog', STRING, ({ ref }) => ref.projectId],
  ['specific_schema', STRING, ({ ref }) => ref.datasetId],
  ['specific_name', STRING, ({ ref }) => ref.routineId],
  ['routine_catalog', STRING, ({ ref }) => ref.projectId],
  ['routine_schema', STRING, ({ ref }) => ref.datasetId],
  ['routine_name', STRING, ({ ref }) => ref.routineId],
  ['routine_type', STRING, ({ type }) => (type === 'SCALAR_FUNCTION' ? 'FUNCTION' : 'TABLE FUNCTION')],
  ['data_type', STRING, ({ returnType }) => textOrNull(returnType?.['typeKind'])],
  ['routine_body', STRING, ({ remote }) => (remote === undefined ? 'SQL' : 'EXTERNAL')],
  ['routine_definition', STRING, ({ body }) => body],
  ['created', TIMESTAMP, ({ createdMs }) => time(createdMs)],
  ['last_altered', TIMESTAMP, ({ modifiedMs }) => time(modifiedMs)],
];

/** What a view is asked for: everything of these datasets. */
interface Scope {
  readonly definitions: DefinitionStore;
  readonly project: string;
  readonly datasets: readonly DatasetRef[];
  readonly nowMs: number;
}

function recordsOf({ definitions, datasets, nowMs }: Scope): readonly TableRecord[] {
  return datasets.flatMap((ref) => definitions.tables(ref)).filter(({ definition }) => !isExpired(definition, nowMs));
}

const tablesOf = (scope: Scope): readonly TableDefinition[] => recordsOf(scope).map(({ definition }) => definition);

/** The part of a catalog table that differs between views. */
type Shape = Pick<CatalogTable, 'columns' | 'storage'>;

function computed<Row>(
  spec: readonly ColumnOf<Row>[],
  rows: (scope: Scope) => readonly Row[],
): (scope: Scope) => Shape {
  return (scope) => ({
    columns: spec.map(([name, type]) => ({ name, type, required: false })),
    storage: { kind: 'computed', rows: () => rows(scope).map((row) => spec.map(([, , value]) => value(row))) },
  });
}

const shapes: Readonly<Record<string, (scope: Scope) => Shape>> = {
  SCHEMATA: computed(schemata, ({ definitions, project }) =>
    definitions.datasets(project).map(({ definition }) => definition),
  ),
  TABLES: computed(tables, tablesOf),
  COLUMNS: computed(columns, (scope) =>
    tablesOf(scope).flatMap((table) => table.fields.map((_, index) => ({ table, index }))),
  ),
  VIEWS: computed(views, (scope) => tablesOf(scope).filter(({ viewQuery }) => viewQuery !== undefined)),
  ROUTINES: computed(routines, ({ definitions, datasets }) =>
    datasets.flatMap((ref) => definitions.routines(ref)).map(({ definition }) => definition),
  ),
  PARTITIONS: (scope) => partitionsRelation(recordsOf(scope)),
};

/** The view of a path whose name starts with `INFORMATION_SCHEMA.`. Throws `notImplemented` for one that is not served. */
export function informationTable(path: ObjectPath, definitions: DefinitionStore, nowMs: number): CatalogTable {
  const name = path.name.slice('INFORMATION_SCHEMA.'.length);
  const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
  if (shape === undefined) throw failure('notImplemented', `INFORMATION_SCHEMA.${name} is not supported locally`);
  const { project, dataset } = path;
  const all = definitions.datasets(project).map(({ definition }) => definition.ref);
  const datasets = dataset === '' ? all : all.filter(({ datasetId }) => datasetId === dataset);
  return {
    path,
    kind: 'table',
    requirePartitionFilter: false,
    ...shape({ definitions, project, datasets, nowMs }),
  };
}
