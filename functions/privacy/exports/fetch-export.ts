// Owns fetching an export: once, by whoever has the secret of its link; then everything of it goes, the key first.
import { timingSafeEqual } from 'node:crypto';
import { Readable } from 'node:stream';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { type ExportRecord, linkHash, withoutLink } from '#shared/privacy/export/export-record.ts';
import { openScope } from '#shared/privacy/erasure/erasure-scope.ts';
import { archiveOf } from './archive.ts';
import type { ExportDeps } from './export-deps.ts';
import {
  changeExport,
  exportKey,
  exportObject,
  exportRequestId,
  filesOf,
  openExportObject,
  readExport,
} from './export-objects.ts';

/**
 * Uses the link. Of two who come at once one gets the archive. A wrong secret, a used link and one whose time is over look the same.
 * @throws PlatformError unknown_export, export_building
 */
export async function fetchExport(deps: ExportDeps, id: string, secret: string): Promise<Readable> {
  const { record } = await readExport(deps.objects, id);
  if (!isFor(record, secret) || deps.clock.now() >= record.expiresAtMs) throw new PlatformError('unknown_export');
  if (record.state === 'requested') throw new PlatformError('export_building');
  // Before its link is used up: a key that cannot be had now may be had later.
  const aead = await exportKey(deps.objects, deps.keys.epochs, id);
  let own = false;
  const used = await changeExport(deps.objects, id, (each) => {
    own = each.state === 'ready' && isFor(each, secret);
    return own ? withoutLink(each, 'fetched') : undefined;
  });
  if (!own) {
    aead.close();
    throw new PlatformError('unknown_export');
  }
  const atMs = deps.clock.now();
  const body = { export: id, channel: 'export', state: 'fetched' };
  await deps.facts.record({ id: `export/${id}/fetched`, kind: 'access.recorded', atMs, body });
  return Readable.from(sent(deps, used, aead));
}

async function* sent(
  deps: ExportDeps,
  record: ExportRecord,
  aead: Parameters<typeof archiveOf>[2],
): AsyncGenerator<Uint8Array> {
  try {
    yield* archiveOf(deps.exports, record, aead);
  } finally {
    aead.close();
    // What fails here is done by the sweep.
    await removeExport(deps, record.id).catch(() => undefined);
  }
}

/** Deletes whatever is kept of an export beside its record. May be repeated. */
export async function removeExport(
  deps: Pick<ExportDeps, 'objects' | 'exports' | 'keys'>,
  id: string,
  lookupId?: string,
): Promise<void> {
  const { objects, exports, keys } = deps;
  const subject = lookupId ?? (await subjectOf(objects, keys, id));
  await objects.delete(exportObject(id, 'key'));
  await objects.delete(exportObject(id, 'scope'));
  for await (const { name } of exports.list(filesOf(id))) await exports.delete(name);
  // Last, so that the sweep finds what was cut off.
  if (subject !== undefined) await objects.delete(openExportObject(subject, id));
}

async function subjectOf(
  objects: ExportDeps['objects'],
  keys: ExportDeps['keys'],
  id: string,
): Promise<string | undefined> {
  const stored = await objects.read(exportObject(id, 'scope'));
  const aead = stored === undefined ? undefined : await exportKey(objects, keys.epochs, id).catch(() => undefined);
  const scope =
    aead === undefined || stored === undefined ? undefined : openScope(aead, exportRequestId(id), stored.body);
  aead?.close();
  return scope?.lookupId;
}

function isFor({ link }: ExportRecord, secret: string): boolean {
  return link !== undefined && timingSafeEqual(Buffer.from(linkHash(secret)), Buffer.from(link));
}
