// Owns what a log line looks like: Cloud Logging's field names, and only declared fields, so that nothing personal slips in.
import { formatTimestamp } from './timestamp.ts';

/** Cloud Logging's severities that the platform uses: https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#LogSeverity */
export type Severity = 'DEBUG' | 'INFO' | 'NOTICE' | 'WARNING' | 'ERROR' | 'CRITICAL';

/** The fields that a line may carry, and what each may hold: a name out of a declaration, a machine-made id, or a number. */
export const LOG_FIELDS = {
  attempt: 'number',
  boot: 'name',
  bytes: 'number',
  catalog: 'name',
  code: 'name',
  count: 'number',
  duration_ms: 'number',
  endpoint: 'name',
  erasure: 'name',
  event_type: 'name',
  execution: 'name',
  generation: 'number',
  import: 'name',
  job: 'name',
  method: 'name',
  owner: 'name',
  partition: 'name',
  path: 'name',
  pid: 'number',
  port: 'number',
  purpose: 'name',
  resource: 'name',
  route: 'name',
  rows: 'number',
  run: 'name',
  service: 'name',
  stage: 'name',
  state: 'name',
  status: 'number',
  workflow: 'name',
  write_key: 'name',
} as const;

/** What a caller may log beside the message. */
export type LogFields = {
  readonly [Field in keyof typeof LOG_FIELDS]?: (typeof LOG_FIELDS)[Field] extends 'number' ? number : string;
};

/** Takes lines of the log; implemented once, over stdout. The message is a fixed text: values belong in fields. */
export interface Log {
  write(severity: Severity, message: string, fields?: LogFields): void;
}

/** A line before it is text. */
export interface LogEntry {
  readonly severity: Severity;
  readonly message: string;
  readonly epochMs: number;
  /** The function or process that writes. */
  readonly service: string;
  readonly fields?: LogFields | undefined;
  /** `projects/P/traces/T`, when the request carried one. */
  readonly trace?: string | undefined;
}

/** Names, ids and routes have no spaces and no `@`, so that neither prose nor an e-mail address passes for one. */
const NAME = /^[A-Za-z0-9/][A-Za-z0-9._:/$[\]-]{0,199}$/;
const NETWORK_ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*)$/i;
const WITHHELD = '[withheld]';

/**
 * One line of JSON, without the line feed. Fields that are not declared are dropped, even when a cast let them in; a value
 * that does not look like the name or number it should be is replaced, because it might be what somebody sent.
 */
export function formatLogLine({ severity, message, epochMs, service, fields = {}, trace }: LogEntry): string {
  const line: Record<string, string | number> = { severity, message, time: formatTimestamp(epochMs), service };
  if (trace !== undefined) line['logging.googleapis.com/trace'] = trace;
  const given = new Map<string, unknown>(Object.entries(fields));
  for (const [field, kind] of Object.entries(LOG_FIELDS)) {
    const value = given.get(field);
    if (value !== undefined) line[field] = safeValue(kind, value);
  }
  return JSON.stringify(line);
}

function safeValue(kind: 'number' | 'name', value: unknown): string | number {
  if (kind === 'number') return typeof value === 'number' && Number.isFinite(value) ? value : WITHHELD;
  return typeof value === 'string' && NAME.test(value) && !NETWORK_ADDRESS.test(value) ? value : WITHHELD;
}
