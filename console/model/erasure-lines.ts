// Owns the lines about the last erasures: how far each is and how long it took. Whom they are about is nowhere on the page.
import type { Erasure } from '../api/types.ts';

/** How an erasure looks: done, under way, kept from going on, or not done by when it had to be. */
export type ErasureLook = 'published' | 'running' | 'waiting' | 'late';

export interface ErasureLine {
  readonly erasure: Erasure;
  readonly look: ErasureLook;
  /** `rows cleaned` */
  readonly label: string;
  /** How long it took, or has taken by now, in milliseconds; undefined when that is not known. */
  readonly tookMs: number | undefined;
}

/** The line of an erasure. */
export function erasureLine(erasure: Erasure, nowMs: number): ErasureLine {
  const { state, receivedAt, certifiedAt } = erasure;
  const look = lookOf(erasure, nowMs);
  const untilMs = certifiedAt === undefined ? (isDone(state) ? undefined : nowMs) : Date.parse(certifiedAt);
  return {
    erasure,
    look,
    label: state.replaceAll('-', ' '),
    tookMs: untilMs === undefined ? undefined : Math.max(0, untilMs - Date.parse(receivedAt)),
  };
}

function lookOf({ state, dueAt }: Erasure, nowMs: number): ErasureLook {
  if (isDone(state)) return 'published';
  if (nowMs > Date.parse(dueAt)) return 'late';
  return state === 'held' || state === 'restricted' ? 'waiting' : 'running';
}

function isDone(state: Erasure['state']): boolean {
  return state === 'certified' || state === 'hardened';
}
