// Owns reading web server logs in Apache's combined format as events.
import { createHash } from 'node:crypto';

/** An event as the native route takes it. */
export interface SentEvent {
  readonly id: string;
  readonly type: string;
  readonly occurredAt: string;
  readonly userId?: string;
  readonly consent?: Readonly<Record<string, boolean>>;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What a line is: an event, or not a line of this format. */
export type LineResult = { readonly kind: 'event'; readonly event: SentEvent } | { readonly kind: 'unreadable' };

/**
 * `%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-agent}i"`, quotes escaped by a backslash.
 * https://httpd.apache.org/docs/current/mod/mod_log_config.html
 */
const LINE =
  /^(?<address>\S+) \S+ \S+ \[(?<time>[^\]]+)\] "(?<request>(?:[^"\\]|\\.)*)" (?<status>\d{3}) (?<bytes>\d+|-)(?: "(?<referrer>(?:[^"\\]|\\.)*)" "(?<agent>(?:[^"\\]|\\.)*)")?\s*$/;
const TIME = /^(\d{2})\/(\w{3})\/(\d{4}):(\d{2}:\d{2}:\d{2}) ([+-]\d{2})(\d{2})$/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * A reader of one log. The client address is the user id; an event's id derives from its line and from how often that
 * same line came before, so that the same file sent again has the same ids.
 */
export function createAccessLogReader(type: string): (line: string) => LineResult {
  const occurrences = new Map<string, number>();
  return (line) => {
    const groups = LINE.exec(line)?.groups;
    const occurredAt = groups === undefined ? undefined : toRfc3339(groups['time'] ?? '');
    if (groups === undefined || occurredAt === undefined) return { kind: 'unreadable' };
    const digest = createHash('sha256').update(line).digest('base64url');
    const occurrence = (occurrences.get(digest) ?? 0) + 1;
    occurrences.set(digest, occurrence);
    const address = groups['address'] ?? '';
    return {
      kind: 'event',
      event: {
        id: `${digest}-${occurrence}`,
        type,
        occurredAt,
        userId: address,
        data: { address, ...fieldsOf(groups) },
      },
    };
  };
}

function fieldsOf(groups: Readonly<Record<string, string | undefined>>): Record<string, unknown> {
  const [method = '', path = ''] = (groups['request'] ?? '').split(' ');
  const { bytes, referrer, agent } = groups;
  return {
    method,
    path,
    status: Number(groups['status']),
    ...(bytes === undefined || bytes === '-' ? {} : { bytes: Number(bytes) }),
    ...(isGiven(referrer) ? { referrer } : {}),
    ...(isGiven(agent) ? { user_agent: agent } : {}),
  };
}

/** A dash stands for a header that was not sent. */
function isGiven(value: string | undefined): boolean {
  return value !== undefined && value !== '-' && value !== '';
}

function toRfc3339(time: string): string | undefined {
  const [, day, month = '', year, clock, zoneHours, zoneMinutes] = TIME.exec(time) ?? [];
  const monthIndex = MONTHS.indexOf(month);
  if (day === undefined || monthIndex === -1) return undefined;
  return `${year}-${String(monthIndex + 1).padStart(2, '0')}-${day}T${clock}${zoneHours}:${zoneMinutes}`;
}
