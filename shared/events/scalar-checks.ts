// Owns the checks of values that are one value: their types, coercions and limits, compiled once per declared field.
import { RE2JS } from 're2js';
import type { FieldType } from '../catalog/field.ts';
import type { JsonValue } from '../platform/canonical-json.ts';
import { parseDate } from '../platform/civil-date.ts';
import { formatInstant, parseInstant } from '../platform/timestamp.ts';
import { isDeeperThan } from './bounds.ts';
import { type Check, fail } from './check.ts';
import { MAX_DEPTH } from './limits.ts';
import { FORMAT_RULES } from './string-formats.ts';

type StringType = Extract<FieldType, { kind: 'string' }>;
type EnumType = Extract<FieldType, { kind: 'enum' }>;

/** Limits of a number; without one there is none but the type's own. */
export interface NumberLimits {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

/** The limit of bytes or of the text of JSON. */
export interface LengthLimit {
  readonly maxLength: number;
}

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
/** NUMERIC has 29 digits before the point and 9 behind it. https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#decimal_types */
const NUMERIC_TEXT = /^-?\d{1,29}(\.\d{1,9})?$/;
const BASE64_TEXT = /^[A-Za-z0-9+/]*={0,2}$/;

/** A text: well-formed Unicode within its length, pattern and format. */
export function stringCheck({ minLength, maxLength, pattern, format }: StringType): Check {
  const matcher = pattern === undefined ? undefined : RE2JS.compile(pattern);
  const form = format === undefined ? undefined : FORMAT_RULES[format];
  return (value, failure) => {
    if (typeof value !== 'string') return fail(failure, 'wrong_type', 'Send a text.');
    if (value.length > maxLength) return fail(failure, 'too_long', `Send at most ${maxLength} characters.`);
    if (value.length < minLength) return fail(failure, 'too_short', `Send at least ${minLength} characters.`);
    // BigQuery takes UTF-8 only, and a lone surrogate has none.
    if (!value.isWellFormed()) return fail(failure, 'bad_format', 'Send well-formed Unicode, without lone surrogates.');
    if (matcher !== undefined && !matcher.matches(value))
      return fail(failure, 'bad_format', 'Send a text that matches the declared pattern.');
    if (form !== undefined && !form.is(value)) return fail(failure, 'bad_format', `Send ${form.wanted}.`);
    return value;
  };
}

/** One of the declared values. */
export function enumCheck({ values }: EnumType): Check {
  const allowed = new Set(values);
  const hint = `Send one of: ${values.slice(0, 20).join(', ')}${values.length > 20 ? ', …' : ''}.`;
  return (value, failure) => {
    if (typeof value !== 'string') return fail(failure, 'wrong_type', hint);
    return allowed.has(value) ? value : fail(failure, 'not_in_enum', hint);
  };
}

/** True or false; no text or number stands for them. */
export const boolCheck: Check = (value, failure) =>
  typeof value === 'boolean' ? value : fail(failure, 'wrong_type', 'Send true or false.');

/**
 * A whole number of 64 bits: as a JSON number while JavaScript holds it exactly, as a text of digits beyond. Kept as a number
 * when that is exact, else as the shortest text, which BigQuery takes for INT64 alike.
 */
export function int64Check({ min, max }: NumberLimits): Check {
  const [least, most] = [min ?? Number.MIN_SAFE_INTEGER, max ?? Number.MAX_SAFE_INTEGER];
  const [bigLeast, bigMost] = [
    min === undefined ? INT64_MIN : BigInt(min),
    max === undefined ? INT64_MAX : BigInt(max),
  ];
  const range = `Send a whole number${rangeWords(min, max)}.`;
  return (value, failure) => {
    if (typeof value === 'number') {
      if (!Number.isInteger(value)) return fail(failure, 'wrong_type', range);
      if (!Number.isSafeInteger(value))
        return fail(failure, 'wrong_type', 'Send a whole number this large as a text of digits.');
      // Adding zero makes -0 the plain one.
      return value >= least && value <= most ? value + 0 : fail(failure, 'out_of_range', range);
    }
    if (typeof value !== 'string' || !/^-?\d{1,19}$/.test(value)) return fail(failure, 'wrong_type', range);
    const exact = BigInt(value);
    if (exact < bigLeast || exact > bigMost) return fail(failure, 'out_of_range', range);
    return Number.isSafeInteger(Number(exact)) ? Number(exact) : String(exact);
  };
}

/** A finite number. */
export function float64Check({ min = -Infinity, max = Infinity }: NumberLimits): Check {
  const hint = `Send a number${rangeWords(min === -Infinity ? undefined : min, max === Infinity ? undefined : max)}.`;
  return (value, failure) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) return fail(failure, 'wrong_type', hint);
    return value >= min && value <= max ? value : fail(failure, 'out_of_range', hint);
  };
}

