// Owns how fresh an endpoint is: how far its newest published partition reaches, and what is missing by when it was promised.
import { Cron } from 'croner';
import type { Endpoint, EventEndpoint, ServiceLevel } from '../catalog/endpoint.ts';
import type { Tier } from '../catalog/platform.ts';
import { addDuration, durationOf } from '../platform/duration.ts';
import { type Calendar, dueAt, firstPartition, lastExpected } from '../pipelines/expected-partitions.ts';
import { calendarOf, isKnown, knownKeys, type Moment } from '../pipelines/horizon.ts';
import { inputNeed } from '../pipelines/input-window.ts';
import { ALL, boundsOf, keysBetween, nextKey, type PartitionKey } from '../pipelines/partition-key.ts';
import type { FreshnessShown } from './api/endpoint-shapes.ts';

/** By when the partitions of an endpoint are promised. */
export type Promised =
  | { readonly kind: 'within'; readonly duration: string }
  | ({ readonly kind: 'deadline' } & ServiceLevel);

/** How an endpoint stands at a moment; times in epoch milliseconds. */
export interface Freshness {
  readonly state: FreshnessShown['state'];
  readonly latest?: PartitionKey | undefined;
  readonly upToMs?: number | undefined;
  readonly publishedMs?: number | undefined;
  readonly missing?: { readonly key: PartitionKey; readonly promisedMs?: number | undefined } | undefined;
}

/** The promise of an endpoint: that of its tier when events are closed into it, else its service level. */
export function promiseOf({ catalog }: Pick<Moment, 'catalog'>, endpoint: Endpoint): Promised | undefined {
  if (endpoint.kind === 'sql') return endpoint.slo === undefined ? undefined : { kind: 'deadline', ...endpoint.slo };
  const tier = tierOf(catalog, endpoint);
  return tier === undefined ? undefined : { kind: 'within', duration: tier.closingDeadline };
}

/** How fresh an endpoint is. */
export function freshnessOf(moment: Moment, endpoint: Endpoint): Freshness {
  const { view, nowMs } = moment;
  const latest = view.keys(endpoint.id).findLast((key) => (view.summary(endpoint.id, key)?.generation ?? 0) > 0);
  const calendar = calendarOf(endpoint, moment.firstApplied);
  const missing = firstMissing(moment, endpoint, calendar, latest);
  const promisedMs =
    missing === undefined || calendar === undefined ? undefined : promisedAt(moment, endpoint, calendar, missing);
  const publishedMs = latest === undefined ? undefined : view.summary(endpoint.id, latest)?.publishedMs;
  const reached =
    latest === undefined ? {} : { latest, publishedMs, upToMs: latest === ALL ? publishedMs : boundsOf(latest).endMs };
  if (missing === undefined) return { state: latest === undefined ? 'empty' : 'current', ...reached };
  const state = promisedMs !== undefined && nowMs > promisedMs ? 'late' : 'due';
  return { state, ...reached, missing: { key: missing, promisedMs } };
}

/** The oldest partition that was never published though it has ended: one that is worked on, or one after the newest published. */
function firstMissing(
  moment: Moment,
  { id }: Endpoint,
  calendar: Calendar | undefined,
  latest: PartitionKey | undefined,
): PartitionKey | undefined {
  const { view, nowMs } = moment;
  const begun = view
    .active(id)
    .find((key) => view.summary(id, key)?.generation === 0 && (key === ALL || boundsOf(key).endMs <= nowMs));
  if (latest === undefined) return begun ?? knownKeys(moment, id)[0];
  const last = calendar === undefined ? undefined : lastExpected(calendar, nowMs);
  if (calendar === undefined || last === undefined || latest === ALL) return begun;
  const after = [nextKey(latest), firstPartition(calendar)].reduce((a, b) => (a > b ? a : b));
  const isMissing = (key: PartitionKey): boolean => view.summary(id, key) === undefined && isKnown(moment, id, key);
  const expected = keysBetween(after, last).find(isMissing);
  return begun !== undefined && (expected === undefined || begun < expected) ? begun : expected;
}

function promisedAt(moment: Moment, endpoint: Endpoint, calendar: Calendar, key: PartitionKey): number | undefined {
  const promised = promiseOf(moment, endpoint);
  if (promised === undefined || key === ALL || isHistory(moment, endpoint, key)) return undefined;
  const dueMs = dueAt(calendar, key);
  return promised.kind === 'within' ? addDuration(dueMs, durationOf(promised.duration)) : nextDeadline(promised, dueMs);
}

/** Whether a partition holds, or is made of, what only an import brought: nobody was promised that before it came. */
function isHistory(moment: Moment, endpoint: Endpoint, key: PartitionKey): boolean {
  if (endpoint.kind === 'event') {
    const calendar = calendarOf(endpoint, moment.firstApplied);
    return calendar === undefined || key < firstPartition(calendar);
  }
  return endpoint.inputs.some((input) => {
    const other = moment.catalog.endpoints[input.endpoint];
    if (other === undefined || other.id === endpoint.id) return false;
    const need = inputNeed(input.window, key, other.grain);
    if (need.kind !== 'keys') return false;
    return need.required.some((one) => isKnown(moment, other.id, one) && isHistory(moment, other, one));
  });
}

/** The first time from an instant on at which the clocks of the time zone show the deadline. */
function nextDeadline({ deadline, timezone }: ServiceLevel, fromMs: number): number | undefined {
  return cronOf(deadline, timezone)
    .nextRun(new Date(fromMs - 1))
    ?.getTime();
}

/** Deadlines are few, and reading one takes far longer than asking it. */
const crons = new Map<string, Cron>();

function cronOf(deadline: string, timezone: string): Cron {
  const name = `${deadline} ${timezone}`;
  const [hour, minute] = deadline.split(':').map(Number);
  const cron = crons.get(name) ?? new Cron(`${minute} ${hour} * * *`, { timezone, mode: '5-part' });
  crons.set(name, cron);
  return cron;
}

function tierOf({ eventTypes, platform }: Moment['catalog'], { eventType }: EventEndpoint): Tier | undefined {
  const tier = eventTypes[eventType]?.tier;
  return tier === undefined ? undefined : platform.tiers[tier];
}
