/** The names of months and weekdays, as formats write and read them. */

/** Sunday is the first. */
export const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

/** `Jan`, `Sun`. */
export function shortNames(names: readonly string[]): readonly string[] {
  return names.map((name) => name.slice(0, 3));
}
