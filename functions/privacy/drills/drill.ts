// Owns the drill: somebody made up gets keys for every purpose and is erased like anybody, and at the end it is looked whether that held.
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '#shared/platform/canonical-json.ts';
import { parseJsonBytes } from '#shared/platform/json-bytes.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { verifyCertificate } from '#shared/privacy/erasure/certificate-verify.ts';
import type { ErasureRecord } from '#shared/privacy/erasure/erasure-record.ts';
import { isFinal } from '#shared/privacy/erasure/erasure-states.ts';
import { Keyrings } from '#shared/privacy/keys/keyrings.ts';
import { revocationTiming } from '#shared/privacy/keys/revocation.ts';
import { openSealed } from '#shared/privacy/opening.ts';
import { sealFields } from '#shared/privacy/sealing.ts';
import { readErasure } from '../erasures/erasure-objects.ts';
import { requestErasure } from '../erasures/request-erasure.ts';
import type { DrillDeps } from './drill-deps.ts';

/** Nobody can have this address: https://www.rfc-editor.org/rfc/rfc2606#section-2 */
const NOBODY = 'drill.invalid';
const LOOK_AGAIN_SECONDS = 5;

const drillRecord = z.strictObject({
  format: z.literal('drill/v1'),
  samples: z.array(z.strictObject({ purpose: z.string(), token: z.string(), sealed: z.base64() })),
});
type DrillRecord = z.infer<typeof drillRecord>;

/** What a drill came to. `failed` names what did not hold. */
export interface DrillChecked {
  readonly done: boolean;
  readonly failed: readonly string[];
  readonly againAfterSeconds: number;
}

/** Begins a drill; the answer is the id of its erasure. @throws PlatformError drill_failed when what was just sealed does not open */
export async function startDrill(deps: DrillDeps): Promise<string> {
  const userId = `${randomUUID()}@${NOBODY}`;
  const samples: DrillRecord['samples'] = [];
  for (const purpose of Object.keys((await deps.catalog()).platform.purposes).sort()) {
    const subject = { kind: 'user' as const, id: userId };
    const used = await deps.keys.keyrings.use({ subject, purpose }, ({ keys }) => ({
      purpose,
      token: keys.token,
      sealed: sealFields(keys, { drill: purpose }),
    }));
    if (used.kind === 'retry') throw new PlatformError(used.code);
    const opened = used.kind === 'used' ? await openSealed(deps.keys.keyrings, used.result) : undefined;
    if (used.kind !== 'used' || opened?.kind !== 'plain' || opened.fields['drill'] !== purpose) {
      throw new PlatformError('drill_failed', {
        message: `A value that was just sealed for ${purpose} does not open.`,
      });
    }
    samples.push({ ...used.result, sealed: used.result.sealed.toString('base64') });
  }
  const { record } = await requestErasure(deps, { userId, basis: 'drill' });
  await deps.objects.create(drillObject(record.id), canonicalJson({ format: 'drill/v1', samples }));
  return record.id;
}

/** Looks at a drill: once its erasure is certified, whether everything held. @throws PlatformError unknown_erasure */
export async function checkDrill(deps: DrillDeps, id: string): Promise<DrillChecked> {
  const [{ record }, stored] = [await readErasure(deps.objects, id), await deps.objects.read(drillObject(id))];
  const parsed = drillRecord.safeParse(stored === undefined ? undefined : parseJsonBytes(stored.body));
  if (!parsed.success) throw new PlatformError('unknown_erasure');
  if (!isFinal(record.state)) return { done: false, failed: [], againAfterSeconds: LOOK_AGAIN_SECONDS };
  const held = {
    'nothing opens in a process that has just started': await nothingOpens(deps, parsed.data),
    'the revocation bound was waited out': boundWasKept(deps, record),
    'every probe passed': (record.steps.proved?.probes ?? []).every(({ tried, passed }) => tried === passed),
    'a key was destroyed for every purpose': (record.steps.frozen?.tokens ?? 0) === parsed.data.samples.length,
    'the certificate verifies': await certificateVerifies(deps, record),
  };
  const failed = Object.entries(held).flatMap(([what, holds]) => (holds ? [] : [what]));
  const tookMs = (record.steps.certified?.atMs ?? 0) - record.receivedAtMs;
  if (failed.length > 0) deps.log.write('CRITICAL', 'a drill of erasure failed', { code: 'drill_failed', erasure: id });
  const body = { erasure: id, state: 'drill', basis: record.basis, failed, tookMs };
  const atMs = record.steps.certified?.atMs ?? record.receivedAtMs;
  await deps.facts.record({ id: `erasure/${id}/drill`, kind: 'erasure.step', atMs, body });
  return { done: true, failed, againAfterSeconds: 0 };
}

async function nothingOpens({ keys, clock }: DrillDeps, { samples }: DrillRecord): Promise<boolean> {
  const { store, epochs, feed, pepper, boundMs } = keys;
  const fresh = new Keyrings({ store, epochs, feed, pepper, clock }, { timing: revocationTiming(boundMs) });
  try {
    for (const { sealed, ...sample } of samples) {
      const opened = await openSealed(fresh, { ...sample, sealed: Buffer.from(sealed, 'base64') });
      if (opened.kind === 'retry') throw new PlatformError(opened.code);
      if (opened.kind !== 'shredded') return false;
    }
    return true;
  } finally {
    fresh.close();
  }
}

function boundWasKept({ keys }: DrillDeps, { steps: { shredded, waited } }: ErasureRecord): boolean {
  return shredded !== undefined && waited !== undefined && waited.atMs - shredded.atMs >= keys.boundMs;
}

async function certificateVerifies(
  { ledger, publicKeyPem }: DrillDeps,
  { id, steps }: ErasureRecord,
): Promise<boolean> {
  const certificate = steps.certified === undefined ? undefined : await ledger.read(steps.certified.sequence);
  const verified = verifyCertificate(JSON.stringify(certificate ?? null), await publicKeyPem());
  return (
    verified.kind === 'valid' && 'erasure' in verified.certificate.body && verified.certificate.body.erasure === id
  );
}

function drillObject(id: string): string {
  return `drills/${id}`;
}
