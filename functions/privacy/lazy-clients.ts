// Owns Google's clients that most requests do not need: loaded by the first call, because loading them takes half a second.
import type { ErasedRows } from '#shared/gcp/erased-rows.ts';
import type { Executions } from '#shared/gcp/executions.ts';
import type { PersonRows } from '#shared/gcp/person-rows.ts';
import type { Place } from '#shared/platform/base/resources.ts';

/** Executions of workflows, needed when an erasure is driven on. */
export function lazyExecutions(place: Place): Executions {
  const load = once(async () => (await import('#shared/gcp/executions.ts')).createExecutions(place));
  return {
    start: async (workflow, argument) => (await load()).start(workflow, argument),
    state: async (name) => (await load()).state(name),
  };
}

/** The warehouse, needed when rows were derived from opened values. */
export function lazyWarehouse(place: Place): ErasedRows {
  const load = once(async () => (await import('#shared/gcp/erased-rows.ts')).createErasedRows(place));
  return {
    tables: async (dataset, prefix) => (await load()).tables(dataset, prefix),
    loadTokens: async (table, tokens) => (await load()).loadTokens(table, tokens),
    runStatement: async (jobId, sql) => (await load()).runStatement(jobId, sql),
    isRunning: async (jobId) => (await load()).isRunning(jobId),
    texts: async (sql) => (await load()).texts(sql),
    count: async (sql) => (await load()).count(sql),
    dropTable: async (table) => (await load()).dropTable(table),
  };
}

/** The rows of a person, needed when an export is put together. */
export function lazyPersonRows(place: Place): PersonRows {
  const load = once(async () => (await import('#shared/gcp/person-rows.ts')).createPersonRows(place));
  return {
    loadTokens: async (table, tokens) => (await load()).loadTokens(table, tokens),
    dropTable: async (table) => (await load()).dropTable(table),
    async *rows(sql) {
      yield* (await load()).rows(sql);
    },
  };
}

/** A failure to load is that of the call, and is tried again by the next. */
function once<Client>(load: () => Promise<Client>): () => Promise<Client> {
  let loaded: Promise<Client> | undefined;
  return () => {
    loaded ??= load().catch((error: unknown) => {
      loaded = undefined;
      throw error;
    });
    return loaded;
  };
}
