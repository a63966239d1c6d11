/** ALTER of datasets, tables and views. */

import type { AlterTree } from '../../tree/definition.ts';
import { refOf } from '../catalog/catalog-table.ts';
import { failure } from '../failure.ts';
import { getDataset, replaceDataset } from '../objects/datasets.ts';
import { checkShape } from '../objects/table-rules.ts';
import { findTableRecord, withTable } from '../objects/tables.ts';
import { tableExists, tableNotFound } from '../objects/words.ts';
import { commit, type Step } from '../storage/commit.ts';
import type { DefinitionChange } from '../storage/definition-store.ts';
import { tableText } from '../storage/records.ts';
import { alterTable } from './alter-table.ts';
import { datasetOutcome, tableOutcome, type DefinitionOutcome } from './definition-outcome.ts';
import { schemaOptions } from './option-rules.ts';
import { patched, readOptions } from './options.ts';
import type { Run } from './run.ts';

export async function alterObject(tree: AlterTree, run: Run): Promise<DefinitionOutcome> {
  return tree.altered === 'SCHEMA' ? alterSchema(tree, run) : alterRelation(tree, run);
}

async function alterSchema({ path, ifExists, actions }: AlterTree, run: Run): Promise<DefinitionOutcome> {
  const ref = { projectId: path.project, datasetId: path.dataset };
  if (ifExists && run.state.definitions.dataset(ref) === undefined) return datasetOutcome('SKIP', ref);
  for (const action of actions) {
    if (action.kind !== 'setOptions') throw failure('invalidQuery', 'ALTER SCHEMA only takes SET OPTIONS');
    const { resource, definition } = await readOptions(run, action.options, schemaOptions);
    const before = getDataset(run.state, ref);
    const next = patched({ ...before, resource: patched(before.resource, resource) }, definition);
    await replaceDataset(run.state, next, run.nowMs);
  }
  return datasetOutcome('ALTER', ref);
}

async function alterRelation(tree: AlterTree, run: Run): Promise<DefinitionOutcome> {
  const { state, connection, nowMs } = run;
  const { path, ifExists } = tree;
  const ref = refOf(path);
  return withTable(state, ref, () =>
    commit(state, connection, nowMs, async (): Promise<Step<DefinitionOutcome>> => {
      const before = findTableRecord(state, ref, nowMs);
      if (before === undefined) {
        if (ifExists) return { value: tableOutcome('SKIP', path) };
        throw tableNotFound(ref);
      }
      if ((before.physical === undefined) !== (tree.altered !== 'TABLE')) {
        throw failure('invalidQuery', `ALTER ${tree.altered} cannot be used with ${tableText(ref)}`);
      }
      const record = await alterTable(run, before, tree.actions);
      if (record.physical !== undefined) checkShape(record.definition);
      const renamed = record.definition.ref;
      const moves = renamed.tableId !== ref.tableId;
      if (moves && findTableRecord(state, renamed, nowMs) !== undefined) throw tableExists(renamed);
      const removal: readonly DefinitionChange[] = moves ? [{ kind: 'table', ref, record: undefined }] : [];
      return { value: tableOutcome('ALTER', path), definitions: [...removal, { kind: 'table', ref: renamed, record }] };
    }),
  );
}
