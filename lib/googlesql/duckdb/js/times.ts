/** Dates, times and instants. */

import {
  daysOfCivil,
  isoWeek,
  isoYearStart,
  isValidCivil,
  MAX_MICROS,
  microsOfTime,
  MICROS_PER_DAY,
  MICROS_PER_HOUR,
  MICROS_PER_MINUTE,
  MIN_MICROS,
  splitMicros,
} from '../../values/civil.ts';
import { addInterval, microsOfPart, moveCivil, moveDate, moveInstant, moveTime } from '../../values/date-arithmetic.ts';
import { bucketOf, DEFAULT_ORIGIN_DAYS } from '../../values/bucket.ts';
import { dateText, dateTimeText, timestampText, timeText } from '../../values/date-time-text.ts';
import { checkElementCount } from '../../values/output-size.ts';
import { ValueError } from '../../values/sql-value.ts';
import { valueOfText } from '../../values/text-value.ts';
import { formatTime } from '../../values/time-format.ts';
import { parseInstantText, parseTimeText } from '../../values/time-parse.ts';
import { timeZone, toCivil, toInstant } from '../../values/time-zone.ts';
import { js, named } from './define.ts';

const utc = timeZone('UTC');
const defaultOrigin = BigInt(DEFAULT_ORIGIN_DAYS) * MICROS_PER_DAY;

function date(year: bigint, month: bigint, day: bigint): number {
  const civil = { year: Number(year), month: Number(month), day: Number(day) };
  if (!isValidCivil(civil))
    throw new ValueError(
      `Input calculates to invalid date: ${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`,
    );
  return daysOfCivil(civil.year, civil.month, civil.day);
}

function time(hour: bigint, minute: bigint, second: bigint): bigint {
  const leap = second === 60n ? 60n : 59n;
  if (hour < 0n || hour > 23n || minute < 0n || minute > 59n || second < 0n || second > leap) {
    throw new ValueError(
      `Input calculates to invalid time: ${[hour, minute, second].map((part) => String(part).padStart(2, '0')).join(':')}`,
    );
  }
  return (
    microsOfTime({ hour: Number(hour), minute: Number(minute), second: Number(second), micros: 0 }) % MICROS_PER_DAY
  );
}

function instant(civilMicros: bigint, zone: string): bigint {
  const micros = toInstant(civilMicros, timeZone(zone));
  if (micros < MIN_MICROS || micros > MAX_MICROS)
    throw new ValueError(`Cannot convert Datetime ${dateTimeText(civilMicros)} at timezone ${zone} to a Timestamp`);
  return micros;
}

function floorTo(micros: bigint, unit: bigint): bigint {
  const remainder = micros % unit;
  return micros - (remainder < 0n ? remainder + unit : remainder);
}

/** Units a date or time has gone through between two points. */
const boundaries = (left: bigint, right: bigint, unit: bigint): bigint =>
  (floorTo(left, unit) - floorTo(right, unit)) / unit;

function ofUnix(value: bigint, unit: bigint): bigint {
  const micros = value * unit;
  if (micros < MIN_MICROS || micros > MAX_MICROS)
    throw new ValueError(`TIMESTAMP value is out of allowed range: from ${MIN_MICROS} to ${MAX_MICROS}.`);
  return micros;
}

function generateDates(start: number, end: number, count: bigint, part: string): readonly number[] {
  if (count === 0n) throw new ValueError('Sequence step cannot be 0.');
  const out: number[] = [];
  for (let i = 0n; ; i++) {
    const next = moveDate(start, i * count, part);
    if (count > 0n ? next > end : next < end) return out;
    checkElementCount(out.length);
    out.push(next);
  }
}

function generateInstants(start: bigint, end: bigint, count: bigint, part: string): readonly bigint[] {
  const step = count * (microsOfPart[part] ?? 0n);
  if (step === 0n) throw new ValueError('Sequence step cannot be 0.');
  const out: bigint[] = [];
  for (let next = start; step > 0n ? next <= end : next >= end; next += step) {
    checkElementCount(out.length);
    out.push(next);
  }
  return out;
}