/** An exact decimal, as a number or, to be exact, as a text; kept as a text. */
export function numericCheck({ min = -Infinity, max = Infinity }: NumberLimits): Check {
  const hint = 'Send a decimal of at most 29 digits before and 9 behind the point, as a text to be exact.';
  const range = `Send a decimal${rangeWords(min === -Infinity ? undefined : min, max === Infinity ? undefined : max)}.`;
  return (value, failure) => {
    if (typeof value !== 'number' && typeof value !== 'string') return fail(failure, 'wrong_type', hint);
    const text = String(value);
    if (!NUMERIC_TEXT.test(text)) return fail(failure, typeof value === 'number' ? 'wrong_type' : 'bad_format', hint);
    const approximate = Number(text);
    return approximate >= min && approximate <= max ? text : fail(failure, 'out_of_range', range);
  };
}

/** An instant in RFC 3339, kept in UTC with at most microseconds. */
export const timestampCheck: Check = (value, failure) => {
  const hint = 'Send a time with its offset, such as 2026-08-01T13:00:00Z.';
  if (typeof value !== 'string') return fail(failure, 'wrong_type', hint);
  const instant = parseInstant(value);
  return instant === undefined ? fail(failure, 'bad_format', hint) : formatInstant(instant);
};

/** A day of the calendar. */
export const dateCheck: Check = (value, failure) => {
  const hint = 'Send a day such as 2026-08-01.';
  if (typeof value !== 'string') return fail(failure, 'wrong_type', hint);
  return parseDate(value) === undefined ? fail(failure, 'bad_format', hint) : value;
};

/** Bytes in base64 with padding (RFC 4648 section 4). */
export function bytesCheck({ maxLength }: LengthLimit): Check {
  const maxText = Math.ceil(maxLength / 3) * 4;
  const hint = 'Send bytes in base64 with padding.';
  return (value, failure) => {
    if (typeof value !== 'string') return fail(failure, 'wrong_type', hint);
    if (value.length > maxText) return fail(failure, 'too_long', `Send at most ${maxLength} bytes.`);
    if (value.length % 4 !== 0 || !BASE64_TEXT.test(value)) return fail(failure, 'bad_format', hint);
    const padding = value.endsWith('==') ? 2 : Number(value.endsWith('='));
    return (value.length / 4) * 3 - padding > maxLength
      ? fail(failure, 'too_long', `Send at most ${maxLength} bytes.`)
      : value;
  };
}

/** Any JSON, within its depth and the length of its text. */
export function jsonCheck({ maxLength }: LengthLimit): Check {
  return (value, failure) => {
    if (isDeeperThan(value, MAX_DEPTH)) return fail(failure, 'too_deep', `Nest at most ${MAX_DEPTH} levels.`);
    const text = JSON.stringify(value);
    if (text.length > maxLength) return fail(failure, 'too_long', `Send at most ${maxLength} characters of JSON.`);
    // JSON.stringify escapes lone surrogates, so that only the escape tells; a quote or backslash before it is escaped too.
    if (/(?<!\\)(\\\\)*\\ud[89a-f]/.test(text))
      return fail(failure, 'bad_format', 'Send well-formed Unicode, without lone surrogates.');
    // It was parsed from JSON, so it is a value of JSON.
    return value as JsonValue;
  };
}

function rangeWords(min: number | undefined, max: number | undefined): string {
  if (min !== undefined && max !== undefined) return ` between ${min} and ${max}`;
  if (min !== undefined) return ` of at least ${min}`;
  return max === undefined ? '' : ` of at most ${max}`;
}
