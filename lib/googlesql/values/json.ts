/** JSON values: exact numbers, keys in order, and Google's canonical text. */

import { generalText } from './float-text.ts';
import { ValueError } from './sql-value.ts';

/** A number by its canonical text, so that integers beyond 2^53 stay exact. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A JSON value. Objects keep the first of two equal keys, as Google's parser does. */
export type JsonValue = null | boolean | string | JsonNumber | readonly JsonValue[] | ReadonlyMap<string, JsonValue>;

/** What happens to numbers that neither 64-bit integers nor doubles hold exactly. */
export type WideNumbers = 'exact' | 'round';

/** `unfinished`: objects and arrays may end with the text, as functions that read text do not validate it. */
export type DocumentExtent = 'whole' | 'unfinished';

/** How deep a document may nest. Source: BigQuery limits, "JSON nesting". */
const MAX_NESTING = 500;

class JsonReader {
  readonly #text: string;
  readonly #wide: WideNumbers;
  readonly #extent: DocumentExtent;
  #at = 0;

  constructor(text: string, wide: WideNumbers, extent: DocumentExtent) {
    this.#text = text;
    this.#wide = wide;
    this.#extent = extent;
  }

  whole(): JsonValue {
    const value = this.#value(0);
    this.#blank();
    if (this.#at < this.#text.length) throw this.#unexpected();
    return value;
  }

  #blank(): void {
    while (' \t\n\r'.includes(this.#text.charAt(this.#at)) && this.#at < this.#text.length) this.#at++;
  }

  #unexpected(parsing = 'value', wanted = ''): ValueError {
    const found =
      this.#at >= this.#text.length
        ? 'unexpected end of input'
        : `invalid literal; last read: '${this.#text.slice(0, this.#at + 1).slice(-20)}'`;
    return new ValueError(`syntax error while parsing ${parsing} - ${found}${wanted}`);
  }

  #value(depth: number): JsonValue {
    if (depth > MAX_NESTING)
      throw new ValueError(`Max nesting of ${MAX_NESTING} has been exceeded while parsing JSON document`);
    this.#blank();
    const character = this.#text.charAt(this.#at);
    if (character === '{') return this.#object(depth);
    if (character === '[') return this.#array(depth);
    if (character === '"') return this.#string();
    for (const [word, value] of [
      ['null', null],
      ['true', true],
      ['false', false],
    ] as const) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    return this.#number();
  }

