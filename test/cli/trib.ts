// Owns running `trib` as a person types it: the whole command in a process of its own, what it gave and what it said.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of this repository, in which commands run. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const MAIN = join(ROOT, 'cli', 'main.ts');
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** What a command did. */
export interface CommandResult {
  /** -1 for one that was ended by a signal. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `trib` with these arguments. @param environment what it has beside the environment of this process */
export function runTrib(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  const options = { cwd: ROOT, env: { ...process.env, ...environment }, maxBuffer: MAX_OUTPUT_BYTES };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      resolve({ exitCode: typeof code === 'number' ? code : -1, stdout, stderr });
    });
  });
}
