/** CAST with FORMAT. */

import { bytesText, textBytes } from '../../values/cast-format/bytes-text.ts';
import { numberText } from '../../values/cast-format/number-text.ts';
import { readTimeByModel } from '../../values/cast-format/time-read.ts';
import { timeModelText } from '../../values/cast-format/time-text.ts';
import { MAX_MICROS, MICROS_PER_DAY, MIN_MICROS, splitMicros } from '../../values/civil.ts';
import { ValueError } from '../../values/sql-value.ts';
import { timeZone, toCivil, toInstant } from '../../values/time-zone.ts';
import { js, named } from './define.ts';

function instantByModel(text: string, format: string, zoneName: string, nowMicros: bigint): bigint {
  const zone = timeZone(zoneName);
  const { civilMicros, offsetMicros } = readTimeByModel(text, format, 'TIMESTAMP', toCivil(nowMicros, zone));
  const micros = offsetMicros === undefined ? toInstant(civilMicros, zone) : civilMicros - offsetMicros;
  if (micros < MIN_MICROS || micros > MAX_MICROS) throw new ValueError('The parsing result is out of valid time range');
  return micros;
}

export const castFormatFunctions = named({
  gs_format_bytes: js('(BYTES, STRING) -> STRING', bytesText),
  gs_bytes_by_format: js('(STRING, STRING) -> BYTES', textBytes),
  gs_format_int64: js('(INT64, STRING) -> STRING', (value, format) =>
    numberText({ type: { kind: 'INT64' }, value }, format),
  ),
  gs_format_float64: js('(FLOAT64, STRING) -> STRING', (value, format) =>
    numberText({ type: { kind: 'FLOAT64' }, value }, format),
  ),
  gs_format_numeric: js('(NUMERIC, STRING) -> STRING', (value, format) =>
    numberText({ type: { kind: 'NUMERIC' }, value }, format),
  ),
  gs_format_bignumeric: js('(BIGNUMERIC, STRING) -> STRING', (value, format) =>
    numberText({ type: { kind: 'BIGNUMERIC' }, value }, format),
  ),
  gs_date_by_model: js('(DATE, STRING) -> STRING', (days, format) =>
    timeModelText({ civilMicros: BigInt(days) * MICROS_PER_DAY }, format, 'DATE'),
  ),
  gs_time_by_model: js('(TIME, STRING) -> STRING', (ofDay, format) =>
    timeModelText({ civilMicros: ofDay }, format, 'TIME'),
  ),
  gs_datetime_by_model: js('(DATETIME, STRING) -> STRING', (civilMicros, format) =>
    timeModelText({ civilMicros }, format, 'DATETIME'),
  ),
  gs_timestamp_by_model: js('(TIMESTAMP, STRING, STRING) -> STRING', (micros, format, zone) => {
    const offsetMicros = timeZone(zone).offsetAt(micros);
    return timeModelText({ civilMicros: micros + offsetMicros, offsetMicros }, format, 'TIMESTAMP');
  }),
  gs_read_date: js(
    '(STRING, STRING, STRING, INT64) -> DATE',
    (text, format, zone, now) =>
      splitMicros(readTimeByModel(text, format, 'DATE', toCivil(now, timeZone(zone))).civilMicros).days,
  ),
  gs_read_time: js(
    '(STRING, STRING, STRING, INT64) -> TIME',
    (text, format, zone, now) =>
      splitMicros(readTimeByModel(text, format, 'TIME', toCivil(now, timeZone(zone))).civilMicros).ofDay,
  ),
  gs_read_datetime: js(
    '(STRING, STRING, STRING, INT64) -> DATETIME',
    (text, format, zone, now) => readTimeByModel(text, format, 'DATETIME', toCivil(now, timeZone(zone))).civilMicros,
  ),
  gs_read_timestamp: js('(STRING, STRING, STRING, INT64) -> TIMESTAMP', instantByModel),
});
