/** Format models of CAST between STRING and dates and times: `YYYY-MM-DD HH24:MI`. Source: GoogleSQL "Format elements". */

import { remembered } from '../remembered.ts';
import { ValueError } from '../sql-value.ts';

/** What part of a date or time an element is about, as error messages name it. */
export type TimeCategory =
  | 'LITERAL'
  | 'YEAR'
  | 'MONTH'
  | 'DAY'
  | 'HOUR'
  | 'MINUTE'
  | 'SECOND'
  | 'MERIDIAN_INDICATOR'
  | 'TIME_ZONE'
  | 'CENTURY'
  | 'QUARTER'
  | 'WEEK'
  | 'ERA_INDICATOR'
  | 'MISC';

/** One element of a model. */
export interface TimeElement {
  /** Upper-case name: `MON`, `FF3`; of literals `text`, of blanks `blank`. */
  readonly name: string;
  readonly category: TimeCategory;
  /** As it is written in the model; of quoted literals what is between the quotes. */
  readonly text: string;
  readonly quoted: boolean;
}

/** Longest format model, characters. Source: GoogleSQL's limit of CAST format strings. */
const MAX_MODEL_LENGTH = 512;

const namesByCategory: Readonly<Partial<Record<TimeCategory, string>>> = {
  YEAR: 'YYYY YYY YY Y RRRR RR Y,YYY IYYY IYY IY I SYYYY YEAR SYEAR',
  MONTH: 'MM MON MONTH RM',
  DAY: 'DDD DD D DAY DY J',
  HOUR: 'HH HH12 HH24',
  MINUTE: 'MI',
  SECOND: 'SS SSSSS FF1 FF2 FF3 FF4 FF5 FF6 FF7 FF8 FF9',
  MERIDIAN_INDICATOR: 'AM PM A.M. P.M.',
  TIME_ZONE: 'TZH TZM',
  CENTURY: 'CC SCC',
  QUARTER: 'Q',
  WEEK: 'IW WW W',
  ERA_INDICATOR: 'AD BC A.D. B.C.',
  MISC: 'SP TH SPTH THSP FM',
};

const categories: ReadonlyMap<string, TimeCategory> = new Map(
  Object.entries(namesByCategory).flatMap(([category, names]) =>
    names.split(' ').map((name) => [name, category as TimeCategory] as const),
  ),
);

/** Longest first, so that `HH24` is not read as `HH`. */
const namesByLength = [...categories.keys()].toSorted((a, b) => b.length - a.length);

const REMEMBERED_MODELS = 1000;

/** The elements of a model. Throws a `ValueError` in Google's words. */
export const timeModel = remembered(REMEMBERED_MODELS, readModel);

function readModel(text: string): readonly TimeElement[] {
  if (text.length > MAX_MODEL_LENGTH) throw new ValueError(`Format string too long; limit ${MAX_MODEL_LENGTH}`);
  const elements: TimeElement[] = [];
  for (let at = 0; at < text.length;) {
    const [one, length] = elementAt(text, at);
    elements.push(one);
    at += length;
  }
  return elements;
}

function elementAt(text: string, at: number): readonly [TimeElement, number] {
  const first = text.charAt(at);
  if (first === '"') return quotedAt(text, at);
  if (first === ' ') {
    const blank = /^ +/.exec(text.slice(at))?.[0] ?? ' ';
    return [{ name: 'blank', category: 'LITERAL', text: blank, quoted: false }, blank.length];
  }
  if ("-./,';:".includes(first)) return [{ name: 'text', category: 'LITERAL', text: first, quoted: false }, 1];
  const upper = text.slice(at, at + 5).toUpperCase();
  const name = namesByLength.find((one) => upper.startsWith(one));
  if (name === undefined) throw new ValueError(`Cannot find matched format element at ${at}`);
  const category = categories.get(name) ?? 'MISC';
  return [{ name, category, text: text.slice(at, at + name.length), quoted: false }, name.length];
}

function quotedAt(text: string, at: number): readonly [TimeElement, number] {
  let out = '';
  for (let i = at + 1; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === '"') return [{ name: 'text', category: 'LITERAL', text: out, quoted: true }, i + 1 - at];
    if (character !== '\\') {
      out += character;
      continue;
    }
    const escaped = text.charAt(++i);
    if (escaped !== '\\' && escaped !== '"') {
      throw new ValueError(`Unsupported escape sequence \\${escaped} in text at ${at}`);
    }
    out += escaped;
  }
  throw new ValueError(`Cannot find matching " for quoted literal at ${at}`);
}

/** The element as error messages show it. */
export function shownElement({ name, text, quoted }: TimeElement): string {
  if (quoted) return `'"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"'`;
  return name === 'text' || name === 'blank' ? `'${text}'` : `'${name}'`;
}
