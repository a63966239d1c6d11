/** Which objects a bucket's lifecycle rules delete. Source: https://cloud.google.com/storage/docs/lifecycle#conditions */
import type { LifecycleCondition, LifecycleRule } from './buckets/lifecycle-rules.ts';
import type { StoredObject } from './objects/object.ts';
import { STATE } from './tables.ts';

const DAY_MS = 24 * 3600 * 1000;

type Test = (object: StoredObject, nowMs: number) => boolean;

/** One test per condition, from the condition's value. */
const TESTS: { [Name in keyof LifecycleCondition]-?: (value: NonNullable<LifecycleCondition[Name]>) => Test } = {
  age: (days) => (object, nowMs) => nowMs - object.createdMs >= days * DAY_MS,
  createdBefore: (date) => (object) => object.createdMs < Date.parse(date),
  customTimeBefore: (date) => (object) => customTimeMs(object) < Date.parse(date),
  daysSinceCustomTime: (days) => (object, nowMs) => nowMs - customTimeMs(object) >= days * DAY_MS,
  daysSinceNoncurrentTime: (days) => (object, nowMs) => nowMs - (object.noncurrentMs ?? Infinity) >= days * DAY_MS,
  isLive: (wanted) => (object) => (object.state === STATE.live) === wanted,
  matchesPrefix: (prefixes) => (object) => prefixes.some((prefix) => object.name.startsWith(prefix)),
  matchesStorageClass: (classes) => (object) => classes.includes(object.properties.storageClass),
  matchesSuffix: (suffixes) => (object) => suffixes.some((suffix) => object.name.endsWith(suffix)),
  noncurrentTimeBefore: (date) => (object) => (object.noncurrentMs ?? Infinity) < Date.parse(date),
  // Counted by the caller, who knows the other generations.
  numNewerVersions: () => () => true,
};

/**
 * Whether any rule deletes this object now.
 * @param newerVersions how many newer generations of the name there are; asked for only when a rule counts them
 */
export function isDueForDeletion(
  object: StoredObject,
  rules: readonly LifecycleRule[],
  context: { readonly nowMs: number; newerVersions(): number },
): boolean {
  return rules.some(({ action, condition }) => {
    if (action.type !== 'Delete') return false;
    const holds = Object.entries(condition).every(([name, value]) =>
      // Sound: a condition's value has the type of its name.
      (TESTS[name as keyof LifecycleCondition] as (value: unknown) => Test)(value)(object, context.nowMs),
    );
    return (
      holds &&
      (condition.numNewerVersions ?? 0) <= (condition.numNewerVersions === undefined ? 0 : context.newerVersions())
    );
  });
}

/** Whether a bucket's rules ever delete anything. */
export function deletes(rules: readonly LifecycleRule[] | undefined): boolean {
  return rules?.some(({ action }) => action.type === 'Delete') ?? false;
}

function customTimeMs(object: StoredObject): number {
  return object.properties.customTime === undefined ? Infinity : Date.parse(object.properties.customTime);
}
