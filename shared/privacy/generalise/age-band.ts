// Owns reducing a date of birth, or an age, to a band of ages.
import { civilDateOf, DAY_MS, parseDate } from '../../platform/civil-date.ts';
import { parseTimestamp } from '../../platform/timestamp.ts';

/** What stands for a value that is no age. */
export const UNKNOWN_AGE = 'unknown';
const OLDEST = 130;

/** The first age of each band and its name: children apart, as the law has it, then what statistics offices use. */
const BANDS: readonly (readonly [from: number, name: string])[] = [
  [65, '65+'],
  [55, '55-64'],
  [45, '45-54'],
  [35, '35-44'],
  [25, '25-34'],
  [18, '18-24'],
  [13, '13-17'],
  [0, 'under-13'],
];

/**
 * The band of a date of birth (`1992-03-01`, or a timestamp) or of an age in years (`34`) as of the time of the event: `25-34`.
 * Total: anything else, ages over 130 and births in the future are `unknown`.
 */
export function ageBand(value: string, atMs: number): string {
  const age = ageOf(value.trim(), atMs);
  if (!(age >= 0 && age <= OLDEST)) return UNKNOWN_AGE;
  return BANDS.find(([from]) => age >= from)?.[1] ?? UNKNOWN_AGE;
}

/** Every band that can come out. */
export const AGE_BANDS: readonly string[] = [...BANDS.map(([, name]) => name), UNKNOWN_AGE];

function ageOf(text: string, atMs: number): number {
  if (/^\d{1,3}$/.test(text)) return Number(text);
  const timestamp = parseTimestamp(text);
  const born = parseDate(text) ?? (timestamp === undefined ? undefined : Math.floor(timestamp / DAY_MS));
  return born === undefined ? Number.NaN : fullYears(born, Math.floor(atMs / DAY_MS));
}

/** Years completed between two days; who is born on 29 February completes one on 1 March of other years. */
function fullYears(bornDay: number, day: number): number {
  const [born, now] = [civilDateOf(bornDay), civilDateOf(day)];
  const hadBirthday = now.month > born.month || (now.month === born.month && now.day >= born.day);
  return now.year - born.year - (hadBirthday ? 0 : 1);
}
