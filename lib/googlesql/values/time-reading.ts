/** Reading a date and time from a text, one piece after the other. */

/** What has been read, and where in the text it goes on. */
export interface TimeReading {
  readonly text: string;
  at: number;
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  micros: number;
}

/** The text does not have here what the format asks for. */
export class Mismatch extends Error {}

/** A text of which nothing has been read: midnight of the first of a month. */
export function newTimeReading(text: string, year: number, month: number): TimeReading {
  return { text, at: 0, year, month, day: 1, hour: 0, minute: 0, second: 0, micros: 0 };
}

/** Takes what a sticky pattern matches. Throws a `Mismatch`. */
export function take(reading: TimeReading, pattern: RegExp): string {
  pattern.lastIndex = reading.at;
  const found = pattern.exec(reading.text)?.[0];
  if (found === undefined) throw new Mismatch();
  reading.at += found.length;
  return found;
}

/** Takes a number within bounds; `pattern` is sticky and says how it is written. Throws a `Mismatch`. */
export function takeNumber(reading: TimeReading, pattern: RegExp, min: number, max: number): number {
  const value = Number(take(reading, pattern));
  if (value < min || value > max) throw new Mismatch();
  return value;
}

/** Takes a text as it is. Throws a `Mismatch`. */
export function takeText(reading: TimeReading, text: string): void {
  if (!reading.text.startsWith(text, reading.at)) throw new Mismatch();
  reading.at += text.length;
}

/** Takes one of some names, in whatever case, and says which; those of the first list come first. Throws a `Mismatch`. */
export function takeName(reading: TimeReading, ...lists: readonly (readonly string[])[]): number {
  for (const names of lists) {
    const index = names.findIndex((name) => isNext(reading, name));
    if (index < 0) continue;
    reading.at += names[index]?.length ?? 0;
    return index;
  }
  throw new Mismatch();
}

function isNext({ text, at }: TimeReading, name: string): boolean {
  return text.slice(at, at + name.length).toLowerCase() === name.toLowerCase();
}

/** Microseconds of the digits after the point. */
export function microsOfFraction(digits: string): number {
  return Number(digits.padEnd(6, '0').slice(0, 6));
}
