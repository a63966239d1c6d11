/** Google's words for objects that are missing, taken or changed. */

import type { DatasetRef, RoutineRef, TableRef } from '../definitions.ts';
import { failure, type EngineFailure } from '../failure.ts';
import { datasetText, tableText } from '../storage/records.ts';

export function datasetNotFound(ref: DatasetRef): EngineFailure {
  return failure('notFound', `Not found: Dataset ${datasetText(ref)}`);
}

export function tableNotFound(ref: TableRef): EngineFailure {
  return failure('notFound', `Not found: Table ${tableText(ref)}`);
}

export function routineNotFound(ref: RoutineRef): EngineFailure {
  return failure('notFound', `Not found: Routine ${routineText(ref)}`);
}

export function tableExists(ref: TableRef): EngineFailure {
  return failure('duplicate', `Already Exists: Table ${tableText(ref)}`);
}

/** `project:dataset.routine`. */
export function routineText(ref: RoutineRef): string {
  return `${datasetText(ref)}.${ref.routineId}`;
}

/** Refuses when somebody changed a definition after its revision was read. */
export function checkRevision(stored: number, expected: number | undefined): void {
  if (expected !== undefined && expected !== stored) throw failure('conditionNotMet', 'Precondition check failed.');
}
