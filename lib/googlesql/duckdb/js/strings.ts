/** Strings: characters are Unicode code points. */

import { levenshtein } from '../../values/edit-distance.ts';
import { formatValues } from '../../values/format-function.ts';
import { likeEach, likeText, quantified } from '../../values/like.ts';
import { remembered } from '../../values/remembered.ts';
import { type SqlValue, ValueError } from '../../values/sql-value.ts';
import { textOfValue } from '../../values/value-text.ts';
import { timeZone } from '../../values/time-zone.ts';
import type { SqlType } from '../../types/sql-type.ts';
import { js, jsOfNulls, jsVolatile, named } from './define.ts';
import { checkJoinedSize, checkOutputSize } from '../../values/output-size.ts';

const REMEMBERED_TYPES = 1000;

/** The types that a call hands over as JSON. */
export const typesOf = remembered(
  REMEMBERED_TYPES,
  // Written by the template filler from the analyser's own types.
  (json): readonly SqlType[] => (json === '' ? [] : (JSON.parse(json) as readonly SqlType[])),
);

function codePoint(value: bigint): string {
  const point = Number(value);
  if (value < 0n || value > 0x10ffffn || (point >= 0xd800 && point <= 0xdfff)) {
    throw new ValueError(`Invalid codepoint ${value}`);
  }
  return String.fromCodePoint(point);
}

function pad(name: string, text: string, length: bigint, fill = ' '): string {
  if (length < 0n) throw new ValueError(`Second argument (output size) for LPAD/RPAD cannot be negative`);
  if (fill === '') throw new ValueError(`Third argument (pad pattern) for LPAD/RPAD cannot be empty`);
  checkOutputSize('LPAD/RPAD', length);
  const characters = Array.from(text);
  const missing = Number(length) - characters.length;
  if (missing <= 0) return characters.slice(0, Number(length)).join('');
  const pattern = Array.from(fill);
  const filled = Array.from({ length: missing }, (_, i) => pattern[i % pattern.length]).join('');
  const padded = name === 'LPAD' ? filled + text : text + filled;
  checkOutputSize('LPAD/RPAD', Buffer.byteLength(padded));
  return padded;
}

/** The position, from 1, of an occurrence; a negative start counts and searches from the end. */
function instr(text: string, search: string, start = 1n, occurrence = 1n): bigint {
  if (start === 0n) throw new ValueError('Position must be non-zero');
  if (occurrence <= 0n) throw new ValueError('Occurrence must be positive');
  const characters = Array.from(text);
  const wanted = Array.from(search);
  if (wanted.length === 0 || characters.length === 0) return 0n;
  const matches = (at: number): boolean => wanted.every((one, i) => characters[at + i] === one);
  const step = start > 0n ? 1 : -1;
  let at = start > 0n ? Number(start) - 1 : characters.length + Number(start);
  let left = occurrence;
  for (; at >= 0 && at < characters.length; at += step) {
    if (matches(at) && --left === 0n) return BigInt(at + 1);
  }
  return 0n;
}

function initcap(text: string, delimiters = ' \t\n\r\f\v[](){}/|<>!?@"^#$&~_,.:;*%+-'): string {
  let atStart = true;
  let out = '';
  for (const character of text) {
    out += atStart ? character.toUpperCase() : character.toLowerCase();
    atStart = delimiters.includes(character);
  }
  return out;
}

function translate(text: string, from: string, to: string): string {
  const sources = Array.from(from);
  const targets = Array.from(to);
  const map = new Map<string, string>();
  for (const [i, source] of sources.entries()) {
    if (map.has(source)) throw new ValueError('Duplicate character "' + source + '" in TRANSLATE source characters');
    map.set(source, targets[i] ?? '');
  }
  const translated = Array.from(text, (character) => map.get(character) ?? character).join('');
  checkOutputSize('TRANSLATE', Buffer.byteLength(translated));
  return translated;
}

function repeat(text: string, count: bigint): string {
  if (count < 0n) throw new ValueError('Second argument (repeat count) for REPEAT cannot be negative');
  if (text === '') return '';
  checkOutputSize('REPEAT', BigInt(Buffer.byteLength(text)) * count);
  return text.repeat(Number(count));
}

/** REPLACE with something longer, and so far more than there was. */
function replace(text: string, from: string, to: string): string {
  if (from === '') return text;
  const parts = text.split(from);
  checkOutputSize(
    'REPLACE',
    Buffer.byteLength(text) + (parts.length - 1) * (Buffer.byteLength(to) - Buffer.byteLength(from)),
  );
  return parts.join(to);
}

