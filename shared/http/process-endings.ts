// Owns how the process of a function ends: told to, with its work done first; or by a failure nobody caught, without its text.
import type { Server } from 'node:http';
import { formatLogLine } from '../platform/log-line.ts';

/** The status with which the Functions Framework ends an instance after a failure that nobody caught. */
const CRASHED = 16;
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
const FAILURES = ['uncaughtException', 'unhandledRejection'] as const;

/**
 * Puts these endings in the place of the framework's, which exits on SIGTERM with requests under way, and logs the message of
 * whatever was thrown: a message may quote what somebody sent.
 */
export function takeOverEndings(name: string, server: Server, stop: () => Promise<void> = async () => undefined): void {
  const crash = (thrown: unknown): void => {
    process.stderr.write(`${crashLine(name, thrown, Date.now())}\n`);
    process.exit(CRASHED);
  };
  let stopping = false;
  const end = (): void => {
    if (stopping) return;
    stopping = true;
    server.close();
    server.closeIdleConnections();
    void stop()
      .catch(() => undefined)
      .finally(() => process.exit(0));
  };
  for (const signal of SIGNALS) process.removeAllListeners(signal).on(signal, end);
  for (const failure of FAILURES) process.removeAllListeners(failure).on(failure, crash);
}

/** One line of the log about a failure that nobody caught: its class and where it came from, never its message. */
export function crashLine(service: string, thrown: unknown, epochMs: number): string {
  const line = formatLogLine({ severity: 'CRITICAL', message: 'a failure that nobody caught', epochMs, service });
  const error = thrown instanceof Error ? thrown.constructor.name : typeof thrown;
  return JSON.stringify({ ...(JSON.parse(line) as object), error, frames: framesOf(thrown) });
}

/** `file:line:column` of each frame; the message stands before the first one. */
function framesOf(thrown: unknown): readonly string[] {
  if (!(thrown instanceof Error)) return [];
  const stack = thrown.stack ?? '';
  return stack
    .slice(stack.indexOf(thrown.message) + thrown.message.length)
    .split('\n')
    .flatMap((line) => /^\s+at .*?((?:file:|node:|\/)[^\s()]+:\d+:\d+)\)?$/.exec(line)?.[1] ?? [])
    .slice(0, 10);
}
