// Owns what is said about how fresh an endpoint is, against what was promised.
import type { Endpoint, FreshnessState, Promised } from '../api/types.ts';
import { formatAge, formatDuration } from './format.ts';

export interface FreshnessText {
  readonly state: FreshnessState;
  /** One word or two: `current`, `late by 12 min`. */
  readonly label: string;
  /** What the label rests on. */
  readonly detail: string;
}

/** What is said of an endpoint. */
export function freshnessText({ freshness, promise }: Endpoint, nowMs: number): FreshnessText {
  const { state, missing, upTo } = freshness;
  switch (state) {
    case 'empty':
      return { state, label: 'empty', detail: 'nothing published, nothing expected yet' };
    case 'current': {
      const reaches = upTo === undefined ? 'no rows yet' : `rows up to ${formatAge(nowMs - Date.parse(upTo))} ago`;
      return { state, label: 'current', detail: reaches };
    }
    case 'late':
    case 'due':
      return missingText(state, missing ?? { key: '' }, promise, nowMs);
  }
}

function missingText(
  state: 'late' | 'due',
  { key, promisedAt }: NonNullable<Endpoint['freshness']['missing']>,
  promise: Promised | undefined,
  nowMs: number,
): FreshnessText {
  if (promisedAt === undefined) {
    // Only what an import brought has no time by which it was promised.
    return { state, label: promise === undefined ? 'due' : 'catching up', detail: `${key} is next` };
  }
  const distance = formatAge(nowMs - Date.parse(promisedAt));
  if (state === 'due') return { state, label: 'due', detail: `${key} is next, ${distance} left` };
  return { state, label: `late by ${distance}`, detail: `${key} was promised ${promiseText(promise)}` };
}

/** `within 15 min of its end`, `by 06:00 Europe/Stockholm`, `at no time` */
export function promiseText(promise: Promised | undefined): string {
  if (promise === undefined) return 'at no time';
  if (promise.kind === 'within') return `within ${formatDuration(promise.duration)} of its end`;
  return `by ${promise.deadline} ${promise.timezone}`;
}
