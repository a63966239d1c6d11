// Owns the step that puts together what is held of the person before it goes, where they asked for it.
import { buildExport } from '../../exports/build-export.ts';
import { layExport } from '../../exports/request-export.ts';
import type { ErasureDeps } from '../erasure-deps.ts';
import { readErasure } from '../erasure-objects.ts';
import { readScope } from '../sealed-parts.ts';
import { recordStepTo, type StepTaken } from '../take-step.ts';
import { isBeyond } from '#shared/privacy/erasure/erasure-states.ts';

/** The export has the id of its erasure; its link is asked for by the officer, `POST /v1/exports/{id}:link`. */
export async function takeExportStep(deps: ErasureDeps, id: string): Promise<StepTaken> {
  const { record } = await readErasure(deps.objects, id);
  const over = record.state === 'exported' || isBeyond(record.state, 'exported');
  if (record.export !== 'asked' || over) return { record, againAfterSeconds: 0 };
  const { aead, scope } = await readScope(deps.objects, deps.keys.epochs, id);
  aead.close();
  await layExport(deps, id, scope.lookupId);
  const built = await buildExport(deps, id);
  if (built.againAfterSeconds > 0) return { record, againAfterSeconds: built.againAfterSeconds };
  const rows = built.record.endpoints.reduce((sum, each) => sum + each.rows, 0);
  return recordStepTo(deps, id, 'exported', { export: id, rows });
}
