/** Definitions as the analyser sees them. */

import type { CatalogColumn, CatalogPartitioning, CatalogRoutine, CatalogTable } from '../../analysis/catalog.ts';
import { given } from '../../syntax/given.ts';
import type { RestField } from '../../types/rest-schema.ts';
import type { SqlType } from '../../types/sql-type.ts';
import { typeOfStandardSql } from '../../types/standard-sql.ts';
import type { JsonObject, RoutineDefinition, TableDefinition, TableRef } from '../definitions.ts';
import { failure } from '../failure.ts';
import { fieldType, storedRows } from '../storage/physical.ts';
import type { RoutineRecord, TableRecord } from '../storage/records.ts';

const tables = new WeakMap<TableRecord, CatalogTable>();
const routines = new WeakMap<RoutineRecord, CatalogRoutine>();

/** The table or view of a record; the same one for the same record, so that what is derived from it may be kept. */
export function catalogTable(record: TableRecord): CatalogTable {
  const known = tables.get(record);
  if (known !== undefined) return known;
  const table = newTable(record);
  tables.set(record, table);
  return table;
}

function newTable({ definition, physical }: TableRecord): CatalogTable {
  return {
    path: pathOf(definition.ref),
    kind: definition.viewQuery === undefined ? 'table' : 'view',
    columns: catalogColumns(definition.fields),
    requirePartitionFilter: definition.requirePartitionFilter ?? false,
    ...given({
      partitioning: partitioningOf(definition),
      viewSql: definition.viewQuery,
      storage: physical === undefined ? undefined : storedRows(physical),
    }),
  };
}

/** Fields as columns. Throws `invalid` for a type that is not served. */
export function catalogColumns(fields: readonly RestField[]): readonly CatalogColumn[] {
  return fields.map((field) => ({
    name: field.name,
    type: fieldType(field),
    required: field.mode?.toUpperCase() === 'REQUIRED',
    ...given({ defaultSql: field.defaultValueExpression }),
  }));
}

/** A REST reference as a path. */
function pathOf({ projectId, datasetId, tableId }: TableRef): CatalogTable['path'] {
  return { project: projectId, dataset: datasetId, name: tableId };
}

/** A path as a REST reference. */
export function refOf({ project, dataset, name }: CatalogTable['path']): TableRef {
  return { projectId: project, datasetId: dataset, tableId: name };
}

/** How a table is cut into partitions; undefined when it is not. */
export function partitioningOf({
  timePartitioning,
  rangePartitioning,
}: Pick<TableDefinition, 'timePartitioning' | 'rangePartitioning'>): CatalogPartitioning | undefined {
  if (timePartitioning !== undefined) {
    const { type: unit, field: column } = timePartitioning;
    return column === undefined ? { kind: 'ingestion', unit } : { kind: 'column', unit, column };
  }
  if (rangePartitioning === undefined) return undefined;
  const { start, end, interval } = rangePartitioning.range;
  return {
    kind: 'range',
    column: rangePartitioning.field,
    start: BigInt(start),
    end: BigInt(end),
    interval: BigInt(interval),
  };
}

/** The function of a record. */
export function catalogRoutine(record: RoutineRecord): CatalogRoutine {
  const known = routines.get(record);
  if (known !== undefined) return known;
  const routine = newRoutine(record.definition);
  routines.set(record, routine);
  return routine;
}

function newRoutine({ ref, type, arguments: parameters, returnType, body, remote }: RoutineDefinition): CatalogRoutine {
  return {
    path: { project: ref.projectId, dataset: ref.datasetId, name: ref.routineId },
    kind: remote === undefined ? (type === 'SCALAR_FUNCTION' ? 'scalar' : 'table') : 'remote',
    parameters: parameters.map(({ name, dataType }) => ({ name, ...given({ type: optionalType(dataType) }) })),
    body,
    ...given({ returns: optionalType(returnType) }),
  };
}

function optionalType(dataType: JsonObject | undefined): SqlType | undefined {
  if (dataType === undefined) return undefined;
  const type = typeOfStandardSql(dataType);
  if (type === undefined) {
    throw failure('invalid', `Invalid data type: ${String(dataType['typeKind'])} is not supported locally`);
  }
  return type;
}
