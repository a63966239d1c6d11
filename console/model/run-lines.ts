// Owns the lines about the last runs.
import type { Run } from '../api/types.ts';

/** How a run looks: as it goes, or as it ended. */
export type RunLook = 'running' | 'committing' | 'published' | 'nothing' | 'waiting' | 'failed';

export interface RunLine {
  readonly run: Run;
  readonly look: RunLook;
  readonly label: string;
  /** How long it took, or has taken by now, in milliseconds. */
  readonly tookMs: number | undefined;
}

const LABELS: { readonly [Look in RunLook]: string } = {
  running: 'running',
  committing: 'committing',
  published: 'published',
  nothing: 'nothing new',
  waiting: 'waiting',
  failed: 'failed',
};

/** The line of a run. */
export function runLine(run: Run, nowMs: number): RunLine {
  const look = lookOf(run);
  const startedMs = run.startedAt === undefined ? undefined : Date.parse(run.startedAt);
  const endedMs = run.endedAt === undefined ? undefined : Date.parse(run.endedAt);
  const underWay = look === 'running' || look === 'committing';
  const untilMs = endedMs ?? (underWay ? nowMs : undefined);
  return {
    run,
    look,
    label: LABELS[look],
    tookMs: startedMs === undefined || untilMs === undefined ? undefined : Math.max(0, untilMs - startedMs),
  };
}

function lookOf({ outcome, state, code, startedAt, endedAt }: Run): RunLook {
  if (startedAt !== undefined && endedAt === undefined) return state === 'committing' ? 'committing' : 'running';
  if (outcome !== undefined) return outcome;
  if (state === 'failed' || code !== undefined) return 'failed';
  return state === 'waiting' || state === 'expected' ? 'waiting' : 'published';
}
