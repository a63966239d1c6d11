// Owns where exports are kept.
//
// | bucket    | object                       | what                                              | until                    |
// |-----------|------------------------------|---------------------------------------------------|--------------------------|
// | `state`   | `exports/<id>/record`        | how far it is, what files there are               | for ever                 |
// | `state`   | `exports/<id>/key`           | the key of this request, wrapped under an epoch   | it is fetched or expires |
// | `state`   | `exports/<id>/scope`         | whom it is about, sealed under that key           | it is fetched or expires |
// | `state`   | `exports-open/<lookupId>/<id>` | that there is one: found by an erasure and the sweep | it is fetched or expires |
// | `exports` | `<id>/<stem>/<part>`         | a part of a file, sealed under that key           | it is fetched or expires |
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { encodeExport, type ExportRecord, parseExport } from '#shared/privacy/export/export-record.ts';
import { openRequestKey } from '#shared/privacy/erasure/erasure-scope.ts';
import type { KeySource } from '#shared/privacy/keys/key-stores.ts';
import type { Aead } from '#lib/tink/aead.ts';

const OPEN_PREFIX = 'exports-open/';

export function exportObject(id: string, part: 'record' | 'key' | 'scope'): string {
  return `exports/${id}/${part}`;
}

/** What the key of an export is bound to: no id of an erasure has a slash. */
export function exportRequestId(id: string): string {
  return `export/${id}`;
}

/** @throws PlatformError unknown_export, or corrupt */
export async function readExport(
  objects: ObjectStore,
  id: string,
): Promise<{ readonly record: ExportRecord; readonly generation: string }> {
  const stored = /^[a-z0-9][a-z0-9-]{7,63}$/.test(id) ? await objects.read(exportObject(id, 'record')) : undefined;
  if (stored === undefined) throw new PlatformError('unknown_export');
  const record = parseExport(stored.body);
  if (record === undefined) throw new PlatformError('corrupt', { message: 'The record of an export is damaged.' });
  return { record, generation: stored.generation };
}

export async function createExport(objects: ObjectStore, record: ExportRecord): Promise<void> {
  await objects.create(exportObject(record.id, 'record'), encodeExport(record), { state: record.state });
}

/** Changes a record against whoever else does; `change` answers undefined to leave it. The record as it stands then. */
export async function changeExport(
  objects: ObjectStore,
  id: string,
  change: (record: ExportRecord) => ExportRecord | undefined,
): Promise<ExportRecord> {
  for (;;) {
    const { record, generation } = await readExport(objects, id);
    const changed = change(record);
    if (changed === undefined) return record;
    const labels = { state: changed.state };
    const replaced = await objects.replace(exportObject(id, 'record'), generation, encodeExport(changed), labels);
    if (replaced.kind === 'replaced') return changed;
  }
}

/** The key of an export. @throws PlatformError unknown_export once it is gone */
export async function exportKey(objects: ObjectStore, epochs: KeySource, id: string): Promise<Aead> {
  const stored = await objects.read(exportObject(id, 'key'));
  if (stored === undefined) throw new PlatformError('unknown_export');
  const aead = await openRequestKey(epochs, exportRequestId(id), stored.body);
  if (aead === undefined) throw new PlatformError('corrupt', { message: 'The key of an export cannot be opened.' });
  return aead;
}

/** The marker by which an export of a person is found. */
export function openExportObject(lookupId: string, id: string): string {
  return `${OPEN_PREFIX}${lookupId}/${id}`;
}

/** Exports that are not at their end: of one person, or of everybody. */
export async function* listOpenExports(
  objects: ObjectStore,
  lookupId?: string,
): AsyncGenerator<{ readonly id: string; readonly lookupId: string }> {
  const prefix = lookupId === undefined ? OPEN_PREFIX : `${OPEN_PREFIX}${lookupId}/`;
  for await (const { name } of objects.list(prefix)) {
    const [subject = '', id = ''] = name.slice(OPEN_PREFIX.length).split('/');
    yield { id, lookupId: subject };
  }
}

/** The object of a part of a file. */
export function partOfFile(id: string, stem: string, part: number): string {
  return `${id}/${stem}/${String(part).padStart(6, '0')}`;
}

/** What the names of all parts of an export begin with. */
export function filesOf(id: string): string {
  return `${id}/`;
}
