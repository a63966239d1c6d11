// Owns the child processes of a running platform: started, watched, started again when they die, ended together.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ProcessEntry } from '../platform/data-folder.ts';

export interface ChildSpec {
  readonly name: string;
  /** Arguments of node. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
}

export interface Children {
  start(spec: ChildSpec): void;
  /** The supervisor itself is not among them. */
  entries(): ProcessEntry[];
  /** Ends all, waiting for each; those that do not end in time are killed. */
  stop(): Promise<void>;
}

const FIRST_RESTART_MS = 200;
const MAX_RESTART_MS = 5000;
/** A child that lived this long was healthy: its next death counts as the first. */
const STEADY_MS = 30_000;
const STOP_GRACE_MS = 8000;

/** @param changed called whenever a pid changed */
export function createChildren(changed: () => void): Children {
  const running = new Map<string, ChildProcess>();
  let stopping = false;

  const launch = (spec: ChildSpec, restartMs: number): void => {
    const startedMs = Date.now();
    const child = spawnChild(spec);
    running.set(spec.name, child);
    changed();
    child.once('exit', () => {
      running.delete(spec.name);
      if (stopping) return;
      const delay = Date.now() - startedMs > STEADY_MS ? FIRST_RESTART_MS : restartMs;
      setTimeout(() => {
        if (!stopping) launch(spec, Math.min(delay * 2, MAX_RESTART_MS));
      }, delay);
    });
  };

  return {
    start: (spec) => launch(spec, FIRST_RESTART_MS),
    entries: () => [...running].flatMap(([name, { pid }]) => (pid === undefined ? [] : [{ name, pid }])),
    async stop() {
      stopping = true;
      // The cloud goes last: the functions still talk to it while they end.
      const last = running.get('cloud');
      await Promise.all([...running.values()].filter((child) => child !== last).map(end));
      if (last !== undefined) await end(last);
    },
  };
}

function spawnChild(spec: ChildSpec): ChildProcess {
  mkdirSync(dirname(spec.logFile), { recursive: true, mode: 0o700 });
  const log = openSync(spec.logFile, 'a', 0o600);
  try {
    return spawn(process.execPath, spec.args, {
      env: { ...inheritedEnvironment(), ...spec.environment },
      stdio: ['ignore', log, log, 'ipc'],
    });
  } finally {
    closeSync(log);
  }
}

/** Only what a process needs to run at all: nothing of the user's own cloud settings may reach the platform. */
function inheritedEnvironment(): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'NODE_OPTIONS', 'NODE_COMPILE_CACHE', 'SystemRoot', 'TEMP', 'TMP'];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  ) as Record<string, string>;
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
      return;
    }
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