function joined(texts: readonly string[], separator: string): string {
  checkJoinedSize(texts, separator.length);
  return texts.join(separator);
}

const soundexCodes: Readonly<Record<string, string>> = Object.fromEntries(
  ['BFPV', 'CGJKQSXZ', 'DT', 'L', 'MN', 'R'].flatMap((letters, i) =>
    Array.from(letters, (letter) => [letter, String(i + 1)]),
  ),
);

function soundex(text: string): string {
  const letters = Array.from(text.toUpperCase()).filter((letter) => /[A-Z]/.test(letter));
  const [first] = letters;
  if (first === undefined) return '';
  // The first letter keeps its case, as BigQuery's documentation shows.
  let out = /[a-zA-Z]/.exec(text)?.[0] ?? first;
  let last = soundexCodes[first] ?? '';
  for (const letter of letters.slice(1)) {
    const code = soundexCodes[letter] ?? '';
    if (code !== '' && code !== last) out += code;
    if (letter !== 'H' && letter !== 'W') last = code;
    if (out.length === 4) break;
  }
  return out.padEnd(4, '0');
}

function cappedDistance(distance: number, longest: bigint): bigint {
  if (longest < 0n) throw new ValueError('Max distance must be non-negative');
  const exact = BigInt(distance);
  return exact > longest ? longest : exact;
}

function split(text: string, delimiter = ','): readonly string[] {
  if (delimiter === '') return Array.from(text);
  return text.split(delimiter);
}

const folded = (text: string): string => text.normalize('NFKC').toLowerCase();

/** Case folding: upper case first, so that what has no single lower case (ß) meets its like. */
function casefold(text: string, form: string): string {
  return text.normalize(form).toUpperCase().toLowerCase().normalize(form);
}

/** The search of CONTAINS_SUBSTR in a value of any type: TRUE when found, else NULL when some part is NULL. */
function containsIn(value: SqlValue, type: SqlType, search: string, zone: string): boolean | null {
  if (value === null) return null;
  if (type.kind === 'ARRAY' || type.kind === 'STRUCT') {
    const parts = value as readonly SqlValue[];
    const found = new Set(
      parts.map((part, i) =>
        containsIn(part, type.kind === 'ARRAY' ? type.element : (type.fields[i]?.type ?? type), search, zone),
      ),
    );
    return found.has(true) ? true : found.has(null) ? null : false;
  }
  return folded(textOfValue(value, type.kind, timeZone(zone))).includes(folded(search));
}

/** The texts of CONCAT's arguments in a row; NULL when one is. */
function concat(types: readonly SqlType[], zone: string, values: readonly SqlValue[]): string | null {
  let out = '';
  for (const [i, value] of values.entries()) {
    const kind = types[i]?.kind ?? 'STRING';
    if (value === null) return null;
    if (kind === 'ARRAY' || kind === 'STRUCT' || kind === 'BYTES') {
      throw new ValueError(`CONCAT does not take ${kind} beside STRING`);
    }
    out += textOfValue(value, kind, timeZone(zone));
  }
  return out;
}

