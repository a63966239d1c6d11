// Owns the answer to how far erasures are: read off a listing of the bucket, so that no record of one is opened here.
import type { ErasureShown } from '#shared/metadata/api/erasure-shape.ts';
import { DAY_MS } from '#shared/platform/civil-date.ts';
import { ERASURE_STATES } from '#shared/privacy/erasure/erasure-states.ts';
import {
  ERASURES_PREFIX,
  leastErasureId,
  type ListedErasure,
  listedErasure,
} from '#shared/privacy/erasure/listed-erasure.ts';
import type { Parts } from '../parts.ts';

/** As many as are ever answered. */
export const MAX_ERASURES = 100;
/** A listing goes back no further than it has to: the days before now where each further look ends. */
const LOOKS_BACK_DAYS = [1, 8, 90] as const;
/** Ids are of the clock of whoever made them, which may be ahead. */
const AHEAD_MS = 3_600_000;
/** The bucket is listed this often, however many people watch. */
const LOOK_EVERY_MS = 2000;

type LastErasures = (limit: number) => Promise<readonly ErasureShown[]>;

/** The newest erasures of the last 90 days, newest first. */
export function lastErasures({ store, time }: Pick<Parts, 'store' | 'time'>): LastErasures {
  let looked: { readonly atMs: number; readonly found: Promise<readonly ErasureShown[]> } | undefined;
  return async (limit) => {
    const nowMs = time.now();
    if (looked === undefined || nowMs - looked.atMs >= LOOK_EVERY_MS) {
      const found = newest(store, nowMs);
      looked = { atMs: nowMs, found };
      // Who asks next looks again; whoever waits for this one hears of it.
      found.catch(() => (looked = undefined));
    }
    return (await looked.found).slice(0, limit);
  };
}

async function newest(store: Parts['store'], nowMs: number): Promise<readonly ErasureShown[]> {
  const shown: ErasureShown[] = [];
  let beforeMs = nowMs + AHEAD_MS;
  for (const days of LOOKS_BACK_DAYS) {
    const fromMs = nowMs - days * DAY_MS;
    const range = { from: objectAt(fromMs), before: objectAt(beforeMs) };
    const listed: ErasureShown[] = [];
    for await (const object of store.list(ERASURES_PREFIX, range)) {
      const erasure = listedErasure(object);
      if (erasure !== undefined) listed.push(showErasure(erasure));
    }
    shown.push(...listed.reverse());
    if (shown.length >= MAX_ERASURES) break;
    beforeMs = fromMs;
  }
  return shown.slice(0, MAX_ERASURES);
}

function objectAt(epochMs: number): string {
  return `${ERASURES_PREFIX}${leastErasureId(epochMs)}`;
}

function showErasure(erasure: ListedErasure): ErasureShown {
  return { ...erasure, meaning: ERASURE_STATES[erasure.state].meaning };
}
