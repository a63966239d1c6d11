/** JSONPath as GoogleSQL has it: `$.a.b[0]`, `$."a b"`, and the legacy `$['a b']`. */

import type { JsonValue } from './json.ts';
import { ValueError } from './sql-value.ts';

export type PathStep =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'element'; readonly index: number };

const parsed = new Map<string, readonly PathStep[]>();
const CACHED_PATHS = 1000;

/** A step in today's syntax: `.name`, `."any name"`, `[0]`. */
const standardStep = /\.(?:"((?:[^"\\]|\\.)*)"|([^.[\]"]+))|\[\s*(\d+)\s*\]/y;
/** A step in the legacy functions' syntax: `.name`, `[name]`, `['any name']`, `[0]`. */
const legacyStep = /(?:\.([^.[\]"']+)|\[\s*['"]((?:[^'"\\]|\\.)*)['"]\s*\]|\[\s*(\d+)\s*\]|\[\s*([^\]'"\s]+)\s*\])/y;

/** The steps of a path. Throws a `ValueError` in Google's words. */
export function parseJsonPath(path: string, legacy: boolean): readonly PathStep[] {
  const key = `${legacy ? 'l' : 's'}${path}`;
  const known = parsed.get(key);
  if (known !== undefined) return known;
  const steps = readSteps(path, legacy);
  if (parsed.size >= CACHED_PATHS) parsed.clear();
  parsed.set(key, steps);
  return steps;
}

function readSteps(path: string, legacy: boolean): readonly PathStep[] {
  if (/^\s*(?:lax|strict)\b/i.test(path)) throw new ValueError('Modes of JSONPath are not supported locally');
  if (!path.startsWith('$')) throw new ValueError("JSONPath must start with '$'");
  const step = legacy ? legacyStep : standardStep;
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
