// Owns trying events out: judged by everything that needs no key, with nothing stored, sealed, remembered or counted.
import { wireVerdict, type WireVerdict } from '#shared/events/verdict.ts';
import type { AdoptedCatalog } from '../state/catalogs.ts';
import type { Candidate, Refused } from './judge.ts';
import { type ArrivedBatch, judgeAll, type JudgeParts } from './prepare.ts';

export interface ValidateParts extends JudgeParts {
  readonly nowMs: number;
}

/**
 * The verdict that each event would get, in order: `accepted` or `rejected`. Whether it came before, and whether its subject is
 * known, erased or has withdrawn, is not told: that takes keys, and asking for the keys of somebody new would store some.
 */
export async function validateBatch(
  arrived: ArrivedBatch,
  catalog: AdoptedCatalog,
  { nowMs, ...parts }: ValidateParts,
): Promise<readonly WireVerdict[]> {
  const context = { receivedAtMs: nowMs, importId: arrived.batch.importId };
  return (await judgeAll(arrived, catalog, context, parts)).map(verdictOf);
}

function verdictOf(judged: Candidate | Refused): WireVerdict {
  if (judged.kind === 'refused') return wireVerdict(judged.id, judged.rejection);
  return wireVerdict(judged.id, { kind: 'accepted', ignored: judged.event.data.ignored });
}
