// Owns where erasures are kept in the state bucket: the record of each, what is sealed for it while it runs, and the list of those
// that are not at their end.
//
// | object                    | what                                                        | until                     |
// |---------------------------|-------------------------------------------------------------|---------------------------|
// | `erasures/<id>/record`    | how far it is; salted digests and counts only               | for ever                  |
// | `erasures/<id>/place`     | from where in the ledger its certificate is looked for      | for ever                  |
// | `erasures/<id>/key`       | the key of this request, wrapped under an epoch             | the erasure is at its end |
// | `erasures/<id>/scope`     | whom it is about, sealed under that key                     | the erasure is at its end |
// | `erasures/<id>/samples`   | values sealed before the shredding, sealed under that key   | the erasure is at its end |
// | `erasures/<id>/cleaning`  | how far the rows are cleaned, sealed under that key         | the erasure is at its end |
// | `erasures/<id>/execution` | the execution that drives it                                | the erasure is at its end |
// | `erasures-open/<subject>` | the id of the erasure of this subject that is not at its end; `<lookupId>`, or `<lookupId>.<purpose>` | the erasure is at its end |
import { z } from 'zod';
import { canonicalJson } from '#shared/platform/canonical-json.ts';
import { parseJsonBytes } from '#shared/platform/json-bytes.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { encodeErasure, type ErasureRecord, parseErasure } from '#shared/privacy/erasure/erasure-record.ts';
import {
  ERASURES_PREFIX,
  erasureObject,
  labelsOfErasure,
  type ListedErasure,
  listedErasure,
} from '#shared/privacy/erasure/listed-erasure.ts';

/** A record as it was read, and the generation that a change of it must name. */
export interface StoredErasure {
  readonly record: ErasureRecord;
  readonly generation: string;
}

/** What is kept of an erasure only while it runs. The key goes first: without it the others say nothing. */
export const PASSING_PARTS = ['key', 'scope', 'samples', 'cleaning', 'execution'] as const;
/** Parts beside the record. The place stays: a driver that was cut off long ago may still ask for it, and must find its entry. */
export type ErasurePart = (typeof PASSING_PARTS)[number] | 'place';

/** An erasure that is not at its end, as its subject's entry in the list says. */
export interface OpenErasure {
  readonly id: string;
  readonly createdAtMs: number;
  /** Whom, and for which purpose if for one only: see `subjectName`. */
  readonly subject: string;
  readonly generation: string;
}

const OPEN_PREFIX = 'erasures-open/';

const openEntry = z.strictObject({ id: z.string().min(8).max(64), createdAtMs: z.int().min(0) });

/** The object of a part of an erasure. */
export function partObject(id: string, part: ErasurePart): string {
  return `${ERASURES_PREFIX}${id}/${part}`;
}

/** @throws PlatformError unknown_erasure, or corrupt when the record is damaged */
export async function readErasure(store: ObjectStore, id: string): Promise<StoredErasure> {
  const found = await findErasure(store, id);
  if (found === undefined) throw new PlatformError('unknown_erasure');
  return found;
}

/** The record of an erasure, if there is one. @throws PlatformError corrupt when it is damaged */
export async function findErasure(store: ObjectStore, id: string): Promise<StoredErasure | undefined> {
  const found = await store.read(erasureObject(id));
  if (found === undefined) return undefined;
  const record = parseErasure(found.body);
  if (record === undefined) throw new PlatformError('corrupt', { message: 'The record of the erasure is damaged.' });
  return { record, generation: found.generation };
}

/** Writes the record of a new erasure; false when there is one. */
export async function createErasure(store: ObjectStore, record: ErasureRecord): Promise<boolean> {
  const created = await store.create(erasureObject(record.id), encodeErasure(record), labelsOfErasure(record));
  return created.kind === 'created';
}

/** Writes a record over the one that was read; false when somebody else was first. */
export async function replaceErasure(
  store: ObjectStore,
  before: StoredErasure,
  record: ErasureRecord,
): Promise<boolean> {
  const { generation } = before;
  const replaced = await store.replace(
    erasureObject(record.id),
    generation,
    encodeErasure(record),
    labelsOfErasure(record),
  );
  return replaced.kind === 'replaced';
}

/** The erasures from an id on, in order of their ids, which is that of their receipt. */
export async function* listErasures(store: ObjectStore, fromId: string): AsyncGenerator<ListedErasure> {
  for await (const object of store.list(ERASURES_PREFIX, { from: `${ERASURES_PREFIX}${fromId}` })) {
    const listed = listedErasure(object);
    if (listed !== undefined) yield listed;
  }
}

/** The name under which the open erasure of a subject stands: a withdrawal of one purpose does not wait for another. */
export function subjectName(lookupId: string, purpose: string | undefined): string {
  return purpose === undefined ? lookupId : `${lookupId}.${purpose}`;
}

/** The erasure of a subject that is not at its end. */
export async function readOpen(store: ObjectStore, subject: string): Promise<OpenErasure | undefined> {
  const found = await store.read(openObject(subject));
  const parsed = found === undefined ? undefined : openEntry.safeParse(parseJsonBytes(found.body));
  if (found === undefined || parsed === undefined) return undefined;
  if (!parsed.success) throw new PlatformError('corrupt', { message: 'An entry of the open erasures is damaged.' });
  return { ...parsed.data, subject, generation: found.generation };
}

/** Enters an erasure; false when the subject has one that is not at its end. */
export async function createOpen(
  store: ObjectStore,
  subject: string,
  entry: { readonly id: string; readonly createdAtMs: number },
): Promise<boolean> {
  return (await store.create(openObject(subject), canonicalJson(entry))).kind === 'created';
}

/** Takes an erasure off the list, unless the entry is another one by now. */
export async function removeOpen(store: ObjectStore, { subject, generation }: OpenErasure): Promise<void> {
  await store.delete(openObject(subject), generation);
}

/** All subjects with an erasure that is not at its end; with a lookup id, those of one person. */
export async function* listOpen(store: ObjectStore, lookupId = ''): AsyncGenerator<string> {
  for await (const { name } of store.list(`${OPEN_PREFIX}${lookupId}`)) yield name.slice(OPEN_PREFIX.length);
}

/**
 * Changes the record of an erasure, against whoever else does; the record as it stands then. `change` answers undefined to leave it.
 * @throws PlatformError unknown_erasure, or conflict when others change it all the time
 */
export async function changeErasure(
  store: ObjectStore,
  id: string,
  change: (record: ErasureRecord) => ErasureRecord | undefined,
): Promise<ErasureRecord> {
  for (let race = 0; race < MAX_RACES; race += 1) {
    const stored = await readErasure(store, id);
    const changed = change(stored.record);
    if (changed === undefined || changed === stored.record) return stored.record;
    if (await replaceErasure(store, stored, changed)) return changed;
  }
  throw new PlatformError('conflict', { message: 'The record of the erasure is changed by others all the time.' });
}
const MAX_RACES = 10;

function openObject(subject: string): string {
  return `${OPEN_PREFIX}${subject}`;
}
