/** Labels of a bucket. Source: https://cloud.google.com/storage/docs/tags-and-labels#bucket-labels */
import { invalid, shown } from '../errors.ts';
import { MAX_LABEL_CHARACTERS, MAX_LABELS } from '../limits.ts';

export type Labels = Readonly<Record<string, string>>;

const KEY = /^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]*$/u;
const VALUE = /^[\p{Ll}\p{Lo}\p{N}_-]*$/u;

/** Labels after a change: named ones are set, those set to null removed; null or an empty object removes all. */
export function changeLabels(before: Labels | undefined, value: unknown): Labels | undefined {
  if (value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid('Invalid value for: labels is not an object');
  const entries = Object.entries(value ?? {});
  const after = new Map(entries.length === 0 ? [] : Object.entries(before ?? {}));
  for (const [key, text] of entries as [string, unknown][]) {
    if (!KEY.test(key) || characters(key) > MAX_LABEL_CHARACTERS) throw invalid(`Invalid user label: ${key}`);
    if (text === null) after.delete(key);
    else after.set(key, labelValue(key, text));
  }
  if (after.size > MAX_LABELS) {
    throw invalid(`Attempt to create a bucket with ${after.size} labels, maximum is ${MAX_LABELS}`);
  }
  return after.size === 0 ? undefined : Object.fromEntries(after);
}

/** In code points. */
function characters(text: string): number {
  return Array.from(text).length;
}

function labelValue(key: string, value: unknown): string {
  if (typeof value === 'string' && VALUE.test(value) && characters(value) <= MAX_LABEL_CHARACTERS) return value;
  throw invalid(`Invalid user label: ${key} with value ${shown(value)}`);
}
