/** JSONPath as GoogleSQL has it: `$.a.b[0]`, `$."a b"`, and the legacy `$['a b']`. */

import type { JsonValue } from './json.ts';
import { remembered } from './remembered.ts';
import { ValueError } from './sql-value.ts';

export type PathStep =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'element'; readonly index: number };

/** A step in today's syntax: `.name`, `."any name"`, `[0]`. */
const standardStep = /\.(?:"((?:[^"\\]|\\.)*)"|([^.[\]"]+))|\[\s*(\d+)\s*\]/y;
/** A step in the legacy functions' syntax: `.name`, `[name]`, `['any name']`, `[0]`. */
const legacyStep = /(?:\.([^.[\]"']+)|\[\s*['"]((?:[^'"\\]|\\.)*)['"]\s*\]|\[\s*(\d+)\s*\]|\[\s*([^\]'"\s]+)\s*\])/y;

/** The steps of a path. Throws a `ValueError` in Google's words. */
export function parseJsonPath(path: string, legacy: boolean): readonly PathStep[] {
  return legacy ? legacySteps(path) : standardSteps(path);
}

const REMEMBERED_PATHS = 500;
const standardSteps = remembered(REMEMBERED_PATHS, (path) => readSteps(path, standardStep));
const legacySteps = remembered(REMEMBERED_PATHS, (path) => readSteps(path, legacyStep));

function readSteps(path: string, step: RegExp): readonly PathStep[] {
  if (!path.startsWith('$')) throw new ValueError("JSONPath must start with '$'");
  const steps: PathStep[] = [];
  for (let at = 1; at < path.length; at = step.lastIndex) {
    step.lastIndex = at;
    const match = step.exec(path);
    if (match === null) throw invalid(path.slice(at));
    const [, first, second, index, bare] = match;
    if (index !== undefined) steps.push({ kind: 'element', index: Number(index) });
    else steps.push({ kind: 'member', name: unescapeName(first ?? second ?? bare ?? '') });
  }
  return steps;
}

/** `lax` unwraps arrays before members and wraps values before elements; `recursive` unwraps arrays of arrays. */
export interface LaxPath {
  readonly recursive: boolean;
  readonly steps: readonly PathStep[];
}

const LAX_PREFIX = "JSONPath must start with zero or more unique modifiers followed by '$'";
const modes = /^(?:(?:lax|recursive)\s+)+/i;

/** The path of JSON_QUERY, when it starts with a mode; else undefined. Throws a `ValueError` in Google's words. */
export function parseLaxPath(path: string): LaxPath | undefined {
  const [prefix] = modes.exec(path) ?? [];
  if (prefix === undefined) return undefined;
  const words = prefix.trim().toLowerCase().split(/\s+/);
  if (new Set(words).size < words.length) throw new ValueError(LAX_PREFIX);
  if (!words.includes('lax')) {
    throw new ValueError(
      "JSONPath has an invalid combination of modifiers. The 'lax' modifier must be included if 'recursive' is specified.",
    );
  }
  const rest = path.slice(prefix.length);
  if (!rest.startsWith('$')) throw new ValueError(LAX_PREFIX);
  return { recursive: words.includes('recursive'), steps: parseJsonPath(rest, false) };
}

/** All values that a lax path reaches, in the document's order. */
export function valuesAtLaxPath(value: JsonValue, { steps, recursive }: LaxPath): readonly JsonValue[] {
  return steps.reduce<readonly JsonValue[]>(
    (reached, one) =>
      reached.flatMap((from) =>
        one.kind === 'member' ? laxMembers(from, one.name, recursive) : laxElement(from, one.index),
      ),
    [value],
  );
}

function laxMembers(value: JsonValue, name: string, recursive: boolean): readonly JsonValue[] {
  if (!Array.isArray(value)) return present(memberOf(value, name));
  return (value as readonly JsonValue[]).flatMap((element) =>
    Array.isArray(element) ? (recursive ? laxMembers(element, name, recursive) : []) : present(memberOf(element, name)),
  );
}

function laxElement(value: JsonValue, index: number): readonly JsonValue[] {
  if (Array.isArray(value)) return present(elementOf(value, index));
  return index === 0 ? [value] : [];
}

function present(value: JsonValue | undefined): readonly JsonValue[] {
  return value === undefined ? [] : [value];
}

function unescapeName(name: string): string {
  return name.replaceAll(/\\(.)/g, '$1');
}

function invalid(rest: string): ValueError {
  if (rest.startsWith('.*') || rest.startsWith('[*')) return new ValueError('Unsupported operator in JSONPath: *');
  if (rest.startsWith('..')) return new ValueError('Unsupported operator in JSONPath: ..');
  if (rest.startsWith('@') || rest.startsWith('[?')) return new ValueError('Unsupported operator in JSONPath: @');
  return new ValueError(`Invalid token in JSONPath at: ${rest}`);
}

/** The value at the end of the steps; undefined when there is none. */
export function valueAtPath(value: JsonValue, steps: readonly PathStep[]): JsonValue | undefined {
  let current: JsonValue | undefined = value;
  for (const one of steps) {
    if (current === undefined) return undefined;
    current = one.kind === 'member' ? memberOf(current, one.name) : elementOf(current, one.index);
  }
  return current;
}

/** A member of an object, else undefined. */
export function memberOf(value: JsonValue, name: string): JsonValue | undefined {
  return value instanceof Map ? (value.get(name) as JsonValue | undefined) : undefined;
}

/** An element of an array, else undefined. */
export function elementOf(value: JsonValue, index: number): JsonValue | undefined {
  return Array.isArray(value) ? (value as readonly JsonValue[])[index] : undefined;
}
