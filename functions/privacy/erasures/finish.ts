// Owns the end of an erasure: once its certificate is in the ledger, everything that was kept to get there goes, the key first.
import type { ErasureDeps } from './erasure-deps.ts';
import { type OpenErasure, partObject, PASSING_PARTS, removeOpen } from './erasure-objects.ts';
import { tokenTable } from './row-statements.ts';
import type { ErasureRecord } from '#shared/privacy/erasure/erasure-record.ts';

/** Ends a certified erasure. The entry in the list of open ones goes last, so that whoever is cut off is followed by a sweep. */
export async function finish(
  { objects, warehouse }: ErasureDeps,
  record: ErasureRecord,
  entry: OpenErasure | undefined,
): Promise<void> {
  const { id, steps } = record;
  const [key, ...others] = PASSING_PARTS;
  await objects.delete(partObject(id, key));
  await Promise.all(others.map((part) => objects.delete(partObject(id, part))));
  const rowsWereCleaned = (steps['rows-cleaned']?.endpoints.length ?? 0) > 0;
  if (rowsWereCleaned) await warehouse.dropTable(tokenTable(id));
  if (entry?.id === id) await removeOpen(objects, entry);
}
