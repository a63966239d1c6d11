/** One durable step: rows and definitions change together or not at all. */

import type { DuckDBConnection } from '@duckdb/node-api';
import type { EngineState } from '../state.ts';
import { inTransaction } from './database.ts';
import type { DefinitionChange } from './definition-store.ts';
import { mapDuckError } from './map-error.ts';
import { relationName, type PhysicalTable } from './records.ts';

/** What a step has done inside its transaction. */
export interface Step<T> {
  readonly value: T;
  readonly definitions?: readonly DefinitionChange[];
  /** Tables whose rows changed. */
  readonly rows?: readonly PhysicalTable[];
  /** Tables of which rows were added and no others changed. */
  readonly added?: readonly PhysicalTable[];
}

/** Runs the step in a transaction; when this resolves, it is on disk and everybody sees it. */
export async function commit<T>(
  state: EngineState,
  connection: DuckDBConnection,
  nowMs: number,
  work: () => Promise<Step<T>>,
): Promise<T> {
  const step = await inTransaction(connection, async () => {
    const done = await work();
    await state.definitions.persist(connection, done.definitions ?? []);
    return done;
  }).catch((error: unknown) => {
    throw mapDuckError(error);
  });
  applyDefinitions(state, step.definitions ?? []);
  for (const { id } of step.rows ?? []) state.sizes.changed(relationName(id));
  for (const { id } of step.added ?? []) state.sizes.grown(relationName(id));
  for (const { id, columns } of [...(step.rows ?? []), ...(step.added ?? [])]) {
    state.rowChanges.set(id, nowMs);
    state.checkpoints.written(id, columns.length);
  }
  return step.value;
}

function applyDefinitions(state: EngineState, changes: readonly DefinitionChange[]): void {
  const before = changes.flatMap((change) => tablesBefore(state, change));
  state.definitions.apply(changes);
  if (before.length === 0) return;
  const named = state.definitions.physicalIds();
  for (const id of before) {
    if (named.has(id)) continue;
    state.rowChanges.delete(id);
    state.sizes.changed(relationName(id));
    state.retired.retire(id);
  }
}

/** Physical tables that a change may leave without a definition. */
function tablesBefore({ definitions }: EngineState, change: DefinitionChange): readonly number[] {
  if (change.kind === 'dataset') {
    if (change.record !== undefined) return [];
    return definitions.tables(change.ref).flatMap(({ physical }) => (physical === undefined ? [] : [physical.id]));
  }
  if (change.kind !== 'table') return [];
  const before = definitions.table(change.ref)?.physical?.id;
  return before === undefined || before === change.record?.physical?.id ? [] : [before];
}
