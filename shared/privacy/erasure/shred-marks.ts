// Owns the marks by which pipelines learn that somebody was erased: a run that may have opened values before may not commit after.
import type { ObjectStore } from '../../platform/object-store.ts';

const PREFIX = 'shreds/';
const MS_DIGITS = 15;

/** Marks that from this moment on no process uses the keys of an erasure: the end of its revocation bound. */
export async function markShred(store: Pick<ObjectStore, 'create'>, erasure: string, atMs: number): Promise<void> {
  await store.create(`${startOf(atMs)}-${erasure}`, '');
}

/** Whether the bound of any erasure ended at this time or after it. */
export async function shredSince(store: Pick<ObjectStore, 'list'>, sinceMs: number): Promise<boolean> {
  for await (const { name } of store.list(PREFIX, { from: startOf(Math.max(0, sinceMs)) })) return name !== '';
  return false;
}

/** Deletes the marks before a time: of runs that began before it none can commit any more. */
export async function removeMarks(store: Pick<ObjectStore, 'list' | 'delete'>, beforeMs: number): Promise<void> {
  for await (const { name } of store.list(PREFIX, { before: startOf(Math.max(0, beforeMs)) })) await store.delete(name);
}

function startOf(atMs: number): string {
  return `${PREFIX}${String(atMs).padStart(MS_DIGITS, '0')}`;
}
