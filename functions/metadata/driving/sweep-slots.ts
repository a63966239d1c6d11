// Owns taking back slots whose run is over: whoever held them died before letting go.
import { START_GRACE_MS } from '#shared/pipelines/run-timing.ts';
import type { Parts } from '../parts.ts';

export async function sweepSlots({ slots, partitions, time }: Parts): Promise<void> {
  const nowMs = time.now();
  for (const slot of slots.taken) {
    // A slot is taken before its run is claimed, and this instance may not know of the claim yet.
    if (nowMs - slot.takenMs < START_GRACE_MS) continue;
    const record = slot.holder === undefined ? undefined : await partitions.read(slot.holder);
    if (record?.claim === undefined || record.claim.run !== slot.holder?.run) await slots.free(slot);
  }
}
