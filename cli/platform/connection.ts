// Owns how a command finds the platform it talks to, and how it calls its functions.
import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { isErrorCode } from '#shared/platform/error-codes.ts';
import type { PeopleRole } from '#shared/platform/roles.ts';
import { dataFolderPath, ENVIRONMENT_FILE, openDataFolder, READY_FILE, type ReadyLine } from './data-folder.ts';

export interface Connection {
  readonly ready: ReadyLine;
  /** Variables after which Google's clients talk to this platform's cloud. */
  readonly environment: Readonly<Record<string, string>>;
}

/** @throws PlatformError not_running */
export function connect(dataOption: string | undefined): Connection {
  const folder = openDataFolder(dataFolderPath(dataOption));
  const ready = folder.readJson<ReadyLine>(READY_FILE);
  const environment = folder.readJson<Record<string, string>>(ENVIRONMENT_FILE);
  if (ready === undefined || environment === undefined) {
    throw new PlatformError('not_running', {
      message: `No platform runs on ${folder.path}.`,
      hint: `Start it with \`trib up --data ${folder.path}\`.`,
    });
  }
  return { ready, environment };
}

/**
 * Makes this process one that was started in the environment: Google's clients, loaded afterwards, find their cloud.
 * Authorities count too, which node itself reads only when it starts.
 */
export function adoptEnvironment(environment: Connection['environment']): void {
  Object.assign(process.env, environment);
  const authorities = environment['NODE_EXTRA_CA_CERTS'];
  if (authorities === undefined) return;
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(authorities, 'utf8')]);
}

export interface Call {
  readonly method?: string;
  readonly url: string;
  readonly bearer: string;
  readonly body?: object;
  readonly timeoutMs?: number;
}

const CALL_TIMEOUT_MS = 120_000;

/**
 * Calls a function and answers its JSON.
 * @throws PlatformError with the code, message and hint that the function answered, or cloud_unavailable
 */
export async function call<Answer>(request: Call): Promise<Answer> {
  const response = await fetch(request.url, {
    method: request.method ?? (request.body === undefined ? 'GET' : 'POST'),
    headers: { authorization: `Bearer ${request.bearer}`, 'content-type': 'application/json' },
    signal: AbortSignal.timeout(request.timeoutMs ?? CALL_TIMEOUT_MS),
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
  }).catch((cause: unknown) => {
    throw new PlatformError('cloud_unavailable', {
      message: `${new URL(request.url).origin} does not answer.`,
      hint: 'Look at `trib status`; start the platform with `trib up`.',
      cause,
    });
  });
  const json: unknown = await response.json().catch(() => undefined);
  if (response.ok) return json as Answer;
  throw errorOfProblem(json);
}

/** The problem that a function answered, as an error of this side. */
export function errorOfProblem(json: unknown): PlatformError {
  const problem = (json ?? {}) as { code?: string; detail?: string; hint?: string };
  const code = problem.code !== undefined && isErrorCode(problem.code) ? problem.code : 'internal';
  return new PlatformError(code, {
    ...(problem.detail === undefined ? {} : { message: problem.detail }),
    ...(problem.hint === undefined ? {} : { hint: problem.hint }),
  });
}

/** The token of a role, from the ready line. */
export function tokenOf(connection: Connection, role: PeopleRole): string {
  return connection.ready.tokens[role];
}
