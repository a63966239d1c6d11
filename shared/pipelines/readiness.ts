// Owns whether a partition can be built: which generations of its inputs it would read, or what is missing.
import type { EndpointInput, SqlEndpoint } from '../catalog/endpoint.ts';
import { addDuration, durationOf } from '../platform/duration.ts';
import type { EndpointId } from '../platform/ids.ts';
import { isKnown, knownKeys, type Moment } from './horizon.ts';
import { inputNeed } from './input-window.ts';
import { boundsOf, type PartitionKey } from './partition-key.ts';
import type { InputPin, PartitionState } from './partition-record.ts';
import type { PartitionSummary } from './partition-summary.ts';
import { isRebuiltByItself } from './restatement.ts';

/** An input that a partition waits for. */
export interface MissingInput {
  readonly endpoint: EndpointId;
  /** The partition that is waited for; none when any would do and there is none. */
  readonly key?: PartitionKey | undefined;
  readonly state: PartitionState | 'expected' | 'absent';
}

/** Whether a partition can be built now. */
export type Readiness =
  | { readonly kind: 'ready'; readonly pins: readonly InputPin[] }
  | { readonly kind: 'missing'; readonly missing: readonly MissingInput[] };

/** What building a partition would read, at this moment. */
export function readinessOf(moment: Moment, endpoint: SqlEndpoint, key: PartitionKey): Readiness {
  const pins: InputPin[] = [];
  const missing: MissingInput[] = [];
  for (const input of endpoint.inputs) {
    const found = lookAt(moment, input, key);
    pins.push(...found.pins);
    missing.push(...found.missing);
  }
  return missing.length > 0 ? { kind: 'missing', missing } : { kind: 'ready', pins };
}

/** Whether what a run has read is still what it pinned: it may commit only then. */
export function pinHolds(pin: InputPin, now: PartitionSummary | undefined): boolean {
  // While a new generation is being copied, nobody can tell which of the two was read.
  return now !== undefined && now.generation === pin.generation && now.state !== 'committing';
}

interface Found {
  readonly pins: readonly InputPin[];
  readonly missing: readonly MissingInput[];
}

function lookAt(moment: Moment, input: EndpointInput, key: PartitionKey): Found {
  const grain = moment.catalog.endpoints[input.endpoint]?.grain;
  if (grain === undefined) return { pins: [], missing: [{ endpoint: input.endpoint, state: 'absent' }] };
  const need = inputNeed(input.window, key, grain);
  if (need.kind === 'latest') return latest(moment, input);
  const known =
    need.kind === 'everything'
      ? knownKeys(moment, input.endpoint)
      : need.required.filter((inputKey) => isKnown(moment, input.endpoint, inputKey));
  const later = need.kind === 'everything' ? [] : need.later;
  const settled = known.filter((inputKey) => isSettled(moment, input.endpoint, inputKey));
  const pinned = [...settled, ...later.filter((inputKey) => isSettled(moment, input.endpoint, inputKey))];
  const pins = pinned.map((inputKey) => pinOf(moment, input.endpoint, inputKey));
  if (settled.length >= needed(input, known.length)) return { pins, missing: [] };
  const unsettled = known.filter((inputKey) => !settled.includes(inputKey));
  return { pins, missing: missingOf(moment, input.endpoint, unsettled) };
}

function needed({ require: needs }: EndpointInput, known: number): number {
  if (needs === 'all') return known;
  return needs === 'any' ? Math.min(1, known) : needs.min;
}

function latest(moment: Moment, { endpoint, maxAge }: EndpointInput): Found {
  const key = moment.view.keys(endpoint).findLast((candidate) => {
    const summary = moment.view.summary(endpoint, candidate);
    return (summary?.generation ?? 0) > 0 && isSettled(moment, endpoint, candidate);
  });
  if (key === undefined) return { pins: [], missing: [{ endpoint, state: 'absent' }] };
  const tooOld = maxAge !== undefined && addDuration(boundsOf(key).endMs, durationOf(maxAge)) < moment.nowMs;
  return tooOld
    ? { pins: [], missing: [{ endpoint, state: 'absent' }] }
    : { pins: [pinOf(moment, endpoint, key)], missing: [] };
}

function missingOf(moment: Moment, endpoint: EndpointId, unsettled: readonly PartitionKey[]): readonly MissingInput[] {
  if (unsettled.length === 0) return [{ endpoint, state: 'absent' }];
  return unsettled.map((key) => ({ endpoint, key, state: moment.view.summary(endpoint, key)?.state ?? 'expected' }));
}

/** Whether a partition will stay as it is as far as anybody knows. */
function isSettled(moment: Moment, id: EndpointId, key: PartitionKey): boolean {
  const state = moment.view.summary(id, key)?.state;
  if (state === 'published' || state === 'skipped') return true;
  const endpoint = moment.catalog.endpoints[id];
  return state === 'stale' && endpoint?.kind === 'sql' && !isRebuiltByItself(moment, endpoint);
}

function pinOf({ view }: Moment, endpoint: EndpointId, key: PartitionKey): InputPin {
  return { endpoint, key, generation: view.summary(endpoint, key)?.generation ?? 0 };
}
