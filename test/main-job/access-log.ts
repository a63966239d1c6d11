// Owns a made-up access log whose every figure is known, because the figures are counted from what it was made of.
import { gzipSync } from 'node:zlib';

/** Requests and distinct clients of a log, by what the endpoints are asked for. */
export interface LogFigures {
  readonly requests: number;
  readonly clients: readonly string[];
  readonly byStatus: Readonly<Record<string, number>>;
  readonly byDay: Readonly<Record<string, number>>;
}

export interface AccessLog {
  /** Lines in Apache's combined format, gzipped. */
  readonly gzip: Buffer;
  readonly figures: LogFigures;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const STATUSES = [200, 200, 200, 200, 304, 404, 301, 206, 500];
const PATHS = ['/', '/blog/', '/images/web/2009/banner.png', '/search?q=things', '/robots.txt'];
const FIRST_DAY = Date.UTC(2019, 1, 27);
const DAY_MS = 86_400_000;

/** A log of `requests` lines over three days around the end of a February, by `clients` addresses of documentation ranges. */
export function makeAccessLog(requests: number, clients: number): AccessLog {
  const made = Array.from({ length: requests }, (_, index) => {
    // Primes, so that times, clients and statuses do not march in step.
    const timeMs = FIRST_DAY + ((index * 7919) % 3) * DAY_MS + ((index * 104_729) % DAY_MS);
    return {
      client: clientAddress((index * 31) % clients),
      time: new Date(timeMs - (timeMs % 1000)),
      status: STATUSES[(index * 17) % STATUSES.length] ?? 200,
      path: PATHS[(index * 13) % PATHS.length] ?? '/',
    };
  });
  const lines = made.map(
    ({ client, time, status, path }) =>
      `${client} - - [${logTime(time)}] "GET ${path} HTTP/1.1" ${status} ${status === 304 ? '-' : 1234} "-" "Mozilla/5.0 (X11; Linux x86_64) Firefox/110.0"`,
  );
  return {
    gzip: gzipSync(`${lines.join('\n')}\n`),
    figures: {
      requests,
      clients: [...new Set(made.map(({ client }) => client))],
      byStatus: countBy(made.map(({ status }) => String(status))),
      byDay: countBy(made.map(({ time }) => time.toISOString().slice(0, 10))),
    },
  };
}

/** Addresses of RFC 5737 and RFC 3849, which belong to nobody. */
function clientAddress(index: number): string {
  return index % 5 === 4 ? `2001:db8::${(index + 256).toString(16)}` : `198.51.${100 + (index >> 8)}.${index & 255}`;
}

function logTime(time: Date): string {
  const [date = '', clock = ''] = time.toISOString().split(/[T.]/);
  const [year, month, day] = date.split('-');
  return `${day}/${MONTHS[Number(month) - 1]}/${year}:${clock} +0000`;
}

/** How often each value comes. */
export function countBy(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
