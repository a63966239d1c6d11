// Owns going over the exports that are not at their end: driven on, or tidied up once fetched or over.
import { PlatformError } from '#shared/platform/platform-error.ts';
import { withoutLink } from '#shared/privacy/export/export-record.ts';
import type { ExportDeps } from './export-deps.ts';
import { changeExport, exportObject, listOpenExports, openExportObject, readExport } from './export-objects.ts';
import { removeExport } from './fetch-export.ts';
import { driveExport } from './request-export.ts';

/** An execution that has not come to its end within this is taken for lost; building twice comes to the same. */
const LOST_MS = 10 * 60_000;
/** A request that was cut off before its record is forgotten after this. */
const CUT_OFF_MS = 15 * 60_000;

/** Goes over all of them. One that cannot be looked at keeps no other from it. */
export async function sweepExports(deps: ExportDeps): Promise<void> {
  for await (const open of listOpenExports(deps.objects)) {
    await lookAt(deps, open).catch((thrown: unknown) => {
      const code = thrown instanceof PlatformError ? thrown.code : 'internal';
      deps.log.write('ERROR', 'an export could not be looked at', { code, resource: open.id });
    });
  }
}

async function lookAt(
  deps: ExportDeps,
  { id, lookupId }: { readonly id: string; readonly lookupId: string },
): Promise<void> {
  const { objects, clock } = deps;
  if ((await objects.read(exportObject(id, 'record'))) === undefined) {
    const marker = await objects.read(openExportObject(lookupId, id));
    const { createdAtMs = 0 } = JSON.parse(String(marker?.body ?? '{}')) as { createdAtMs?: number };
    if (clock.now() - createdAtMs > CUT_OFF_MS) await removeExport(deps, id, lookupId);
    return;
  }
  const { record } = await readExport(objects, id);
  if (record.state === 'fetched' || record.state === 'expired') return removeExport(deps, id, lookupId);
  if (clock.now() >= record.expiresAtMs) {
    await changeExport(objects, id, (each) => withoutLink(each, each.state === 'fetched' ? 'fetched' : 'expired'));
    return removeExport(deps, id, lookupId);
  }
  if (record.state === 'ready' || clock.now() - record.startedAtMs < LOST_MS) return;
  await changeExport(objects, id, (each) => ({ ...each, startedAtMs: clock.now() }));
  await driveExport(deps, id);
}
