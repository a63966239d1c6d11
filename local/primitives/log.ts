/** One JSON line per entry on stderr, with Cloud Logging's field names; never a payload. */

export type Severity = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR';

export interface Log {
  (severity: Severity, message: string, fields?: Readonly<Record<string, string | number | boolean>>): void;
}

const RANK: Record<Severity, number> = { DEBUG: 0, INFO: 1, WARNING: 2, ERROR: 3 };

/** A log that drops entries below `least`. */
export function createLog(least: Severity, write: (line: string) => void = writeToStderr): Log {
  return (severity, message, fields = {}) => {
    if (RANK[severity] < RANK[least]) return;
    write(`${JSON.stringify({ severity, time: new Date().toISOString(), message, ...fields })}\n`);
  };
}

/** For tests. */
export const silentLog: Log = () => undefined;

/** What failed and where, without the message of the error: that may quote what a client sent. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { message, stack = '' } = error;
  // Behind the message, which may have lines that look like frames.
  const frames = stack.slice(stack.indexOf(message) + message.length).split('\n');
  return [error.name, ...frames.filter((line) => /^\s+at /.test(line))].join('\n');
}

function writeToStderr(line: string): void {
  process.stderr.write(line);
}
