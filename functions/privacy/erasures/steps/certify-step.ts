// Owns the step that writes the signed certificate into the ledger, once.
import { durationOf, longestMs } from '#shared/platform/duration.ts';
import { parseJsonBytes } from '#shared/platform/json-bytes.ts';
import { certificateBody, certificateHash } from '#shared/privacy/erasure/certificate.ts';
import type { ErasureDeps } from '../erasure-deps.ts';
import { partObject } from '../erasure-objects.ts';
import type { Step } from '../take-step.ts';

export const certifyStep: Step<'certified'> = {
  state: 'certified',
  async work(deps, record) {
    const epochMs = longestMs(durationOf((await deps.catalog()).platform.privacy.epoch));
    const from = await placeOf(deps, record.id);
    const certificate = await deps.ledger.append(record.id, from, (place) =>
      certificateBody(record, place, epochMs, deps.clock.now()),
    );
    const { sequence } = certificate.body;
    return { kind: 'report', report: { sequence, hash: certificateHash(certificate) } };
  },
};

/** From where its entry is looked for after a crash: what the first attempt saw as the end of the ledger, stored before it wrote. */
async function placeOf({ objects, ledger }: ErasureDeps, id: string): Promise<number> {
  const name = partObject(id, 'place');
  const stored = await objects.read(name);
  if (stored !== undefined) return numberIn(stored.body);
  const next = await ledger.next();
  const created = await objects.create(name, JSON.stringify(next));
  if (created.kind === 'created') return next;
  const other = await objects.read(name);
  return other === undefined ? 0 : numberIn(other.body);
}

/** What cannot be read means the whole ledger, which is only slower. */
function numberIn(body: Buffer): number {
  const value = parseJsonBytes(body);
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : 0;
}
