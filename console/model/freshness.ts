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
  const reaches = upTo === undefined ? 'no rows yet' : `rows up to ${formatAge(nowMs - Date.parse(upTo))} ago`;
  const promisedMs = missing?.promisedAt === undefined ? undefined : Date.parse(missing.promisedAt);
  switch (state) {
    case 'empty':
      return { state, label: 'empty', detail: 'nothing published, nothing expected yet' };
    case 'current':
      return { state, label: 'current', detail: reaches };
    case 'late': {
      const by = promisedMs === undefined ? '' : ` by ${formatAge(nowMs - promisedMs)}`;
      return { state, label: `late${by}`, detail: `${missing?.key ?? ''} was promised ${promiseText(promise)}` };
    }
    case 'due': {
      const left = promisedMs === undefined ? '' : `, ${formatAge(promisedMs - nowMs)} left`;
      return { state, label: 'due', detail: `${missing?.key ?? ''} is next${left}` };
    }
  }
}

/** `within 15 min of its end`, `by 06:00 Europe/Stockholm`, `at no time` */
export function promiseText(promise: Promised | undefined): string {
  if (promise === undefined) return 'at no time';
  if (promise.kind === 'within') return `within ${formatDuration(promise.duration)} of its end`;
  return `by ${promise.deadline} ${promise.timezone}`;
}