export const stringFunctions = named({
  gs_like_each: jsOfNulls('(STRING, ARRAY<STRING>, STRING, BOOL) -> BOOL', (text, patterns, mode, ofNone) =>
    likeEach(text, patterns, quantified(mode, ofNone), likeText),
  ),
  gs_error: js('(STRING) -> STRING', (message) => {
    throw new ValueError(message);
  }),
  gs_ascii: js('(STRING) -> INT64', (text) => {
    if (text === '') return 0n;
    const point = text.codePointAt(0) ?? 0;
    if (point > 127) throw new ValueError('Non ASCII character found');
    return BigInt(point);
  }),
  gs_unicode: js('(STRING) -> INT64', (text) => BigInt(text.codePointAt(0) ?? 0)),
  gs_chr: js('(INT64) -> STRING', codePoint),
  gs_code_points_to_string: js('(ARRAY<INT64>) -> STRING', (points) =>
    points.includes(null) ? null : points.map((point) => codePoint(point ?? 0n)).join(''),
  ),
  gs_to_code_points: js('(STRING) -> ARRAY<INT64>', (text) =>
    Array.from(text, (character) => BigInt(character.codePointAt(0) ?? 0)),
  ),
  gs_contains_substr: js('(STRING, STRING) -> BOOL', (text, search) => folded(text).includes(folded(search))),
  gs_contains_substr_in: jsOfNulls('(STRING, STRING, STRING, ANY) -> BOOL', (types, zone, search, value) => {
    const [type] = typesOf(types ?? '');
    return search === null || type === undefined ? null : containsIn(value, type, search, zone ?? 'UTC');
  }),
  gs_concat: jsOfNulls('(STRING, STRING, ANY...) -> STRING', (types, zone, ...values) =>
    concat(typesOf(types ?? ''), zone ?? 'UTC', values),
  ),
  gs_edit_distance: js('(STRING, STRING, INT64) -> INT64', (a, b, longest) =>
    cappedDistance(levenshtein(Array.from(a), Array.from(b)), longest),
  ),
  gs_bytes_edit_distance: js('(BYTES, BYTES, INT64) -> INT64', (a, b, longest) =>
    cappedDistance(levenshtein(Array.from(a, String), Array.from(b, String)), longest),
  ),
  gs_instr: js('(STRING, STRING, [INT64], [INT64]) -> INT64', instr),
  gs_lower: js('(STRING) -> STRING', (text) => text.toLowerCase()),
  gs_upper: js('(STRING) -> STRING', (text) => text.toUpperCase()),
  gs_reverse: js('(STRING) -> STRING', (text) => Array.from(text).reverse().join('')),
  gs_initcap: js('(STRING, [STRING]) -> STRING', initcap),
  gs_pad: js('(STRING, STRING, INT64, [STRING]) -> STRING', pad),
  gs_translate: js('(STRING, STRING, STRING) -> STRING', translate),
  gs_split: js('(STRING, [STRING]) -> ARRAY<STRING>', split),
  gs_soundex: js('(STRING) -> STRING', soundex),
  gs_normalize: js('(STRING, STRING) -> STRING', (text, form) => text.normalize(form)),
  gs_casefold: js('(STRING, STRING) -> STRING', casefold),
  gs_check_length: js('(STRING, INT64) -> STRING', (text, max) => {
    const { length } = Array.from(text);
    if (BigInt(length) > max)
      throw new ValueError(`STRING(${max}) has maximum length ${max} but got a value with length ${length}`);
    return text;
  }),
  gs_array_to_string: jsOfNulls('(ARRAY<STRING>, STRING, [STRING]) -> STRING', (list, delimiter, nullText) => {
    if (list === null || delimiter === null || nullText === null) return null;
    const texts = nullText === undefined ? list.filter((one) => one !== null) : list.map((one) => one ?? nullText);
    return joined(texts, delimiter);
  }),
  gs_array_texts: jsOfNulls('(STRING, STRING, STRING, ANY, [STRING]) -> STRING', (types, zone, ...rest) => {
    const [delimiter, list, nullText] = rest;
    const [type] = typesOf(types ?? '');
    if (list === null || delimiter === null || nullText === null || type?.kind !== 'ARRAY') return null;
    const { kind } = type.element;
    if (kind === 'ARRAY' || kind === 'STRUCT' || kind === 'BYTES') {
      throw new ValueError(`ARRAY_TO_STRING does not take arrays of ${kind}`);
    }
    const texts = (list as readonly SqlValue[]).map((one) =>
      one === null ? nullText : textOfValue(one, kind, timeZone(zone ?? 'UTC')),
    );
    return texts.filter((text) => text !== undefined).join(delimiter);
  }),
  gs_string_agg: js('(ARRAY<STRING>, STRING) -> STRING', (list, delimiter) =>
    list.length === 0
      ? null
      : joined(
          list.map((one) => one ?? ''),
          delimiter,
        ),
  ),
  gs_join: js('(STRING...) -> STRING', (...texts) => joined(texts, '')),
  gs_repeat: js('(STRING, INT64) -> STRING', repeat),
  // Volatile, so that a text of constants is not made once and then copied into every row of a vector, past every limit.
  gs_repeat_each: jsVolatile('(STRING, INT64) -> STRING', repeat),
  gs_replace: js('(STRING, STRING, STRING) -> STRING', replace),
  gs_format: jsOfNulls('(STRING, STRING, STRING, ANY...) -> STRING', (format, types, zone, ...values) => {
    if (format === null) return null;
    const typed = typesOf(types ?? '').map((type, i) => ({ type, value: values[i] ?? null }));
    return formatValues(format, typed, timeZone(zone ?? 'UTC'));
  }),
});
