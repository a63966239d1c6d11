// Owns instants as text: strict RFC 3339 in, one canonical UTC form out.
import { DAY_MS, digits, formatDate, pad, parseDate } from './civil-date.ts';

/** An instant: whole milliseconds since the epoch, and the microseconds (0 to 999) beyond them. */
export interface Instant {
  readonly epochMs: number;
  readonly micros: number;
}

/** First and last millisecond that GoogleSQL's TIMESTAMP can hold: 0001-01-01 to 9999-12-31. */
export const MIN_TIMESTAMP_MS = -62_135_596_800_000;
export const MAX_TIMESTAMP_MS = 253_402_300_799_999;

const SECONDS_AT = 19;
const [PLUS, MINUS, DOT, COLON, UPPER_T, UPPER_Z] = [43, 45, 46, 58, 84, 90];

/**
 * An RFC 3339 instant such as `2026-08-01T13:00:00.123456Z` or `2026-08-01T15:00:00+02:00`. Digits beyond microseconds are
 * cut, because TIMESTAMP holds no more. Undefined when the text is anything else: no offset, a leap second, no such day.
 */
export function parseInstant(text: string): Instant | undefined {
  const day = text.length >= 20 ? parseDate(text.slice(0, 10)) : undefined;
  const timeMs = timeOfDayMs(text);
  if (day === undefined || timeMs === undefined) return undefined;
  const fractionEnd = endOfFraction(text);
  const offsetMs = offsetOf(text, fractionEnd);
  if (offsetMs === undefined || fractionEnd === SECONDS_AT + 1) return undefined;
  const micros = fractionMicros(text, fractionEnd);
  const epochMs = day * DAY_MS + timeMs + Math.floor(micros / 1000) - offsetMs;
  if (epochMs < MIN_TIMESTAMP_MS || epochMs > MAX_TIMESTAMP_MS) return undefined;
  return { epochMs, micros: micros % 1000 };
}

/** Milliseconds since the epoch of an RFC 3339 text, as `parseInstant` reads it. */
export function parseTimestamp(text: string): number | undefined {
  return parseInstant(text)?.epochMs;
}

/** An instant as `2026-08-01T13:00:00.123Z`, always UTC, with microseconds only when there are some. */
export function formatInstant({ epochMs, micros }: Instant): string {
  const text = formatTimestamp(epochMs);
  return micros === 0 ? text : `${text.slice(0, -1)}${pad(micros, 3)}Z`;
}

/** Milliseconds since the epoch as `2026-08-01T13:00:00.123Z`. */
export function formatTimestamp(epochMs: number): string {
  const epochDay = Math.floor(epochMs / DAY_MS);
  const ms = epochMs - epochDay * DAY_MS;
  const hour = TWO_DIGITS[Math.floor(ms / 3_600_000)];
  const minute = TWO_DIGITS[Math.floor(ms / 60_000) % 60];
  const second = TWO_DIGITS[Math.floor(ms / 1000) % 60];
  return `${dateText(epochDay)}T${hour}:${minute}:${second}.${pad(ms % 1000, 3)}Z`;
}

const TWO_DIGITS = Array.from({ length: 60 }, (_, value) => pad(value, 2));

/** The date that was written last: nearly every time that is written is of the same day as the one before. */
let last = { epochDay: 0, text: formatDate(0) };

function dateText(epochDay: number): string {
  if (epochDay !== last.epochDay) last = { epochDay, text: formatDate(epochDay) };
  return last.text;
}

function timeOfDayMs(text: string): number | undefined {
  if (text.charCodeAt(10) !== UPPER_T || text.charCodeAt(13) !== COLON || text.charCodeAt(16) !== COLON)
    return undefined;
  const [hour, minute, second] = [digits(text, 11, 13), digits(text, 14, 16), digits(text, 17, SECONDS_AT)];
  if (hour < 0 || minute < 0 || second < 0 || hour > 23 || minute > 59 || second > 59) return undefined;
  return (hour * 60 + minute) * 60_000 + second * 1000;
}

function endOfFraction(text: string): number {
  if (text.charCodeAt(SECONDS_AT) !== DOT) return SECONDS_AT;
  let at = SECONDS_AT + 1;
  while (digits(text, at, at + 1) >= 0) at += 1;
  return at;
}

function fractionMicros(text: string, end: number): number {
  if (end === SECONDS_AT) return 0;
  return Number(text.slice(SECONDS_AT + 1, Math.min(end, SECONDS_AT + 7)).padEnd(6, '0'));
}

function offsetOf(text: string, at: number): number | undefined {
  if (text.charCodeAt(at) === UPPER_Z) return text.length === at + 1 ? 0 : undefined;
  const sign = text.charCodeAt(at);
  if ((sign !== PLUS && sign !== MINUS) || text.length !== at + 6 || text.charCodeAt(at + 3) !== COLON)
    return undefined;
  const [hours, minutes] = [digits(text, at + 1, at + 3), digits(text, at + 4, at + 6)];
  if (hours < 0 || minutes < 0 || hours > 23 || minutes > 59) return undefined;
  return (hours * 60 + minutes) * (sign === PLUS ? 60_000 : -60_000);
}
