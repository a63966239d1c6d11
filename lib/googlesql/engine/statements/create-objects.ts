/** CREATE SCHEMA, CREATE VIEW and CREATE FUNCTION. */

import type { CatalogRoutine } from '../../analysis/catalog.ts';
import { given } from '../../syntax/given.ts';
import type { CreateFunctionTree, CreateSchemaTree, CreateViewTree } from '../../tree/definition.ts';
import { standardSqlOfType, standardSqlTableOf } from '../../types/standard-sql.ts';
import { refOf } from '../catalog/catalog-table.ts';
import type { DatasetSpec, JsonObject, RoutineSpec, TableSpec } from '../definitions.ts';
import { failure } from '../failure.ts';
import { createDataset, getDataset } from '../objects/datasets.ts';
import { changeRoutine, newRoutine } from '../objects/routines.ts';
import { newDefinition } from '../objects/table-record.ts';
import { findTableRecord, withTable } from '../objects/tables.ts';
import { routineText, tableExists } from '../objects/words.ts';
import { commit, type Step } from '../storage/commit.ts';
import { tableText } from '../storage/records.ts';
import { datasetOutcome, routineOutcome, tableOutcome, type DefinitionOutcome } from './definition-outcome.ts';
import { remoteOptions, routineOptions, schemaOptions, viewOptions } from './option-rules.ts';
import { patched, readOptions } from './options.ts';
import type { Run } from './run.ts';

/** CREATE SCHEMA. */
export async function createSchema(tree: CreateSchemaTree, run: Run): Promise<DefinitionOutcome> {
  const ref = { projectId: tree.path.project, datasetId: tree.path.dataset };
  if (tree.ifExists === 'SKIP' && run.state.definitions.dataset(ref) !== undefined) return datasetOutcome('SKIP', ref);
  const { resource, definition } = await readOptions(run, tree.options, schemaOptions);
  const spec: DatasetSpec = patched({ ref, resource: patched<JsonObject>({}, resource) }, definition);
  await createDataset(run.state, spec, run.nowMs);
  return datasetOutcome('CREATE', ref);
}

/** CREATE VIEW, also a materialized one, which is computed whenever it is read. */
export async function createView(tree: CreateViewTree, run: Run): Promise<DefinitionOutcome> {
  const { state, connection, nowMs } = run;
  const ref = refOf(tree.path);
  const { resource, definition } = await readOptions(run, tree.options, viewOptions);
  const spec: TableSpec = patched(
    {
      ref,
      type: tree.materialized ? ('MATERIALIZED_VIEW' as const) : ('VIEW' as const),
      fields: tree.fields,
      viewQuery: tree.queryText,
      resource: patched<JsonObject>({}, resource),
    },
    definition,
  );
  return withTable(state, ref, () =>
    commit(state, connection, nowMs, async (): Promise<Step<DefinitionOutcome>> => {
      const before = findTableRecord(state, ref, nowMs);
      if (before !== undefined && tree.ifExists === 'SKIP') return { value: tableOutcome('SKIP', tree.path) };
      if (before !== undefined && tree.ifExists === 'FAIL') throw tableExists(ref);
      if (before?.physical !== undefined) {
        throw failure(
          'invalid',
          `${tableText(ref)} is not allowed for this operation because it is currently a TABLE.`,
        );
      }
      const record = { definition: newDefinition(spec, tree.fields, getDataset(state, ref), nowMs) };
      return {
        value: {
          ...tableOutcome(before === undefined ? 'CREATE' : 'REPLACE', tree.path),
          schema: { fields: tree.fields },
        },
        definitions: [{ kind: 'table', ref, record }],
      };
    }),
  );
}

/** CREATE FUNCTION; a temporary one lives as long as its script. */
export async function createFunction(tree: CreateFunctionTree, run: Run): Promise<DefinitionOutcome> {
  const { path, parameters, returns, body, form, connection } = tree;
  const ref = { projectId: path.project, datasetId: path.dataset, routineId: path.name };
  if (tree.temporary) {
    const routine: CatalogRoutine = { path, kind: form, parameters, body, ...given({ returns }) };
    run.objects.routines.set(path.name.toLowerCase(), routine);
    return routineOutcome('CREATE', ref);
  }
  const rules = connection === undefined ? routineOptions : remoteOptions;
  const { resource, definition } = await readOptions(run, tree.options, rules);
  if (connection !== undefined && typeof definition['endpoint'] !== 'string') {
    throw failure('invalidQuery', 'Remote function must have the option endpoint');
  }
  const spec: RoutineSpec = {
    ref,
    type: form === 'scalar' ? 'SCALAR_FUNCTION' : 'TABLE_VALUED_FUNCTION',
    arguments: parameters.map(({ name, type }) => ({
      name,
      ...(type === undefined ? {} : { dataType: { ...standardSqlOfType(type) } }),
    })),
    body,
    ...given({ remote: connection === undefined ? undefined : patched<JsonObject>({ connection }, definition) }),
    resource: patched<JsonObject>({}, resource),
    ...(returns === undefined
      ? {}
      : { returnType: { ...(tree.form === 'table' ? standardSqlTableOf(returns) : standardSqlOfType(returns)) } }),
  };
  const before = run.state.definitions.routine(ref)?.definition;
  if (before !== undefined && tree.ifExists === 'SKIP') return routineOutcome('SKIP', ref);
  await changeRoutine(run.state, ref, run.nowMs, () => {
    if (before !== undefined && tree.ifExists === 'FAIL') {
      throw failure('duplicate', `Already Exists: Routine ${routineText(ref)}`);
    }
    return newRoutine(spec, run.nowMs, before);
  });
  return routineOutcome(before === undefined ? 'CREATE' : 'REPLACE', ref);
}
