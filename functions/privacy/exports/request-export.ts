// Owns taking a request for an export: durable before anybody is told so.
import { randomBytes } from 'node:crypto';
import { durationOf, longestMs } from '#shared/platform/duration.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { type ExportRecord, linkHash, newExport } from '#shared/privacy/export/export-record.ts';
import { newRequestKey, sealScope } from '#shared/privacy/erasure/erasure-scope.ts';
import { lookupIdOf } from '#shared/privacy/keys/derivations.ts';
import { readKeyring } from '#shared/privacy/keys/keyring-updates.ts';
import type { ExportDeps } from './export-deps.ts';
import {
  changeExport,
  createExport,
  exportKey,
  exportObject,
  exportRequestId,
  openExportObject,
  readExport,
} from './export-objects.ts';

/** `workflows/export-user.yaml`. */
const WORKFLOW = 'export-user';
/** A secret of a link: as hard to guess as a key. */
const SECRET_BYTES = 32;

/**
 * Takes a request. The secret of the link is in the answer and nowhere else; only its digest is stored.
 * @throws PlatformError unknown_subject, subject_erased
 */
export async function requestExport(
  deps: ExportDeps,
  userId: string,
): Promise<{ readonly record: ExportRecord; readonly secret: string }> {
  const lookupId = lookupIdOf(deps.keys.pepper, { kind: 'user', id: userId });
  const read = await readKeyring(deps.keys.store, lookupId);
  if (read.kind === 'absent') throw new PlatformError('unknown_subject');
  if (read.kind === 'present' && read.keyring.state === 'shredded') throw new PlatformError('subject_erased');
  const secret = newSecret();
  const id = deps.newId();
  await layExport(deps, id, lookupId, secret);
  await driveExport(deps, id);
  return { record: (await readExport(deps.objects, id)).record, secret };
}

/** Makes everything of an export durable, the record last; what is there already stays. */
export async function layExport(deps: ExportDeps, id: string, lookupId: string, secret?: string): Promise<void> {
  const { objects, keys, clock } = deps;
  const { exportLink } = (await deps.catalog()).platform.privacy;
  await objects.create(openExportObject(lookupId, id), JSON.stringify({ createdAtMs: clock.now() }));
  const made = newRequestKey(await keys.epochs.current(), exportRequestId(id));
  await objects.create(exportObject(id, 'key'), made.record);
  made.aead.close();
  const aead = await exportKey(objects, keys.epochs, id);
  await objects.create(exportObject(id, 'scope'), sealScope(aead, exportRequestId(id), { lookupId, keyrings: [] }));
  aead.close();
  const nowMs = clock.now();
  await createExport(objects, newExport(id, nowMs, nowMs + longestMs(durationOf(exportLink)), secret));
}

/** Makes a new link in the place of the one there is, for as long as none was used. @throws PlatformError unknown_export */
export async function renewLink(deps: ExportDeps, id: string): Promise<string> {
  const secret = newSecret();
  const record = await changeExport(deps.objects, id, (each) =>
    each.state === 'requested' || each.state === 'ready' ? { ...each, link: linkHash(secret) } : undefined,
  );
  if (record.link !== linkHash(secret)) throw new PlatformError('unknown_export');
  return secret;
}

/** Starts an execution; what fails is tried again by the sweep. */
export async function driveExport(deps: ExportDeps, id: string): Promise<void> {
  try {
    await deps.executions.start(WORKFLOW, { export: id });
  } catch (thrown) {
    const code = thrown instanceof PlatformError ? thrown.code : 'internal';
    deps.log.write('WARNING', 'an export could not be driven on', { code, resource: id });
  }
}

function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}
