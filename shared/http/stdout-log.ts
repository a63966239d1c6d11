// Owns the log of a function: one line of JSON on stdout for each entry, which Cloud Logging reads.
import type { Clock } from '../platform/clock.ts';
import { formatLogLine, type Log, type Severity } from '../platform/log-line.ts';

/** Severities in order of weight. */
const ORDER: readonly Severity[] = ['DEBUG', 'INFO', 'NOTICE', 'WARNING', 'ERROR', 'CRITICAL'];

/** A log of a service that leaves out what weighs less than `least`. */
export function createStdoutLog(service: string, clock: Clock, least: Severity = 'INFO'): Log {
  const threshold = ORDER.indexOf(least);
  return {
    write(severity, message, fields) {
      if (ORDER.indexOf(severity) < threshold) return;
      process.stdout.write(`${formatLogLine({ severity, message, fields, service, epochMs: clock.now() })}\n`);
    },
  };
}
