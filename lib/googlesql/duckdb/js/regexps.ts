/** Regular expressions in RE2's syntax and linear time. */

import { RE2JS, type Matcher } from 're2js';
import { checkValueSize } from '../../values/output-size.ts';
import { remembered } from '../../values/remembered.ts';
import { ValueError } from '../../values/sql-value.ts';
import { js, named } from './define.ts';

const REMEMBERED_PATTERNS = 500;

const compile = remembered(REMEMBERED_PATTERNS, (pattern): RE2JS => {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    const reason =
      error instanceof Error ? error.message.replace(/^error parsing regexp: /, '').replaceAll('`', '') : 'invalid';
    throw new ValueError(`Cannot parse regular expression: ${reason}`);
  }
});

/** Extraction gives the whole match, or the only group. */
function extracting(pattern: string): { readonly regexp: RE2JS; readonly group: number } {
  const regexp = compile(pattern);
  const groups = regexp.groupCount();
  if (groups > 1)
    throw new ValueError(
      `Regular expressions passed into extraction functions must not have more than 1 capturing group`,
    );
  return { regexp, group: groups };
}

/** The matcher at the wanted occurrence from a position (in characters, from 1), or null. */
function find(regexp: RE2JS, text: string, position: bigint, occurrence: bigint): Matcher | null {
  if (position <= 0n) throw new ValueError('Position must be positive');
  if (occurrence <= 0n) throw new ValueError('Occurrence must be positive');
  const start = unitOffset(text, Number(position) - 1);
  if (start === undefined) return null;
  const matcher = regexp.matcher(text);
  let left = occurrence;
  for (let found = matcher.find(start); found; found = matcher.find()) {
    if (--left === 0n) return matcher;
  }
  return null;
}

/** Offset in UTF-16 units of a character; undefined behind the end. */
function unitOffset(text: string, characters: number): number | undefined {
  let units = 0;
  let left = characters;
  for (const character of text) {
    if (left-- === 0) return units;
    units += character.length;
  }
  return left <= 0 ? units : undefined;
}

function extract(text: string, pattern: string, position = 1n, occurrence = 1n): string | null {
  const { regexp, group } = extracting(pattern);
  const matcher = find(regexp, text, position, occurrence);
  return matcher === null ? null : (matcher.group(group) ?? '');
}

function extractAll(text: string, pattern: string): readonly string[] {
  const { regexp, group } = extracting(pattern);
  const matcher = regexp.matcher(text);
  const out: string[] = [];
  while (matcher.find()) {
    // Nothing is found behind the last character, unless there is none.
    if (matcher.start() === text.length && text !== '' && matcher.end() === text.length) break;
    out.push(matcher.group(group) ?? '');
  }
  return out;
}

const characterCount = (text: string): number => Array.from(text).length;

interface Search {
  readonly position: bigint;
  readonly occurrence: bigint;
  readonly behind: bigint;
}

function indexOf(text: string, pattern: string, { position, occurrence, behind }: Search): bigint {
  if (behind !== 0n && behind !== 1n) throw new ValueError('Occurrence position must be 0 or 1');
  if (text === '' || pattern === '') return 0n;
  const { regexp, group } = extracting(pattern);
  const matcher = find(regexp, text, position, occurrence);
  if (matcher === null) return 0n;
  const at = behind === 1n ? matcher.end(group) : matcher.start(group);
  return BigInt(characterCount(text.slice(0, at)) + 1);
}

/** `\1` and `\\` in a replacement. */
function replace(text: string, pattern: string, replacement: string): string {
  const regexp = compile(pattern);
  const groups = regexp.groupCount();
  const parts = parseReplacement(replacement, groups);
  const matcher = regexp.matcher(text);
  let out = '';
  let last = 0;
  while (matcher.find()) {
    out += text.slice(last, matcher.start());
    for (const part of parts) out += typeof part === 'number' ? (matcher.group(part) ?? '') : part;
    checkValueSize(out.length);
    last = matcher.end();
  }
  return out + text.slice(last);
}

function parseReplacement(replacement: string, groups: number): readonly (string | number)[] {
  return (replacement.match(/\\[^]?|[^\\]+/g) ?? []).map((part) => {
    if (!part.startsWith('\\')) return part;
    const escaped = part.charAt(1);
    if (escaped === '\\') return '\\';
    if (!/\d/.test(escaped))
      throw new ValueError(`Invalid REGEXP_REPLACE pattern: \\ must be followed by a digit or \\`);
    if (Number(escaped) > groups) {
      throw new ValueError(`Invalid REGEXP_REPLACE pattern: invalid group ${escaped}; pattern has ${groups}`);
    }
    return Number(escaped);
  });
}

/** Bytes as characters of the same numbers. */
const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1');

export const regexpFunctions = named({
  gs_regexp_extract: js('(STRING, STRING, [INT64], [INT64]) -> STRING', extract),
  gs_regexp_extract_all: js('(STRING, STRING) -> ARRAY<STRING>', extractAll),
  gs_regexp_instr: js('(STRING, STRING, [INT64], [INT64], [INT64]) -> INT64', (text, pattern, ...rest) => {
    const [position = 1n, occurrence = 1n, behind = 0n] = rest;
    return indexOf(text, pattern, { position, occurrence, behind });
  }),
  gs_regexp_replace: js('(STRING, STRING, STRING) -> STRING', replace),
  gs_bytes_regexp_contains: js('(BYTES, BYTES) -> BOOL', (bytes, pattern) =>
    compile(latin(pattern)).matcher(latin(bytes)).find(),
  ),
  gs_bytes_regexp_extract: js('(BYTES, BYTES, [INT64], [INT64]) -> BYTES', (bytes, pattern, ...rest) => {
    const found = extract(latin(bytes), latin(pattern), ...rest);
    return found === null ? null : bytesOf(found);
  }),
  gs_bytes_regexp_extract_all: js('(BYTES, BYTES) -> ARRAY<BYTES>', (bytes, pattern) =>
    extractAll(latin(bytes), latin(pattern)).map(bytesOf),
  ),
  gs_bytes_regexp_instr: js('(BYTES, BYTES, [INT64], [INT64], [INT64]) -> INT64', (bytes, pattern, ...rest) => {
    const [position = 1n, occurrence = 1n, behind = 0n] = rest;
    return indexOf(latin(bytes), latin(pattern), { position, occurrence, behind });
  }),
  gs_bytes_regexp_replace: js('(BYTES, BYTES, BYTES) -> BYTES', (bytes, pattern, replacement) =>
    bytesOf(replace(latin(bytes), latin(pattern), latin(replacement))),
  ),
});
