/** EXTRACT: one number of a date, time or interval. */

import { scalars } from './define.ts';

const week = (date: string, start: string): string =>
  `CAST((dayofyear(${date}) + 6 - (dayofweek(${date}) - ${start} + 7) % 7) // 7 AS BIGINT)`;

function ofDate(date: string): Readonly<Record<string, string>> {
  return {
    DAYOFWEEK: `CAST(dayofweek(${date}) + 1 AS BIGINT)`,
    DAY: `CAST(day(${date}) AS BIGINT)`,
    DAYOFYEAR: `CAST(dayofyear(${date}) AS BIGINT)`,
    WEEK: week(date, '0'),
    'WEEK(*)': week(date, '$weekday'),
    ISOWEEK: `CAST(week(${date}) AS BIGINT)`,
    MONTH: `CAST(month(${date}) AS BIGINT)`,
    QUARTER: `CAST(quarter(${date}) AS BIGINT)`,
    YEAR: `CAST(year(${date}) AS BIGINT)`,
    ISOYEAR: `CAST(isoyear(${date}) AS BIGINT)`,
  };
}

function ofTime(time: string): Readonly<Record<string, string>> {
  return {
    MICROSECOND: `CAST(microsecond(${time}) % 1000000 AS BIGINT)`,
    MILLISECOND: `CAST(microsecond(${time}) % 1000000 // 1000 AS BIGINT)`,
    SECOND: `CAST(second(${time}) AS BIGINT)`,
    MINUTE: `CAST(minute(${time}) AS BIGINT)`,
    HOUR: `CAST(hour(${time}) AS BIGINT)`,
  };
}

const local = 'gs_local($2, $zone3)';

const intervalParts = Object.fromEntries(
  ['YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE', 'SECOND', 'MILLISECOND', 'MICROSECOND'].map((part) => [
    part,
    `gs_interval_part($2, '${part}')`,
  ]),
);

export const extractFunctions = scalars({
  EXTRACT: {
    '(PART, DATE) -> INT64': { parts: ofDate('$2') },
    '(PART, DATETIME) -> INT64': { parts: { ...ofDate('$2'), ...ofTime('$2') } },
    '(PART, TIMESTAMP, [STRING]) -> INT64': { parts: { ...ofDate(local), ...ofTime(local) } },
    '(PART, TIME) -> INT64': { parts: ofTime('$2') },
    '(PART, INTERVAL) -> INT64': { parts: intervalParts },
  },
  'EXTRACT DATE': {
    '(DATETIME) -> DATE': 'CAST($1 AS DATE)',
    '(TIMESTAMP, [STRING]) -> DATE': 'CAST(gs_local($1, $zone2) AS DATE)',
  },
  'EXTRACT TIME': {
    '(DATETIME) -> TIME': 'CAST($1 AS TIME)',
    '(TIMESTAMP, [STRING]) -> TIME': 'CAST(gs_local($1, $zone2) AS TIME)',
  },
  'EXTRACT DATETIME': { '(TIMESTAMP, [STRING]) -> DATETIME': 'gs_local($1, $zone2)' },
});
