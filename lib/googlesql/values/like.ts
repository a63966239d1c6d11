/** LIKE: `%` any run, `_` one character or byte, backslash escapes. Source: GoogleSQL "LIKE operator". */

import { ValueError } from './sql-value.ts';

/** In a compiled pattern: any run, and any one unit; everything else is the unit itself. */
const RUN = -1;
const ONE = -2;
const [PERCENT, UNDERSCORE, BACKSLASH] = [0x25, 0x5f, 0x5c];

function compile(units: readonly number[]): readonly number[] {
  const out: number[] = [];
  for (let i = 0; i < units.length; i++) {
    const unit = units[i] ?? 0;
    if (unit === PERCENT) out.push(RUN);
    else if (unit === UNDERSCORE) out.push(ONE);
    else if (unit !== BACKSLASH) out.push(unit);
    else {
      const escaped = units[++i];
      if (escaped === undefined) throw new ValueError('LIKE pattern ends with a backslash');
      out.push(escaped);
    }
  }
  return out;
}

/** Only the last run is ever tried again, so the time is at most the product of both lengths. */
function matches(units: readonly number[], pattern: readonly number[]): boolean {
  let at = 0;
  let next = 0;
  let run = -1;
  let runAt = 0;
  while (at < units.length) {
    const wanted = pattern[next];
    if (wanted === RUN) {
      run = next++;
      runAt = at;
    } else if (wanted === ONE || wanted === units[at]) {
      at++;
      next++;
    } else if (run >= 0) {
      next = run + 1;
      at = ++runAt;
    } else {
      return false;
    }
  }
  while (pattern[next] === RUN) next++;
  return next === pattern.length;
}

const characters = (text: string): readonly number[] => Array.from(text, (one) => one.codePointAt(0) ?? 0);

/** Whether a text is like a pattern. Throws a `ValueError` at a pattern that ends with a backslash. */
export function likeText(text: string, pattern: string): boolean {
  return matches(characters(text), compile(characters(pattern)));
}

/** The same of bytes. */
export function likeBytes(bytes: Uint8Array, pattern: Uint8Array): boolean {
  return matches([...bytes], compile([...pattern]));
}

/** How patterns count: whether one that fits decides (ANY) or one that does not (ALL), of LIKE or NOT LIKE. */
interface Quantified {
  readonly anyDecides: boolean;
  readonly negated: boolean;
  /** What no pattern at all gives. */
  readonly ofNone: boolean;
}

/** A quantified LIKE as the engine names it: `ANY`, `ALL`, `NOT ANY`, `NOT ALL`. */
export function quantified(mode: string | null, ofNone: boolean | null): Quantified {
  return {
    anyDecides: mode?.endsWith('ANY') === true,
    negated: mode?.startsWith('NOT') === true,
    ofNone: ofNone === true,
  };
}

/**
 * LIKE over a list of patterns, with SQL's three truth values. Source: GoogleSQL "Quantified LIKE operator", semantic
 * rules.
 */
export function likeEach<T>(
  value: T | null,
  patterns: readonly (T | null)[] | null,
  { anyDecides, negated, ofNone }: Quantified,
  like: (value: T, pattern: T) => boolean,
): boolean | null {
  if (patterns === null || patterns.length === 0) return ofNone;
  if (value === null) return null;
  let unknown = false;
  for (const pattern of patterns) {
    if (pattern === null) unknown = true;
    else if ((like(value, pattern) !== negated) === anyDecides) return anyDecides;
  }
  return unknown ? null : !anyDecides;
}