  #object(depth: number): JsonValue {
    const members = new Map<string, JsonValue>();
    this.#at++;
    this.#blank();
    if (this.#take('}')) return members;
    do {
      this.#blank();
      if (this.#text.charAt(this.#at) !== '"') throw this.#unexpected('object key', '; expected string literal');
      const key = this.#string();
      this.#blank();
      if (!this.#take(':')) throw this.#unexpected();
      const value = this.#value(depth + 1);
      if (!members.has(key)) members.set(key, value);
      this.#blank();
    } while (this.#take(','));
    if (!this.#take('}') && !this.#isCutOff()) throw this.#unexpected();
    return members;
  }

  #array(depth: number): JsonValue {
    const elements: JsonValue[] = [];
    this.#at++;
    this.#blank();
    if (this.#take(']')) return elements;
    do {
      elements.push(this.#value(depth + 1));
      this.#blank();
    } while (this.#take(','));
    if (!this.#take(']') && !this.#isCutOff()) throw this.#unexpected();
    return elements;
  }

  #isCutOff(): boolean {
    return this.#extent === 'unfinished' && this.#at >= this.#text.length;
  }

  #take(character: string): boolean {
    if (this.#text.charAt(this.#at) !== character) return false;
    this.#at++;
    return true;
  }

  #string(): string {
    const start = this.#at;
    for (let i = start + 1; i < this.#text.length; i++) {
      const character = this.#text.charAt(i);
      if (character === '\\') i++;
      else if (character === '"') {
        this.#at = i + 1;
        try {
          return JSON.parse(this.#text.slice(start, i + 1)) as string;
        } catch {
          throw new ValueError('syntax error while parsing value - invalid string');
        }
      }
    }
    throw new ValueError('syntax error while parsing value - missing closing quote');
  }

  #number(): JsonNumber {
    const pattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#text)?.[0];
    if (text === undefined) throw this.#unexpected();
    this.#at += text.length;
    return jsonNumber(text, this.#wide);
  }
}

/** Parses a document. Throws a `ValueError` whose message is the reason only. */
export function parseJson(text: string, wide: WideNumbers = 'exact', extent: DocumentExtent = 'whole'): JsonValue {
  return new JsonReader(text, wide, extent).whole();
}

const MIN_INT64 = -(2n ** 63n);
const MAX_UINT64 = 2n ** 64n - 1n;

function jsonNumber(text: string, wide: WideNumbers): JsonNumber {
  if (/^-?\d+$/.test(text)) {
    const integer = BigInt(text);
    if (integer >= MIN_INT64 && integer <= MAX_UINT64) return new JsonNumber(text === '-0' ? '-0.0' : String(integer));
  }
  const value = Number(text);
  if (!Number.isFinite(value)) throw new ValueError(`Input number: ${text} is out of range`);
  if (wide === 'exact' && !roundTrips(text, value)) {
    throw new ValueError(`Input number: ${text} cannot round-trip through string representation`);
  }
  return new JsonNumber(jsonFloatText(value));
}

/** Whether a decimal text means exactly what the shortest text of its double means. */
function roundTrips(text: string, value: number): boolean {
  return (
    normalisedDigits(text) === normalisedDigits(String(value)) ||
    normalisedDigits(text) === normalisedDigits(generalText(value, 17))
  );
}

function normalisedDigits(text: string): string {
  const [, integer = '', fraction = '', exponent = '0'] = /^-?(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (integer + fraction).replace(/^0+/, '');
  const trimmed = digits.replace(/0+$/, '');
  return trimmed === '' ? '0' : `${trimmed}e${Number(exponent) - fraction.length + digits.length - trimmed.length}`;
}

/** A finite double as Google's JSON writer prints it: the shortest digits, a point always, exponents from 1e15 on. */
export function jsonFloatText(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent < -5 || exponent >= 15) {
    const sign = exponent < 0 ? '-' : '+';
    return `${mantissa}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const text =
    exponent < 0 ? value.toFixed(Math.max(0, mantissa.replace(/[-.]/g, '').length - 1 - exponent)) : String(value);
  return text.includes('.') ? text : `${text}.0`;
}

/** The canonical text: no spaces, keys in order of their characters. */
export function jsonText(value: JsonValue): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return jsonStringText(value);
  if (value instanceof JsonNumber) return value.text;
  if (value instanceof Map) {
    return `{${[...value.entries()]
      .sort(byKey)
      .map(([key, member]) => `${jsonStringText(key)}:${jsonText(member as JsonValue)}`)
      .join(',')}}`;
  }
  return `[${(value as readonly JsonValue[]).map(jsonText).join(',')}]`;
}

/** The text over several lines, two spaces a level. */
export function prettyJson(value: JsonValue, indent = ''): string {
  const inner = `${indent}  `;
  if (value instanceof Map) {
    if (value.size === 0) return '{}';
    const members = [...value.entries()].sort(byKey);
    const lines = members.map(
      ([key, member]) => `${inner}${jsonStringText(key)}: ${prettyJson(member as JsonValue, inner)}`,
    );
    return `{\n${lines.join(',\n')}\n${indent}}`;
  }
  if (!Array.isArray(value)) return jsonText(value);
  if (value.length === 0) return '[]';
  const lines = (value as readonly JsonValue[]).map((element) => `${inner}${prettyJson(element, inner)}`);
  return `[\n${lines.join(',\n')}\n${indent}]`;
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A string in quotes, escaped as JSON. */
export function jsonStringText(value: string): string {
  return JSON.stringify(value);
}

/** Parses and prints: the form in which JSON values are kept. Fast for documents whose numbers are short. */
export function canonicalJson(text: string, wide: WideNumbers = 'exact'): string {
  return jsonText(parseJson(text, wide));
}
