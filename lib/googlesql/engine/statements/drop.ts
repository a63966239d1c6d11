/** DROP of anything. */

import type { DropTree } from '../../tree/definition.ts';
import { refOf } from '../catalog/catalog-table.ts';
import type { TableType } from '../definitions.ts';
import { failure } from '../failure.ts';
import { deleteDataset } from '../objects/datasets.ts';
import { changeRoutine } from '../objects/routines.ts';
import { findTableRecord, withTable } from '../objects/tables.ts';
import { routineNotFound, tableNotFound } from '../objects/words.ts';
import { commit, type Step } from '../storage/commit.ts';
import { tableText } from '../storage/records.ts';
import { dropTemporary } from './create-table.ts';
import { datasetOutcome, routineOutcome, tableOutcome, type DefinitionOutcome } from './definition-outcome.ts';
import type { Run } from './run.ts';

export async function dropObject(tree: DropTree, run: Run): Promise<DefinitionOutcome> {
  switch (tree.dropped) {
    case 'SCHEMA':
      return dropSchema(tree, run);
    case 'FUNCTION':
    case 'TABLE FUNCTION':
      return dropRoutine(tree, run);
    case 'PROCEDURE':
      throw failure('notImplemented', 'Procedures are not supported locally');
    default:
      return dropTable(tree, run);
  }
}

async function dropSchema({ path, ifExists, cascade }: DropTree, run: Run): Promise<DefinitionOutcome> {
  const ref = { projectId: path.project, datasetId: path.dataset };
  if (ifExists && run.state.definitions.dataset(ref) === undefined) return datasetOutcome('SKIP', ref);
  await deleteDataset(run.state, ref, cascade ? 'delete' : 'keep', run.nowMs);
  return datasetOutcome('DROP', ref);
}

async function dropRoutine({ path, ifExists }: DropTree, run: Run): Promise<DefinitionOutcome> {
  const ref = { projectId: path.project, datasetId: path.dataset, routineId: path.name };
  const temporary = path.dataset === '' || run.objects.routines.has(path.name.toLowerCase());
  const dropped = temporary && run.objects.routines.delete(path.name.toLowerCase());
  if (dropped) return routineOutcome('DROP', ref);
  const missing = run.state.definitions.routine(ref) === undefined;
  if (missing && ifExists) return routineOutcome('SKIP', ref);
  if (missing) throw routineNotFound(ref);
  await changeRoutine(run.state, ref, run.nowMs, () => undefined);
  return routineOutcome('DROP', ref);
}

/** Which statement drops which kinds of tables. */
const droppable: Readonly<Record<string, readonly TableType[]>> = {
  TABLE: ['TABLE', 'CLONE'],
  VIEW: ['VIEW'],
  'MATERIALIZED VIEW': ['MATERIALIZED_VIEW'],
  'SNAPSHOT TABLE': ['SNAPSHOT'],
};

async function dropTable(tree: DropTree, run: Run): Promise<DefinitionOutcome> {
  const { path, dropped, ifExists } = tree;
  if (path.dataset === '') {
    const wasThere = await dropTemporary(run, path.name);
    if (!wasThere && !ifExists) throw tableNotFound(refOf(path));
    return tableOutcome(wasThere ? 'DROP' : 'SKIP', path);
  }
  const { state, connection, nowMs } = run;
  const ref = refOf(path);
  if (ifExists && state.definitions.dataset(ref) === undefined) return tableOutcome('SKIP', path);
  return withTable(state, ref, () =>
    commit(state, connection, nowMs, async (): Promise<Step<DefinitionOutcome>> => {
      const record = findTableRecord(state, ref, nowMs);
      if (record === undefined) {
        if (ifExists) return { value: tableOutcome('SKIP', path) };
        throw tableNotFound(ref);
      }
      const { type } = record.definition;
      if (droppable[dropped]?.includes(type) !== true) {
        throw failure(
          'invalidQuery',
          `Cannot drop ${tableText(ref)} which has type ${type}. An object of type ${dropped} was expected.`,
        );
      }
      return { value: tableOutcome('DROP', path), definitions: [{ kind: 'table', ref, record: undefined }] };
    }),
  );
}
