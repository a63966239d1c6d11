/** `time`: seconds since the epoch to RFC 3339 text and back. */
import { raise } from '../errors.ts';
import { pure, type Arguments, type StandardFunction } from './function.ts';

export const TIME: readonly StandardFunction[] = [
  pure('time.format(seconds, timezone?)', (args) => formatTime(args)),
  pure('time.parse(value)', (args) => parseTime(args.string('value'))),
];

const MICROS = 1_000_000;

function formatTime(args: Arguments): string {
  const seconds = Number(args.number('seconds'));
  const timezone = args.stringOr('timezone', 'UTC');
  const micros = Math.round(seconds * MICROS);
  const wholeMs = Math.floor(micros / MICROS) * 1000;
  const fraction = micros - (wholeMs / 1000) * MICROS;
  const offsetMinutes = offsetAt(wholeMs, timezone) ?? args.invalid('timezone', `is unknown: '${timezone}'`);
  const local = new Date(wholeMs + offsetMinutes * 60_000);
  if (Number.isNaN(local.getTime())) return args.invalid('seconds', 'is no time that can be written');
  return `${local.toISOString().slice(0, 19)}${fractionText(fraction)}${offsetText(offsetMinutes, timezone)}`;
}

function fractionText(micros: number): string {
  return micros === 0 ? '' : `.${String(micros).padStart(6, '0').replace(/0+$/, '')}`;
}

function offsetText(minutes: number, timezone: string): string {
  if (minutes === 0 && /^(UTC|Z|Etc\/UTC|GMT)$/i.test(timezone)) return 'Z';
  const size = Math.abs(minutes);
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** Minutes that a time zone is ahead of UTC; undefined for an unknown zone. */
function offsetAt(epochMs: number, timeZone: string): number | undefined {
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
    const name = format.formatToParts(epochMs).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
    const [, sign, hours = '0', minutes = '0'] = /([+-])(\d{2}):(\d{2})/.exec(name) ?? [];
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const RFC_3339 = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** Seconds since the epoch of RFC 3339 text. @throws Raised ValueError */
export function parseTime(text: string): number {
  const [, date, time, fraction = '', zone = ''] = RFC_3339.exec(text) ?? [];
  const wholeMs = Date.parse(`${date}T${time}${zone.toUpperCase()}`);
  if (Number.isNaN(wholeMs)) raise('ValueError', `time.parse(): '${text}' is not a time in RFC 3339`);
  return wholeMs / 1000 + Number(`0${fraction}`);
}
