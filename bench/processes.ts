/** Processes under measurement: started, waited for, looked at through /proc, and ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Measured {
  readonly pid: number;
  /** Processor time so far, user and system, in seconds. */
  cpuSeconds(): number;
  /** The most memory it ever had, in megabytes. */
  peakMegabytes(): number;
  /** Resolves with the first line of stdout. */
  readonly firstLine: Promise<string>;
  /** Resolves with all of stdout once it has ended. */
  readonly output: Promise<string>;
  /** Resolves with the first message that it sends. */
  readonly firstMessage: Promise<unknown>;
  /** Sends a message and resolves with the next one that comes back. */
  ask(message: number): Promise<unknown>;
  exitCode(): number | null;
  stop(): Promise<void>;
}

/** Clock ticks a second in /proc; what Linux has on every machine of our kind. */
const TICKS = 100;

/** Starts node with these arguments; stderr is the measurer's own. */
export function start(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Measured {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`node ${args.join(' ')} did not start`);
  const { firstLine, output } = read(child);
  const nextMessage = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', () => reject(new Error('the process ended before it answered')));
    });
  const firstMessage = nextMessage();
  firstMessage.catch(() => undefined);
  return {
    pid,
    firstLine,
    output,
    cpuSeconds() {
      // After the name in parentheses: state is the third field, utime and stime the 14th and 15th.
      const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
      return (Number(fields[11]) + Number(fields[12])) / TICKS;
    },
    peakMegabytes() {
      const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
      return Math.round(Number(kilobytes) / 1024);
    },
    firstMessage,
    ask(message) {
      const answer = nextMessage();
      child.send(message);
      return answer;
    },
    exitCode: () => child.exitCode,
    stop: () => stop(child),
  };
}

function read(child: ChildProcess): Pick<Measured, 'firstLine' | 'output'> {
  let text = '';
  const first = Promise.withResolvers<string>();
  const whole = Promise.withResolvers<string>();
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    const end = text.indexOf('\n');
    if (end >= 0) first.resolve(text.slice(0, end));
  });
  child.once('exit', () => {
    first.reject(new Error('the process ended before it said anything'));
    whole.resolve(text);
  });
  first.promise.catch(() => undefined);
  return { firstLine: first.promise, output: whole.promise };
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
