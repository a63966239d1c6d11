// Owns how numbers, spans and moments are written; every moment is in UTC, as partitions are.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const WHOLE = new Intl.NumberFormat('en');
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const HUNDREDTHS = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
const TENTHS = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** `1,204,332` */
export function formatCount(count: number): string {
  return WHOLE.format(count);
}

/** Short from ten thousand on: `9,312`, `1.2M`. */
export function formatShort(count: number): string {
  return count < 10_000 ? WHOLE.format(count) : COMPACT.format(count);
}

/** Events a second: `203`, `4.5`, `0`. */
export function formatRate(perSecond: number): string {
  return perSecond >= 100 ? WHOLE.format(Math.round(perSecond)) : TENTHS.format(perSecond);
}

/** `99 %`, `0.05 %` of a share from 0 to 1. */
export function formatPercent(share: number): string {
  return `${HUNDREDTHS.format(share * 100)} %`;
}

/** How long something took: `340 ms`, `1.4 s`, `2 min 10 s`, `3 h 5 min`, `6 d 2 h`. */
export function formatTook(ms: number): string {
  if (ms < SECOND) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < MINUTE) return `${TENTHS.format(ms / SECOND)} s`;
  if (ms < HOUR) return join(Math.floor(ms / MINUTE), 'min', Math.floor((ms % MINUTE) / SECOND), 's');
  if (ms < 2 * DAY) return join(Math.floor(ms / HOUR), 'h', Math.floor((ms % HOUR) / MINUTE), 'min');
  return join(Math.floor(ms / DAY), 'd', Math.floor((ms % DAY) / HOUR), 'h');
}

/** How long ago, or how far ahead, in the largest unit that is whole: `12 s`, `3 min`, `5 h`, `2 d`, `11 y`. */
export function formatAge(ms: number): string {
  const age = Math.abs(ms);
  if (age < MINUTE) return `${Math.floor(age / SECOND)} s`;
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min`;
  if (age < 2 * DAY) return `${Math.floor(age / HOUR)} h`;
  return age < 730 * DAY ? `${Math.floor(age / DAY)} d` : `${Math.floor(age / (365.25 * DAY))} y`;
}

/** `12 s ago`, `in 3 min`, `now` */
export function formatAgo(atMs: number, nowMs: number): string {
  const age = nowMs - atMs;
  if (Math.abs(age) < SECOND) return 'now';
  return age > 0 ? `${formatAge(age)} ago` : `in ${formatAge(age)}`;
}

/** Everything of a moment: `2026-08-11 14:02:11 UTC`. */
export function formatExactly(text: string): string {
  return `${text.slice(0, 10)} ${text.slice(11, 19)} UTC`;
}

/** `11 Aug` of `2026-08-11…`. */
export function formatDay(text: string): string {
  return `${Number(text.slice(8, 10))} ${monthName(Number(text.slice(5, 7)))}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** `Aug` of 8. */
export function monthName(month: number): string {
  return MONTHS[month - 1] ?? String(month);
}

const UNITS = { Y: 'year', M: 'month', W: 'week', D: 'day' } as const;

/** A declared duration in words: `400 days`, `20 years`, `15 min`, `1 h 30 min`. */
export function formatDuration(text: string): string {
  const [date = '', time = ''] = text.slice(1).split('T');
  const days = [...date.matchAll(/(\d+)([YMWD])/g)].map(([, count = '', unit]) => {
    const word = UNITS[unit as keyof typeof UNITS];
    return `${count} ${word}${count === '1' ? '' : 's'}`;
  });
  const hours = [...time.matchAll(/(\d+)([HMS])/g)].map(
    ([, count = '', unit]) => `${count} ${unit === 'H' ? 'h' : unit === 'M' ? 'min' : 's'}`,
  );
  return [...days, ...hours].join(' ');
}

function join(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
