// Owns since when an open import has brought nothing: a small object beside it, so that it outlives the instance that looked.
import type { ImportRecord } from '#shared/events/import-record.ts';
import { importObject } from '#shared/events/import-record.ts';
import { parseJsonBytes } from '#shared/platform/json-bytes.ts';
import { formatTimestamp, parseTimestamp } from '#shared/platform/timestamp.ts';
import { z } from 'zod';
import type { Parts } from '../parts.ts';

/** Imports younger than this are surely not idle, so nothing is looked up for them. */
const YOUNG_MS = 10 * 60_000;

const seenShape = z.object({ receipts: z.int(), since: z.string() });

/** Since when the number of an import's receipts has not changed, as far as anybody looked; in epoch milliseconds. */
export async function idleSince(
  parts: Pick<Parts, 'store' | 'imports'>,
  record: ImportRecord,
  nowMs: number,
): Promise<number> {
  const openedMs = parseTimestamp(record.openedAt) ?? nowMs;
  if (nowMs - openedMs < YOUNG_MS) return nowMs;
  const { store, imports } = parts;
  const count = (await imports.receipts(record.id)).length;
  const object = `${importObject(record.id)}/idle`;
  const found = await store.read(object);
  const seen = found === undefined ? undefined : seenShape.safeParse(parseJsonBytes(found.body)).data;
  if (seen !== undefined && seen.receipts === count) return parseTimestamp(seen.since) ?? nowMs;
  const body = JSON.stringify({ receipts: count, since: formatTimestamp(nowMs) });
  // Who else looks at the same time writes the same, give or take a moment.
  if (found === undefined) await store.create(object, body);
  else await store.replace(object, found.generation, body);
  return nowMs;
}
