// Owns which partitions of an input a partition needs, by the `window` of its declaration, and which ones an input wakes.
import { keyContaining, keysWithin, isFiner, latestClosed } from './grain-mapping.ts';
import {
  ALL,
  boundsOf,
  type Grain,
  grainOf,
  HOUR_MS,
  keyAt,
  keysBetween,
  type PartitionKey,
  shiftKey,
} from './partition-key.ts';

/** Which partitions of an input a partition reads. */
export type InputWindow =
  /** `same`, the default: the same key; of a finer input all keys inside; of a coarser one the latest closed. */
  | { readonly kind: 'same' }
  /** `latest`: whichever partition is the newest published one when the run starts. */
  | { readonly kind: 'latest' }
  /** `-27..0`, and `previous` for `-1..-1`: the consumer's own keys, so many partitions before and after, each mapped as `same`. */
  | { readonly kind: 'offsets'; readonly from: number; readonly to: number }
  /** `0..72h`: what lies between so many hours after the partition's start and so many after its end. */
  | { readonly kind: 'hours'; readonly from: number; readonly to: number };

/** What a partition needs of one input. */
export type InputNeed =
  /** These keys: the first build waits for `required`, and each of `later` rebuilds it when it is published. */
  | { readonly kind: 'keys'; readonly required: readonly PartitionKey[]; readonly later: readonly PartitionKey[] }
  /** The newest published partition, whichever it is. */
  | { readonly kind: 'latest' }
  /** Everything that is published: an `all` partition of a partitioned input. */
  | { readonly kind: 'everything' };

/** The forms of a window, in the words in which an error says what is allowed. */
export const WINDOW_FORMS =
  'same, latest, previous, offsets in partitions such as -27..0, or hours or days such as 0..72h';
/** Longest reach of a window, in partitions or hours: what more could not be pinned in one run's record. */
const MAX_REACH = 10_000;

/** The window that a text names; undefined when it names none. */
export function parseInputWindow(text: string): InputWindow | undefined {
  if (text === 'same' || text === 'latest') return { kind: text };
  if (text === 'previous') return { kind: 'offsets', from: -1, to: -1 };
  const match = /^(-?\d{1,5})\.\.(-?\d{1,5})([hd]?)$/.exec(text);
  if (match === null) return undefined;
  const unit = match[3] ?? '';
  const factor = unit === 'd' ? 24 : 1;
  // Adding zero makes -0 the plain one, so that equal windows are equal.
  const [from, to] = [Number(match[1]) * factor + 0, Number(match[2]) * factor + 0];
  if (Math.abs(from) > MAX_REACH || Math.abs(to) > MAX_REACH) return undefined;
  if (unit === '') return from > to ? undefined : { kind: 'offsets', from, to };
  return { kind: 'hours', from, to };
}

/** What the partition `key` of a consumer needs of an input of `inputGrain`. */
export function inputNeed(window: InputWindow, key: PartitionKey, inputGrain: Grain): InputNeed {
  if (window.kind === 'latest') return { kind: 'latest' };
  if (window.kind === 'same') return sameNeed(key, inputGrain);
  return window.kind === 'offsets' ? offsetsNeed(window, key, inputGrain) : hoursNeed(window, key, inputGrain);
}

/**
 * The partitions of a consumer of `consumerGrain` that read the partition `input`: exactly those whose `inputNeed` lists it.
 * Nothing for `latest`, which pins at the start of a run and is not woken.
 */
export function consumersOf(window: InputWindow, input: PartitionKey, consumerGrain: Grain): readonly PartitionKey[] {
  if (window.kind === 'latest') return [];
  if (consumerGrain === 'all') return [ALL];
  // Every partition reads an `all` input; which of them to wake only the consumer's calendar can tell.
  if (input === ALL) return [];
  if (window.kind === 'hours') return hourConsumers(window, input, consumerGrain);
  const same = sameConsumers(input, consumerGrain);
  const [first, last] = [same.at(0), same.at(-1)];
  if (first === undefined || last === undefined) return [];
  if (window.kind === 'same') return same;
  return [...keysBetween(shiftKey(first, -window.to), shiftKey(last, -window.from))];
}

function sameNeed(key: PartitionKey, inputGrain: Grain): InputNeed {
  const grain = grainOf(key);
  if (grain === 'all') return inputGrain === 'all' ? exactly([ALL]) : { kind: 'everything' };
  if (grain === inputGrain) return exactly([key]);
  return exactly(isFiner(inputGrain, grain) ? keysWithin(key, inputGrain) : [latestClosed(key, inputGrain)]);
}

function offsetsNeed(window: { from: number; to: number }, key: PartitionKey, inputGrain: Grain): InputNeed {
  if (key === ALL) return sameNeed(key, inputGrain);
  const keys = new Set<PartitionKey>();
  for (const own of keysBetween(shiftKey(key, window.from), shiftKey(key, window.to))) {
    const need = sameNeed(own, inputGrain);
    if (need.kind === 'keys') for (const input of need.required) keys.add(input);
  }
  return exactly([...keys]);
}

function hoursNeed(window: { from: number; to: number }, key: PartitionKey, inputGrain: Grain): InputNeed {
  if (key === ALL || inputGrain === 'all') return sameNeed(key, inputGrain);
  const { startMs, endMs } = boundsOf(key);
  const [fromMs, toMs] = [startMs + window.from * HOUR_MS, endMs + window.to * HOUR_MS];
  if (fromMs >= toMs) return exactly([]);
  const keys = [...keysBetween(keyAt(inputGrain, fromMs), keyAt(inputGrain, toMs - 1))];
  const required = keys.filter((input) => boundsOf(input).startMs < endMs);
  return { kind: 'keys', required, later: keys.slice(required.length) };
}

function sameConsumers(input: PartitionKey, consumerGrain: Grain): readonly PartitionKey[] {
  const grain = grainOf(input);
  if (grain === consumerGrain) return [input];
  if (isFiner(grain, consumerGrain)) return [keyContaining(input, consumerGrain)];
  // A coarser input serves every finer key that closes from its end on, until the next one has closed.
  const fromMs = boundsOf(input).endMs;
  const toMs = boundsOf(shiftKey(input, 1)).endMs;
  const candidates = [...keysBetween(keyAt(consumerGrain, fromMs - 1), keyAt(consumerGrain, toMs - 1))];
  return candidates.filter((key) => latestClosed(key, grain) === input);
}

function hourConsumers(
  window: { from: number; to: number },
  input: PartitionKey,
  consumerGrain: Grain,
): readonly PartitionKey[] {
  const { startMs, endMs } = boundsOf(input);
  const first = keyAt(consumerGrain, startMs - window.to * HOUR_MS);
  const last = keyAt(consumerGrain, endMs - window.from * HOUR_MS - 1);
  return [...keysBetween(first, last)].filter((key) => {
    const need = hoursNeed(window, key, grainOf(input));
    return need.kind === 'keys' && (need.required.includes(input) || need.later.includes(input));
  });
}

function exactly(required: readonly PartitionKey[]): InputNeed {
  return { kind: 'keys', required, later: [] };
}