export const timeFunctions = named({
  gs_date: js('(INT64, INT64, INT64) -> DATE', date),
  gs_time: js('(INT64, INT64, INT64) -> TIME', time),
  gs_datetime: js('(INT64, INT64, INT64, INT64, INT64, INT64) -> DATETIME', (...parts) => {
    const [year, month, day, hour, minute, second] = parts;
    try {
      return BigInt(date(year, month, day)) * MICROS_PER_DAY + time(hour, minute, second);
    } catch {
      // Google pads the hour to four digits here (ConstructDatetime in zetasql/public/functions/date_time_util.cc).
      const [y, m, d, h, min, sec] = parts.map((part, i) => String(part).padStart(i % 3 === 0 ? 4 : 2, '0'));
      const shown = `${y}-${m}-${d} ${h}:${min}:${sec}`;
      throw new ValueError(`Input calculates to invalid datetime: ${shown}`);
    }
  }),
  gs_date_add: js('(DATE, INT64, STRING) -> DATE', (days, count, part) => moveDate(days, count, part)),
  gs_date_sub: js('(DATE, INT64, STRING) -> DATE', (days, count, part) => moveDate(days, -count, part, 'back')),
  gs_datetime_add: js('(DATETIME, INT64, STRING) -> DATETIME', moveCivil),
  gs_datetime_sub: js('(DATETIME, INT64, STRING) -> DATETIME', (micros, count, part) =>
    moveCivil(micros, -count, part),
  ),
  gs_timestamp_add: js('(TIMESTAMP, INT64, STRING) -> TIMESTAMP', (micros, count, part) =>
    moveInstant(micros, count, part),
  ),
  gs_timestamp_sub: js('(TIMESTAMP, INT64, STRING) -> TIMESTAMP', (micros, count, part) =>
    moveInstant(micros, -count, part, 'back'),
  ),
  gs_time_add: js('(TIME, INT64, STRING) -> TIME', moveTime),
  gs_time_sub: js('(TIME, INT64, STRING) -> TIME', (ofDay, count, part) => moveTime(ofDay, -count, part)),
  gs_time_diff: js('(TIME, TIME, STRING) -> INT64', (left, right, part) =>
    boundaries(left, right, microsOfPart[part] ?? 1n),
  ),
  gs_time_truncate: js('(TIME, STRING) -> TIME', (ofDay, part) => floorTo(ofDay, microsOfPart[part] ?? 1n)),
  gs_truncate_hour: js('(TIMESTAMP, STRING) -> TIMESTAMP', (micros, zone) => {
    const offset = timeZone(zone).offsetAt(micros);
    return floorTo(micros + offset, MICROS_PER_HOUR) - offset;
  }),
  gs_iso_year_start: js('(DATE) -> DATE', (days) => isoYearStart(isoWeek(days).year)),
  gs_civil: js('(TIMESTAMP, STRING) -> DATETIME', (micros, zone) => toCivil(micros, timeZone(zone))),
  gs_civil_instant: js('(DATETIME, STRING) -> TIMESTAMP', instant),
  gs_timestamp_of_unix: js('(INT64, INT64) -> TIMESTAMP', ofUnix),
  gs_timestamp_of_text: js(
    '(STRING, STRING) -> TIMESTAMP',
    (text, zone) => valueOfText(text, 'TIMESTAMP', timeZone(zone)) as bigint,
  ),
  gs_timestamp_text: js('(TIMESTAMP, STRING) -> STRING', (micros, zone) => timestampText(micros, timeZone(zone))),
  gs_date_text: js('(DATE) -> STRING', dateText),
  gs_time_text: js('(TIME) -> STRING', timeText),
  gs_datetime_text: js('(DATETIME) -> STRING', (micros) => dateTimeText(micros)),
  gs_parse_date_text: js('(STRING) -> DATE', (text) => valueOfText(text, 'DATE', utc) as number),
  gs_parse_time_text: js('(STRING) -> TIME', (text) => valueOfText(text, 'TIME', utc) as bigint),
  gs_parse_datetime_text: js('(STRING) -> DATETIME', (text) => valueOfText(text, 'DATETIME', utc) as bigint),
  gs_format_date: js('(STRING, DATE) -> STRING', (format, days) =>
    formatTime(format, { civilMicros: BigInt(days) * MICROS_PER_DAY }, 'DATE'),
  ),
  gs_format_time: js('(STRING, TIME) -> STRING', (format, ofDay) => formatTime(format, { civilMicros: ofDay }, 'TIME')),
  gs_format_datetime: js('(STRING, DATETIME) -> STRING', (format, micros) =>
    formatTime(format, { civilMicros: micros }, 'DATETIME'),
  ),
  gs_format_timestamp: js('(STRING, TIMESTAMP, STRING) -> STRING', (format, micros, zone) => {
    const offset = timeZone(zone).offsetAt(micros);
    return formatTime(
      format,
      { civilMicros: micros + offset, zone: { offset, name: zoneAbbreviation(offset) } },
      'TIMESTAMP',
    );
  }),
  gs_parse_date: js(
    '(STRING, STRING) -> DATE',
    (format, text) => splitMicros(parseTimeText(format, text, 'DATE').civilMicros).days,
  ),
  gs_parse_time: js(
    '(STRING, STRING) -> TIME',
    (format, text) => splitMicros(parseTimeText(format, text, 'TIME').civilMicros).ofDay,
  ),
  gs_parse_datetime: js('(STRING, STRING) -> DATETIME', (format, text) => {
    const { civilMicros, unixSeconds } = parseTimeText(format, text, 'DATETIME');
    return unixSeconds === undefined ? civilMicros : unixSeconds * 1_000_000n;
  }),
  gs_parse_timestamp: js('(STRING, STRING, STRING) -> TIMESTAMP', (format, text, zone) =>
    parseInstantText(format, text, timeZone(zone)),
  ),
  gs_generate_dates: js('(DATE, DATE, INT64, STRING) -> ARRAY<DATE>', generateDates),
  gs_generate_timestamps: js('(TIMESTAMP, TIMESTAMP, INT64, STRING) -> ARRAY<TIMESTAMP>', generateInstants),
  gs_date_bucket: js('(DATE, INTERVAL, [DATE]) -> DATE', (days, width, origin = DEFAULT_ORIGIN_DAYS) => {
    if (width.micros !== 0n)
      throw new ValueError('DATE_BUCKET only supports bucket width INTERVAL with MONTH or DAY parts');
    const civil = (day: number): bigint => BigInt(day) * MICROS_PER_DAY;
    return splitMicros(bucketOf(civil(days), width, civil(origin), 'DATE_BUCKET')).days;
  }),
  gs_datetime_bucket: js('(DATETIME, INTERVAL, [DATETIME]) -> DATETIME', (micros, width, origin = defaultOrigin) =>
    bucketOf(micros, width, origin, 'DATETIME_BUCKET'),
  ),
  gs_timestamp_bucket: js(
    '(TIMESTAMP, INTERVAL, [TIMESTAMP]) -> TIMESTAMP',
    (micros, width, origin = defaultOrigin) => {
      if (width.months !== 0)
        throw new ValueError('TIMESTAMP_BUCKET only supports bucket width INTERVAL with DAY and SECOND parts');
      return bucketOf(micros, width, origin, 'TIMESTAMP_BUCKET');
    },
  ),
  gs_datetime_plus: js('(DATETIME, INTERVAL) -> DATETIME', addInterval),
  gs_timestamp_plus: js('(TIMESTAMP, INTERVAL) -> TIMESTAMP', (micros, interval) => {
    if (interval.months !== 0)
      throw new ValueError('TIMESTAMP +/- INTERVAL is not supported for intervals with non-zero MONTH or YEAR part.');
    return ofUnix(micros + BigInt(interval.days) * MICROS_PER_DAY + interval.micros, 1n);
  }),
});

/** `%Z`: BigQuery names zones by their offset. */
function zoneAbbreviation(offset: bigint): string {
  const minutes = Number(offset / MICROS_PER_MINUTE);
  if (minutes === 0) return 'UTC';
  const size = Math.abs(minutes);
  const rest = size % 60 === 0 ? '' : String(size % 60).padStart(2, '0');
  return `UTC${minutes < 0 ? '-' : '+'}${Math.floor(size / 60)}${rest}`;
}
