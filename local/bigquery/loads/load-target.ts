/** What a load job writes to: an existing table as it is, or the table that it makes. */
import type { TableDefinition, TableSpec } from '#lib/googlesql/engine/definitions.ts';
import type { Warehouse } from '#lib/googlesql/engine/warehouse.ts';
import { restTypeName } from '#lib/googlesql/types/rest-conversion.ts';
import type { RestField } from '#lib/googlesql/types/rest-schema.ts';
import { type ErrorProto, tableName } from '../errors.ts';
import type { LoadPlan } from '../jobs/load-configuration.ts';
import { withoutDecorator } from '../names.ts';

export type LoadTarget =
  | { readonly kind: 'refused'; readonly error: ErrorProto }
  | {
      readonly kind: 'target';
      /** The columns that rows are checked by. */
      readonly fields: readonly RestField[];
      /** Columns of a CSV record, in its order. */
      readonly recordFields: readonly RestField[];
      /** True when rows can be added to the table as it is. */
      readonly exists: boolean;
      /** Partitioning and clustering of the table that rows are gathered in. */
      readonly layout: Pick<TableSpec, 'timePartitioning' | 'rangePartitioning' | 'clustering'>;
    };

/** Decides before anything is read whether and how the job can write. */
export async function loadTarget(warehouse: Warehouse, plan: LoadPlan): Promise<LoadTarget> {
  const ref = withoutDecorator(plan.destination);
  const found = await warehouse.tables.get(ref);
  if (found.kind === 'failed') {
    if (found.error.reason !== 'notFound' || plan.createDisposition === 'CREATE_NEVER') {
      return refused(found.error.reason, found.error.message);
    }
    if (plan.fields === undefined) return refused('invalid', 'No schema specified on job or table.');
    return newTarget(plan, plan.fields);
  }
  return existingTarget(warehouse, plan, found.value);
}

async function existingTarget(warehouse: Warehouse, plan: LoadPlan, table: TableDefinition): Promise<LoadTarget> {
  const decorated = plan.destination.tableId.includes('$');
  if (plan.writeDisposition === 'WRITE_EMPTY') {
    const statistics = await warehouse.tables.statistics(plan.destination);
    if (statistics.kind === 'failed') return refused(statistics.error.reason, statistics.error.message);
    if (statistics.value.rows > 0) return refused('duplicate', `Already Exists: Table ${tableName(plan.destination)}`);
  }
  if (plan.writeDisposition === 'WRITE_TRUNCATE' && plan.fields !== undefined && !decorated) {
    return newTarget(plan, plan.fields);
  }
  const problem = plan.fields === undefined ? undefined : schemaProblem(table, plan.fields);
  if (problem !== undefined) return refused('invalid', problem);
  return {
    kind: 'target',
    fields: table.fields,
    recordFields: plan.fields ?? table.fields,
    exists: true,
    layout: decorated ? {} : layoutOf(table),
  };
}

function newTarget(plan: LoadPlan, fields: readonly RestField[]): LoadTarget {
  return { kind: 'target', fields, recordFields: fields, exists: false, layout: layoutOf(plan) };
}

function layoutOf(
  from: Pick<TableSpec, 'timePartitioning' | 'rangePartitioning' | 'clustering'>,
): Pick<TableSpec, 'timePartitioning' | 'rangePartitioning' | 'clustering'> {
  return {
    ...(from.timePartitioning === undefined ? {} : { timePartitioning: from.timePartitioning }),
    ...(from.rangePartitioning === undefined ? {} : { rangePartitioning: from.rangePartitioning }),
    ...(from.clustering === undefined ? {} : { clustering: from.clustering }),
  };
}

/** Without schemaUpdateOptions, a load's schema may leave columns out, but neither add nor change any. */
function schemaProblem(table: TableDefinition, fields: readonly RestField[]): string | undefined {
  const known = new Map(table.fields.map((field) => [field.name.toLowerCase(), field]));
  const start = `Provided Schema does not match Table ${tableName(table.ref)}.`;
  for (const field of fields) {
    const existing = known.get(field.name.toLowerCase());
    if (existing === undefined) return `${start} Cannot add fields (field: ${field.name})`;
    if (restTypeName(existing.type) !== restTypeName(field.type)) {
      return `${start} Field ${field.name} has changed type from ${restTypeName(existing.type)} to ${restTypeName(field.type)}`;
    }
  }
  return undefined;
}

function refused(reason: string, message: string): LoadTarget {
  return { kind: 'refused', error: { reason, message } };
}
