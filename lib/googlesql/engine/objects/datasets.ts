/** Datasets: create, read, replace, delete. */

import type { DatasetDefinition, DatasetRef, DatasetSpec } from '../definitions.ts';
import { failure } from '../failure.ts';
import type { EngineState } from '../state.ts';
import { commit, type Step } from '../storage/commit.ts';
import { contentsKey, datasetKey, datasetText, tableKey } from '../storage/records.ts';
import { checkRevision, datasetNotFound } from './words.ts';

/** The dataset. Throws `notFound`. */
export function getDataset(state: EngineState, ref: DatasetRef): DatasetDefinition {
  const record = state.definitions.dataset(ref);
  if (record === undefined) throw datasetNotFound(ref);
  return record.definition;
}

export function listDatasets(state: EngineState, projectId: string): readonly DatasetDefinition[] {
  return state.definitions.datasets(projectId).map(({ definition }) => definition);
}

/** Throws `duplicate` when it exists. */
export async function createDataset(state: EngineState, spec: DatasetSpec, nowMs: number): Promise<DatasetDefinition> {
  return changeDataset(state, spec.ref, nowMs, () => {
    if (state.definitions.dataset(spec.ref) !== undefined) {
      throw failure('duplicate', `Already Exists: Dataset ${datasetText(spec.ref)}`);
    }
    return { ...spec, resource: spec.resource ?? {}, createdMs: nowMs, modifiedMs: nowMs, revision: 1 };
  });
}

/** Throws `notFound`, or `conditionNotMet` when it is not at that revision. */
export async function replaceDataset(
  state: EngineState,
  spec: DatasetSpec,
  nowMs: number,
  ifRevision?: number,
): Promise<DatasetDefinition> {
  return changeDataset(state, spec.ref, nowMs, () => {
    const { createdMs, revision } = getDataset(state, spec.ref);
    checkRevision(revision, ifRevision);
    return { ...spec, resource: spec.resource ?? {}, createdMs, modifiedMs: nowMs, revision: revision + 1 };
  });
}

async function changeDataset(
  state: EngineState,
  ref: DatasetRef,
  nowMs: number,
  next: () => DatasetDefinition,
): Promise<DatasetDefinition> {
  return state.locks.own(datasetKey(ref), () =>
    state.database.withConnection((connection) =>
      commit(state, connection, nowMs, async (): Promise<Step<DatasetDefinition>> => {
        const definition = next();
        return { value: definition, definitions: [{ kind: 'dataset', ref, record: { definition } }] };
      }),
    ),
  );
}

/** Deletes the dataset. Throws `resourceInUse` when it holds something that is to be kept. */
export async function deleteDataset(
  state: EngineState,
  ref: DatasetRef,
  contents: 'keep' | 'delete',
  nowMs: number,
): Promise<null> {
  getDataset(state, ref);
  const tables = state.definitions.tables(ref).map(({ definition }) => tableKey(definition.ref));
  return state.locks.ownAll([datasetKey(ref), contentsKey(ref), ...tables], () =>
    state.database.withConnection((connection) =>
      commit(state, connection, nowMs, async () => {
        getDataset(state, ref);
        const inside = [...state.definitions.tables(ref), ...state.definitions.routines(ref)];
        if (contents === 'keep' && inside.length > 0) {
          throw failure('resourceInUse', `Dataset ${datasetText(ref)} is still in use`);
        }
        const removed = state.definitions.contentsOf(ref);
        return { value: null, definitions: [...removed, { kind: 'dataset', ref, record: undefined } as const] };
      }),
    ),
  );
}
