/** The actions of ALTER TABLE and ALTER VIEW, each giving the next record. */

import { byKind, type RulesByKind } from '../../syntax/by-kind.ts';
import type { AlterTreeAction } from '../../tree/definition.ts';
import { fieldOfType } from '../../types/rest-conversion.ts';
import type { RestField } from '../../types/rest-schema.ts';
import { typeName, type SqlType } from '../../types/sql-type.ts';
import type { TableDefinition } from '../definitions.ts';
import { failure } from '../failure.ts';
import { changedRecord } from '../objects/table-record.ts';
import { findField } from '../objects/table-rules.ts';
import { evolvePhysical } from '../storage/evolve.ts';
import { fieldType } from '../storage/physical.ts';
import type { TableRecord } from '../storage/records.ts';
import { columnOptions, tableOptions } from './option-rules.ts';
import { patched, readOptions, withPartitionExpiration } from './options.ts';
import type { Run } from './run.ts';

type Place = readonly [record: TableRecord, run: Run];

const rules: RulesByKind<AlterTreeAction, Place, Promise<TableRecord>> = {
  setOptions: async ({ options }, record, run) => {
    const { resource, definition } = await readOptions(run, options, tableOptions);
    const { partitionExpirationMs, ...rest } = definition;
    const before = changedRecord(record, {}, run.nowMs);
    const next = patched({ ...before.definition, resource: patched(before.definition.resource, resource) }, rest);
    return { ...before, definition: withPartitionExpiration(next, partitionExpirationMs) };
  },
  addColumn: async ({ field, ifNotExists }, record, run) => {
    const { fields } = record.definition;
    if (findField(fields, field.name) === undefined) return withFields(record, [...fields, field], run);
    if (ifNotExists) return record;
    throw failure('invalidQuery', `Column already exists: ${field.name}`);
  },
  dropColumn: async ({ name, ifExists }, record, run) => {
    const { definition } = record;
    const field = findField(definition.fields, name);
    if (field === undefined && ifExists) return record;
    const dropped = requireColumn(definition, name);
    refuseSpecial(definition, dropped.name, 'drop');
    return withFields(
      record,
      definition.fields.filter((one) => one !== dropped),
      run,
    );
  },
  renameColumn: async ({ from, to, ifExists }, record, run) => {
    const { definition } = record;
    if (findField(definition.fields, from) === undefined && ifExists) return record;
    const renamed = requireColumn(definition, from);
    refuseSpecial(definition, renamed.name, 'rename');
    if (findField(definition.fields, to) !== undefined) throw failure('invalidQuery', `Column already exists: ${to}`);
    const fields = definition.fields.map((one) => (one === renamed ? { ...one, name: to } : one));
    return changedRecord(record, { fields }, run.nowMs);
  },
  renameTo: async ({ name }, record, run) =>
    changedRecord(record, { ref: { ...record.definition.ref, tableId: name } }, run.nowMs),
  columnOptions: async ({ name, options }, record, run) => {
    const { resource } = await readOptions(run, options, columnOptions);
    return changeField(record, name, run, (field) => patched(field, resource));
  },
  relaxColumn: (action, record, run) =>
    changeField(record, action.name, run, (field) => ({ ...field, mode: 'NULLABLE' })),
  columnType: (action, record, run) =>
    changeField(record, action.name, run, (field) => {
      checkAssignable(fieldType(field), action.type);
      const { name, mode, description, defaultValueExpression } = field;
      return {
        ...fieldOfType(name, action.type, mode),
        ...(description === undefined ? {} : { description }),
        ...(defaultValueExpression === undefined ? {} : { defaultValueExpression }),
      };
    }),
  columnDefault: (action, record, run) =>
    changeField(record, action.name, run, (field) =>
      patched(field, { defaultValueExpression: action.defaultSql ?? null }),
    ),
};

/** Applies the actions in order, in the connection's transaction. */
export async function alterTable(
  run: Run,
  before: TableRecord,
  actions: readonly AlterTreeAction[],
): Promise<TableRecord> {
  let record = before;
  for (const action of actions) record = await byKind(rules, action, record, run);
  return record;
}

async function withFields(record: TableRecord, fields: readonly RestField[], run: Run): Promise<TableRecord> {
  const { physical, definition } = record;
  const evolved =
    physical === undefined ? undefined : await evolvePhysical(run.connection, physical, definition.fields, fields);
  return changedRecord(record, { fields }, run.nowMs, evolved);
}

async function changeField(
  record: TableRecord,
  name: string,
  run: Run,
  change: (field: RestField) => RestField,
): Promise<TableRecord> {
  const { definition } = record;
  const changed = requireColumn(definition, name);
  return withFields(
    record,
    definition.fields.map((one) => (one === changed ? change(one) : one)),
    run,
  );
}

function requireColumn({ fields }: TableDefinition, name: string): RestField {
  const field = findField(fields, name);
  if (field === undefined) throw failure('invalidQuery', `Column not found: ${name}`);
  return field;
}

function refuseSpecial(definition: TableDefinition, name: string, verb: string): void {
  const { timePartitioning, rangePartitioning, clustering } = definition;
  const special = [timePartitioning?.field, rangePartitioning?.field, ...(clustering?.fields ?? [])];
  if (!special.some((one) => one?.toLowerCase() === name.toLowerCase())) return;
  throw failure('invalidQuery', `Cannot ${verb} column ${name}, which the table is partitioned or clustered by`);
}

/** Types that a column may become. Source: docs "ALTER COLUMN SET DATA TYPE statement". */
const wider: Readonly<Record<string, readonly string[]>> = {
  INT64: ['NUMERIC', 'BIGNUMERIC', 'FLOAT64'],
  NUMERIC: ['BIGNUMERIC', 'FLOAT64'],
};

function checkAssignable(from: SqlType, to: SqlType): void {
  const same = from.kind === to.kind && typeName(from) === typeName(to);
  if (same || wider[from.kind]?.includes(to.kind) === true) return;
  throw failure(
    'invalidQuery',
    `ALTER TABLE ALTER COLUMN SET DATA TYPE requires that the existing column type (${typeName(from)}) is assignable to the new type (${typeName(to)})`,
  );
}
