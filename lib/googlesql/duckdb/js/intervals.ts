/** Intervals: made, added up, taken apart and brought into another form. */

import { MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_MINUTE, MICROS_PER_SECOND } from '../../values/civil.ts';
import { divideInterval, negateInterval, sumIntervals } from '../../values/date-arithmetic.ts';
import { inBounds, intervalOf, intervalText, parseInterval } from '../../values/interval.ts';
import type { IntervalValue } from '../../values/sql-value.ts';
import { js, named } from './define.ts';

function between(left: bigint, right: bigint, dates: boolean): IntervalValue {
  if (dates) return { months: 0, days: Number((left - right) / MICROS_PER_DAY), micros: 0n };
  const days = (left - right) / MICROS_PER_DAY;
  return { months: 0, days: Number(days), micros: left - right - days * MICROS_PER_DAY };
}

const intervalPart: Readonly<Record<string, (value: IntervalValue) => bigint>> = {
  YEAR: ({ months }) => BigInt(Math.trunc(months / 12)),
  MONTH: ({ months }) => BigInt(months % 12),
  DAY: ({ days }) => BigInt(days),
  HOUR: ({ micros }) => micros / MICROS_PER_HOUR,
  MINUTE: ({ micros }) => (micros / MICROS_PER_MINUTE) % 60n,
  SECOND: ({ micros }) => (micros / MICROS_PER_SECOND) % 60n,
  MILLISECOND: ({ micros }) => (micros / 1000n) % 1000n,
  MICROSECOND: ({ micros }) => micros % MICROS_PER_SECOND,
};

function justify(value: IntervalValue, what: string): IntervalValue {
  let { months, days, micros } = value;
  if (what !== 'DAYS') {
    const whole = micros / MICROS_PER_DAY;
    days += Number(whole);
    micros -= whole * MICROS_PER_DAY;
  }
  if (what !== 'HOURS') {
    const whole = Math.trunc(days / 30);
    months += whole;
    days -= whole * 30;
  }
  return inBounds(
    what === 'INTERVAL'
      ? sameSigns({ months, days, micros })
      : what === 'HOURS'
        ? dayAndTime({ months, days, micros })
        : monthAndDay({ months, days, micros }),
  );
}

function dayAndTime({ months, days, micros }: IntervalValue): IntervalValue {
  if (days > 0 && micros < 0n) return { months, days: days - 1, micros: micros + MICROS_PER_DAY };
  return days < 0 && micros > 0n
    ? { months, days: days + 1, micros: micros - MICROS_PER_DAY }
    : { months, days, micros };
}

function monthAndDay({ months, days, micros }: IntervalValue): IntervalValue {
  if (months > 0 && days < 0) return { months: months - 1, days: days + 30, micros };
  return months < 0 && days > 0 ? { months: months + 1, days: days - 30, micros } : { months, days, micros };
}

function sameSigns(value: IntervalValue): IntervalValue {
  const total = (BigInt(value.months) * 30n + BigInt(value.days)) * MICROS_PER_DAY + value.micros;
  const days = total / MICROS_PER_DAY;
  return { months: Number(days / 30n), days: Number(days % 30n), micros: total % MICROS_PER_DAY };
}

export const intervalFunctions = named({
  gs_interval: js('(INT64, STRING) -> INTERVAL', intervalOf),
  gs_make_interval: js('([INT64], [INT64], [INT64], [INT64], [INT64], [INT64]) -> INTERVAL', (...parts) => {
    const [year = 0n, month = 0n, day = 0n, hour = 0n, minute = 0n, second = 0n] = parts;
    return inBounds({
      months: Number(year * 12n + month),
      days: Number(day),
      micros: ((hour * 60n + minute) * 60n + second) * MICROS_PER_SECOND,
    });
  }),
  gs_parse_interval: js('(STRING) -> INTERVAL', parseInterval),
  gs_interval_text: js('(INTERVAL) -> STRING', intervalText),
  gs_interval_part: js('(INTERVAL, STRING) -> INT64', (value, part) => intervalPart[part]?.(value) ?? null),
  gs_interval_add: js('(INTERVAL, INTERVAL) -> INTERVAL', (a, b) => sumIntervals([a, b])),
  gs_interval_negate: js('(INTERVAL) -> INTERVAL', negateInterval),
  gs_interval_multiply: js('(INTERVAL, INT64) -> INTERVAL', ({ months, days, micros }, by) =>
    inBounds({ months: months * Number(by), days: days * Number(by), micros: micros * by }),
  ),
  gs_interval_divide: js('(INTERVAL, INT64) -> INTERVAL', divideInterval),
  gs_interval_sum: js('(ARRAY<INTERVAL>) -> INTERVAL', (list) => {
    const present = list.filter((one) => one !== null);
    return present.length === 0 ? null : sumIntervals(present);
  }),
  gs_interval_average: js('(ARRAY<INTERVAL>) -> INTERVAL', (list) => {
    const present = list.filter((one) => one !== null);
    return present.length === 0 ? null : divideInterval(sumIntervals(present), BigInt(present.length));
  }),
  gs_interval_between: js('(DATETIME, DATETIME, BOOL) -> INTERVAL', between),
  gs_interval_elapsed: js('(TIMESTAMP, TIMESTAMP) -> INTERVAL', (left, right) =>
    inBounds({ months: 0, days: 0, micros: left - right }),
  ),
  gs_interval_of_times: js('(TIME, TIME) -> INTERVAL', (left, right) => ({ months: 0, days: 0, micros: left - right })),
  gs_justify: js('(INTERVAL, STRING) -> INTERVAL', justify),
});
