/** Functions: create, read, replace, delete. */

import type { DatasetRef, RoutineDefinition, RoutineRef, RoutineSpec } from '../definitions.ts';
import { failure } from '../failure.ts';
import type { EngineState } from '../state.ts';
import { commit, type Step } from '../storage/commit.ts';
import { contentsKey } from '../storage/records.ts';
import { getDataset } from './datasets.ts';
import { checkRevision, routineNotFound, routineText } from './words.ts';

/** The routine. Throws `notFound`. */
export function getRoutine(state: EngineState, ref: RoutineRef): RoutineDefinition {
  getDataset(state, ref);
  const record = state.definitions.routine(ref);
  if (record === undefined) throw routineNotFound(ref);
  return record.definition;
}

export function listRoutines(state: EngineState, ref: DatasetRef): readonly RoutineDefinition[] {
  getDataset(state, ref);
  return state.definitions.routines(ref).map(({ definition }) => definition);
}

/** Throws `duplicate` when it exists, `notFound` when its dataset does not. */
export async function createRoutine(state: EngineState, spec: RoutineSpec, nowMs: number): Promise<RoutineDefinition> {
  return changeRoutine(state, spec.ref, nowMs, () => {
    if (state.definitions.routine(spec.ref) !== undefined) {
      throw failure('duplicate', `Already Exists: Routine ${routineText(spec.ref)}`);
    }
    return newRoutine(spec, nowMs);
  });
}

/** The definition of a new routine. */
export function newRoutine(spec: RoutineSpec, nowMs: number, before?: RoutineDefinition): RoutineDefinition {
  return {
    ...spec,
    resource: spec.resource ?? {},
    createdMs: before?.createdMs ?? nowMs,
    modifiedMs: nowMs,
    revision: (before?.revision ?? 0) + 1,
  };
}

/** Throws `notFound`, or `conditionNotMet` when it is not at that revision. */
export async function replaceRoutine(
  state: EngineState,
  spec: RoutineSpec,
  nowMs: number,
  ifRevision?: number,
): Promise<RoutineDefinition> {
  return changeRoutine(state, spec.ref, nowMs, () => {
    const before = getRoutine(state, spec.ref);
    checkRevision(before.revision, ifRevision);
    return newRoutine(spec, nowMs, before);
  });
}

/** Sets, or with undefined deletes, what `next` says. */
export async function changeRoutine<T extends RoutineDefinition | undefined>(
  state: EngineState,
  ref: RoutineRef,
  nowMs: number,
  next: () => T,
): Promise<T> {
  return state.locks.share(contentsKey(ref), () =>
    state.locks.own(`${contentsKey(ref)}\u0000routines`, () =>
      state.database.withConnection((connection) =>
        commit(state, connection, nowMs, async (): Promise<Step<T>> => {
          getDataset(state, ref);
          const definition = next();
          const record = definition === undefined ? undefined : { definition };
          return { value: definition, definitions: [{ kind: 'routine', ref, record }] };
        }),
      ),
    ),
  );
}

/** Throws `notFound`. */
export async function deleteRoutine(state: EngineState, ref: RoutineRef, nowMs: number): Promise<null> {
  await changeRoutine(state, ref, nowMs, () => {
    getRoutine(state, ref);
    return undefined;
  });
  return null;
}
