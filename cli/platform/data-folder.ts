// Owns the data folder of a running platform: what is kept in it, and that only one platform uses it at a time.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PlatformError } from '#shared/platform/platform-error.ts';

/** The line that `trib up` prints once everything answers; other programs rely on its shape. */
export interface ReadyLine {
  readonly ready: true;
  readonly project: string;
  readonly region: string;
  readonly console: string;
  readonly collect: string;
  readonly metadata: string;
  readonly privacy: string;
  readonly operator: string;
  readonly cloud: string;
  readonly grpc: string;
  readonly writeKey: string;
  readonly tokens: {
    readonly analyst: string;
    readonly team: string;
    readonly compliance: string;
    readonly admin: string;
  };
  readonly data: string;
}

/** What stays the same over restarts. */
export interface Identity {
  readonly project: string;
  readonly region: string;
  readonly basePort: number;
  readonly writeKey: string;
}

/** A process of the platform. */
export interface ProcessEntry {
  readonly name: string;
  readonly pid: number;
}

export interface DataFolder {
  readonly path: string;
  file(...names: string[]): string;
  readJson<Value>(name: string): Value | undefined;
  /** All or nothing; readable by this user only. */
  writeJson(name: string, value: unknown): void;
  remove(name: string): void;
}

export const READY_FILE = 'ready.json';
export const PROCESSES_FILE = 'processes.json';
export const IDENTITY_FILE = 'identity.json';
/** The console as it was built when the platform started. */
export const CONSOLE_FOLDER = 'console';
export const ENVIRONMENT_FILE = 'environment.json';
/** Public key of the certificates, pinned at first start: verification trusts this one and none that a file brings along. */
export const PINNED_KEY_FILE = 'certificate-key.pem';

/** `--data`, else TRIBUTARY_DATA, else `.tributary` where the command runs. */
export function dataFolderPath(option: string | undefined): string {
  return resolve(option ?? process.env['TRIBUTARY_DATA'] ?? '.tributary');
}

export function openDataFolder(path: string): DataFolder {
  const file = (...names: string[]): string => join(path, ...names);
  return {
    path,
    file,
    readJson<Value>(name: string): Value | undefined {
      if (!existsSync(file(name))) return undefined;
      // Written by writeJson below, whose callers give it this shape.
      return JSON.parse(readFileSync(file(name), 'utf8')) as Value;
    },
    writeJson(name, value) {
      mkdirSync(path, { recursive: true, mode: 0o700 });
      const temporary = `${file(name)}.new`;
      writeFileSync(temporary, `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o600 });
      renameSync(temporary, file(name));
    },
    remove: (name) => rmSync(file(name), { force: true }),
  };
}

/** Held for as long as the process lives; the system releases it however the process ends. */
export interface FolderLock {
  release(): void;
}

/**
 * Locks a data folder through an exclusive transaction on a file in it, which the system undoes when the holder dies.
 * @throws PlatformError already_running naming the process that holds it
 */
export function lockDataFolder(folder: DataFolder): FolderLock {
  mkdirSync(folder.path, { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(folder.file('lock.db'));
  try {
    database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch {
    database.close();
    const holder = folder.readJson<readonly ProcessEntry[]>(PROCESSES_FILE)?.find(({ name }) => name === 'supervisor');
    const who = holder === undefined ? 'another process' : `process ${holder.pid}`;
    throw new PlatformError('already_running', {
      message: `The data folder ${folder.path} is in use by ${who}.`,
      hint: `Stop it with \`trib down --data ${folder.path}\`, or give another folder with --data.`,
    });
  }
  return { release: () => database.close() };
}
