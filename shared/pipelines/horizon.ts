// Owns which partitions there are at one moment: those that exist, and those that the calendars of the catalog expect.
import type { Catalog } from '../catalog/catalog.ts';
import type { Endpoint, EndpointInput, SqlEndpoint } from '../catalog/endpoint.ts';
import { durationOf } from '../platform/duration.ts';
import type { EndpointId } from '../platform/ids.ts';
import { parseTimestamp } from '../platform/timestamp.ts';
import { type Calendar, expectedPartitions, firstPartition, isExpected, lastExpected } from './expected-partitions.ts';
import { consumersOf, inputNeed } from './input-window.ts';
import { ALL, grainOf, keysBetween, type PartitionKey } from './partition-key.ts';
import type { PartitionSummary } from './partition-summary.ts';

/** What is stored of partitions, in memory. */
export interface PartitionsView {
  summary(endpoint: EndpointId, key: PartitionKey): PartitionSummary | undefined;
  /** Every stored key of an endpoint, in order. */
  keys(endpoint: EndpointId): readonly PartitionKey[];
  /** Those of them that are neither published nor skipped, in order. */
  active(endpoint: EndpointId): readonly PartitionKey[];
}

/** One moment: what is declared, what is stored, and the time. */
export interface Moment {
  readonly catalog: Catalog;
  /** When each event endpoint was first applied, in epoch milliseconds: the start of its calendar. */
  readonly firstApplied: ReadonlyMap<string, number>;
  readonly view: PartitionsView;
  readonly nowMs: number;
}

/** The calendar of an endpoint; undefined for an event type that was never applied. */
export function calendarOf(endpoint: Endpoint, firstApplied: ReadonlyMap<string, number>): Calendar | undefined {
  if (endpoint.kind === 'event') {
    const startMs = firstApplied.get(endpoint.id);
    return startMs === undefined ? undefined : { grain: endpoint.grain, startMs, offset: durationOf('PT0S') };
  }
  const startMs = parseTimestamp(`${endpoint.start}T00:00:00Z`);
  // The schema of the declaration has checked the date.
  if (startMs === undefined) throw new RangeError(`${endpoint.id} starts on no day`);
  return { grain: endpoint.grain, startMs, offset: durationOf(endpoint.offset), schedule: endpoint.schedule };
}

/** Whether a partition exists or is expected. */
export function isKnown(moment: Moment, id: EndpointId, key: PartitionKey): boolean {
  if (moment.view.summary(id, key) !== undefined) return true;
  const endpoint = moment.catalog.endpoints[id];
  if (endpoint === undefined || grainOf(key) !== endpoint.grain) return false;
  const calendar = calendarOf(endpoint, moment.firstApplied);
  if (calendar === undefined || !isExpected(calendar, key, moment.nowMs)) return false;
  return endpoint.kind === 'event' || hasInput(moment, endpoint, key);
}

/** Lists that were made in a moment: an endpoint is asked for by each of its consumers. */
const lists = new WeakMap<Moment, Map<EndpointId, readonly PartitionKey[]>>();

/** Every partition that exists or is expected, oldest first; within one moment the same list. */
export function knownKeys(moment: Moment, id: EndpointId): readonly PartitionKey[] {
  const made = lists.get(moment) ?? new Map<EndpointId, readonly PartitionKey[]>();
  lists.set(moment, made);
  const keys = made.get(id) ?? listKeys(moment, id);
  made.set(id, keys);
  return keys;
}

function listKeys(moment: Moment, id: EndpointId): readonly PartitionKey[] {
  const endpoint = moment.catalog.endpoints[id];
  const keys = new Set<PartitionKey>(moment.view.keys(id));
  if (endpoint !== undefined) for (const key of expectedKeys(moment, endpoint)) keys.add(key);
  return [...keys].sort();
}

/** The partitions that the calendar of an endpoint expects, in no order; some of them exist. */
function* expectedKeys(moment: Moment, endpoint: Endpoint): Generator<PartitionKey> {
  const calendar = calendarOf(endpoint, moment.firstApplied);
  if (calendar === undefined) return;
  if (endpoint.kind === 'event') {
    yield* expectedPartitions(calendar, moment.nowMs);
    return;
  }
  const [first, last] = [firstPartition(calendar), lastExpected(calendar, moment.nowMs)];
  if (last === undefined) return;
  for (const input of otherInputs(endpoint)) {
    const inputKeys = knownKeys(moment, input.endpoint);
    if (input.window.kind === 'latest' || inputKeys[0] === ALL) {
      if (inputKeys.length > 0) yield* keysBetween(first, last);
      continue;
    }
    for (const inputKey of inputKeys) {
      for (const key of consumersOf(input.window, inputKey, endpoint.grain)) if (key >= first && key <= last) yield key;
    }
  }
}

/** Whether anything that a partition would be made of exists or is expected: without that it is not expected itself. */
function hasInput(moment: Moment, endpoint: SqlEndpoint, key: PartitionKey): boolean {
  return otherInputs(endpoint).some((input) => {
    const grain = moment.catalog.endpoints[input.endpoint]?.grain;
    if (grain === undefined) return false;
    const need = inputNeed(input.window, key, grain);
    if (need.kind !== 'keys') return knownKeys(moment, input.endpoint).length > 0;
    return [...need.required, ...need.later].some((inputKey) => isKnown(moment, input.endpoint, inputKey));
  });
}

/** What an endpoint reads besides itself: its own earlier partitions are no reason for a later one to exist. */
function otherInputs(endpoint: SqlEndpoint): readonly EndpointInput[] {
  return endpoint.inputs.filter((input) => input.endpoint !== endpoint.id);
}
