/** Changes of JSON values by path. Values are never changed in place; a path that leads nowhere leaves all as it is. */

import { type JsonValue } from './json.ts';
import type { PathStep } from './json-path.ts';
import { ValueError } from './sql-value.ts';

type Members = ReadonlyMap<string, JsonValue>;
type Elements = readonly JsonValue[];

/** What to do with the value at the end of a path: its new value, or undefined to leave everything as it is. */
type Change = (value: JsonValue) => JsonValue | undefined;

const isMembers = (value: JsonValue): value is Members => value instanceof Map;
const isElements = (value: JsonValue): value is Elements => Array.isArray(value);

/** The value with what is at the path changed. */
export function changeAt(value: JsonValue, steps: readonly PathStep[], change: Change): JsonValue {
  const next = changed(value, steps, change);
  return next === undefined ? value : next;
}

function changed(value: JsonValue, steps: readonly PathStep[], change: Change): JsonValue | undefined {
  const [step, ...rest] = steps;
  if (step === undefined) return change(value);
  if (step.kind === 'member') {
    const child = isMembers(value) ? value.get(step.name) : undefined;
    const next = child === undefined ? undefined : changed(child, rest, change);
    return next === undefined || !isMembers(value) ? undefined : new Map(value).set(step.name, next);
  }
  const child = isElements(value) ? value[step.index] : undefined;
  const next = child === undefined ? undefined : changed(child, rest, change);
  return next === undefined || !isElements(value) ? undefined : value.with(step.index, next);
}

/** JSON_SET: `replacement` at the path; what the path lacks is made when `missing` says so. */
export function setAt(
  value: JsonValue,
  steps: readonly PathStep[],
  replacement: JsonValue,
  missing: 'create' | 'ignore',
): JsonValue {
  if (missing === 'ignore') return changeAt(value, steps, () => replacement);
  const next = created(value, steps, replacement);
  return next === undefined ? value : next;
}

function created(value: JsonValue | undefined, steps: readonly PathStep[], end: JsonValue): JsonValue | undefined {
  const [step, ...rest] = steps;
  if (step === undefined) return end;
  const base = value ?? (step.kind === 'member' ? new Map<string, JsonValue>() : []);
  if (step.kind === 'member') {
    if (!isMembers(base)) return undefined;
    const next = created(base.get(step.name), rest, end);
    return next === undefined ? undefined : new Map(base).set(step.name, next);
  }
  if (!isElements(base)) return undefined;
  const next = created(base[step.index], rest, end);
  return next === undefined ? undefined : padded(base, step.index + 1).with(step.index, next);
}

/** Source: GoogleSQL's JSON library (`kJSONMaxArraySize`). */
const MAX_ELEMENTS = 1_000_000;

/** At least so many elements, nulls where there were none. */
function padded(elements: Elements, length: number): Elements {
  if (length > MAX_ELEMENTS) throw new ValueError(`Exceeded maximum array size of ${MAX_ELEMENTS}`);
  return [...elements, ...Array.from({ length: Math.max(0, length - elements.length) }, () => null)];
}

/** JSON_ARRAY_APPEND: more elements at the end of the array at the path; a null counts as an empty array. */
export function appendAt(value: JsonValue, steps: readonly PathStep[], more: Elements): JsonValue {
  return changeAt(value, steps, (found) => {
    if (found === null) return more;
    return isElements(found) ? [...found, ...more] : undefined;
  });
}

/** JSON_ARRAY_INSERT: elements before the one that the path names; a null counts as an empty array. */
export function insertAt(value: JsonValue, steps: readonly PathStep[], more: Elements): JsonValue {
  const last = steps.at(-1);
  if (last?.kind !== 'element') return value;
  return changeAt(value, steps.slice(0, -1), (found) => {
    if (found !== null && !isElements(found)) return undefined;
    return padded(found ?? [], last.index).toSpliced(last.index, 0, ...more);
  });
}

/** JSON_REMOVE: without the member or element that the path names. */
export function removeAt(value: JsonValue, steps: readonly PathStep[]): JsonValue {
  const last = steps.at(-1);
  return changeAt(value, steps.slice(0, -1), (found) => {
    if (last?.kind === 'member' && isMembers(found)) {
      return new Map([...found].filter(([name]) => name !== last.name));
    }
    return last?.kind === 'element' && isElements(found) ? found.filter((_, i) => i !== last.index) : undefined;
  });
}

/** What JSON_STRIP_NULLS takes away. */
export interface StripOptions {
  readonly includeArrays: boolean;
  readonly removeEmpty: boolean;
}

/** JSON_STRIP_NULLS: without nulls and, if asked, without what that leaves empty. */
export function stripNulls(value: JsonValue, options: StripOptions): JsonValue {
  const stripped = withoutNulls(value, options);
  return isDropped(stripped, options) ? null : stripped;
}

function withoutNulls(value: JsonValue, options: StripOptions): JsonValue {
  if (isMembers(value)) {
    const members = [...value].map(([name, member]) => [name, withoutNulls(member, options)] as const);
    return new Map(members.filter(([, member]) => !isDropped(member, options)));
  }
  if (!isElements(value)) return value;
  const elements = value.map((element) => withoutNulls(element, options));
  return options.includeArrays ? elements.filter((element) => !isDropped(element, options)) : elements;
}

function isDropped(value: JsonValue, { includeArrays, removeEmpty }: StripOptions): boolean {
  if (value === null) return true;
  if (!removeEmpty) return false;
  return isMembers(value) ? value.size === 0 : includeArrays && isElements(value) && value.length === 0;
}

/** How JSON_KEYS looks into arrays. */
export type KeysMode = 'strict' | 'lax' | 'lax recursive';

/** JSON_KEYS: the paths of all keys down to a depth, each once and in order. */
export function jsonKeys(value: JsonValue, maxDepth: number, mode: KeysMode): readonly string[] {
  const keys = new Set<string>();
  const visit = (one: JsonValue, prefix: string, depth: number): void => {
    if (isMembers(one)) {
      for (const [name, member] of one) {
        const key = prefix === '' ? shownKey(name) : `${prefix}.${shownKey(name)}`;
        keys.add(key);
        if (depth > 1) visit(member, key, depth - 1);
      }
    } else if (isElements(one) && mode !== 'strict') {
      for (const element of one) {
        if (isMembers(element) || mode === 'lax recursive') visit(element, prefix, depth);
      }
    }
  };
  visit(value, '', maxDepth);
  return [...keys].toSorted();
}

function shownKey(name: string): string {
  return /[^\p{L}\p{N}_\-:\s]/u.test(name) ? `"${name.replaceAll('"', '\\"')}"` : name;
}
