/** How each date part is truncated to, counted and added, as DuckDB templates. */

type PartTable = Readonly<Record<string, string>>;

const dateParts = ['DAY', 'WEEK', 'WEEK(*)', 'ISOWEEK', 'MONTH', 'QUARTER', 'YEAR', 'ISOYEAR'] as const;
const timeParts = ['HOUR', 'MINUTE', 'SECOND', 'MILLISECOND', 'MICROSECOND'] as const;

type DatePart = (typeof dateParts)[number];
type TimePart = (typeof timeParts)[number];

function tableOf<Part extends string>(parts: readonly Part[], template: (part: Part) => string): PartTable {
  return Object.fromEntries(parts.map((part) => [part, template(part)]));
}

/** Microseconds of the parts that have a fixed length. */
const micros: Readonly<Record<TimePart | 'DAY', number>> = {
  DAY: 86_400_000_000,
  HOUR: 3_600_000_000,
  MINUTE: 60_000_000,
  SECOND: 1_000_000,
  MILLISECOND: 1000,
  MICROSECOND: 1,
};

/** The weekday that a part's weeks start on: Sunday is 0. */
const weekStart = (part: DatePart): string => (part === 'ISOWEEK' ? '1' : part === 'WEEK' ? '0' : '$weekday');

function truncateDate(date: string, part: DatePart): string {
  switch (part) {
    case 'DAY':
      return date;
    case 'WEEK':
    case 'WEEK(*)':
    case 'ISOWEEK':
      return `(${date} - CAST((dayofweek(${date}) - ${weekStart(part)} + 7) % 7 AS INTEGER))`;
    case 'ISOYEAR':
      return `gs_iso_year_start(${date})`;
    default:
      return `CAST(date_trunc('${part.toLowerCase()}', ${date}) AS DATE)`;
  }
}

/** `DATE_TRUNC($1, part)` of a DATE. */
export const dateTruncation: PartTable = tableOf(dateParts, (part) => truncateDate('$1', part));

const truncateCivil = (civil: string, part: DatePart): string =>
  `CAST(${truncateDate(`CAST(${civil} AS DATE)`, part)} AS TIMESTAMP)`;

/** The same of a DATETIME. */
export const civilTruncation: PartTable = {
  ...tableOf(dateParts, (part) => truncateCivil('$1', part)),
  ...tableOf(timeParts, (part) => `date_trunc('${part.toLowerCase()}', $1)`),
};

/** The same of a TIMESTAMP in the zone of the third argument. */
export const instantTruncation: PartTable = {
  ...tableOf(dateParts, (part) => `gs_instant(${truncateCivil('gs_local($1, $zone3)', part)}, $zone3)`),
  ...tableOf(timeParts, (part) => `date_trunc('${part.toLowerCase()}', $1)`),
  HOUR: 'gs_truncate_hour($1, $zone3)',
};

/** The same of a TIME. */
export const timeTruncation: PartTable = tableOf(timeParts, (part) => `gs_time_truncate($1, '${part}')`);

function dateBoundaries(left: string, right: string, part: DatePart): string {
  switch (part) {
    case 'DAY':
      return `CAST(${left} - ${right} AS BIGINT)`;
    case 'WEEK':
    case 'WEEK(*)':
    case 'ISOWEEK':
      return `CAST((${truncateDate(left, part)} - ${truncateDate(right, part)}) // 7 AS BIGINT)`;
    case 'ISOYEAR':
      return `CAST(isoyear(${left}) - isoyear(${right}) AS BIGINT)`;
    default:
      return `date_diff('${part.toLowerCase()}', ${right}, ${left})`;
  }
}

/** Boundaries of a part between two DATEs. */
export const dateDifference: PartTable = tableOf(dateParts, (part) => dateBoundaries('$1', '$2', part));

/** The same between two DATETIMEs. */
export const civilDifference: PartTable = {
  ...tableOf(dateParts, (part) => dateBoundaries('CAST($1 AS DATE)', 'CAST($2 AS DATE)', part)),
  ...tableOf(timeParts, (part) => `date_diff('${part.toLowerCase()}', $2, $1)`),
};

/** Whole parts that have gone by between two TIMESTAMPs. */
export const elapsedDifference: PartTable = tableOf(
  ['DAY', ...timeParts] as const,
  (part) => `((epoch_us($1) - epoch_us($2)) // ${micros[part]})`,
);

/** Boundaries of a part between two TIMEs. */
export const timeDifference: PartTable = tableOf(timeParts, (part) => `gs_time_diff($1, $2, '${part}')`);

/** `name($1, count, 'part')` for the parts that a DATE can be moved by. */
export function movedByDays(name: string): PartTable {
  return tableOf(['DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'] as const, (part) => `${name}($1, $2, '${part}')`);
}

/** The same of a DATETIME: times too. */
export function movedByAll(name: string): PartTable {
  return { ...movedByDays(name), ...movedByTime(name) };
}

/** The same of a TIMESTAMP: parts of fixed length. */
export function movedByElapsed(name: string): PartTable {
  return { ...movedByTime(name), DAY: `${name}($1, $2, 'DAY')` };
}

/** The same of a TIME. */
export function movedByTime(name: string): PartTable {
  return tableOf(timeParts, (part) => `${name}($1, $2, '${part}')`);
}

/** The last day of the part that a date is in. */
export function lastDayOf(date: string): PartTable {
  return tableOf(
    dateParts.filter((part) => part !== 'DAY'),
    (part) => {
      if (part === 'ISOYEAR') return `(gs_iso_year_start(${truncateDate(date, part)} + 371) - 1)`;
      if (part.includes('WEEK')) return `(${truncateDate(date, part)} + 6)`;
      return `CAST(${truncateDate(date, part)} + INTERVAL 1 ${part} - INTERVAL 1 DAY AS DATE)`;
    },
  );
}
