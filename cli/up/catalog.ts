// Owns that a platform that starts has its own catalog in force: a question when it has, a short-lived process when not.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { isErrorCode } from '#shared/platform/error-codes.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { catalogInForce, type OperatorAddress } from '../catalog/operator-client.ts';
import { ownRepository } from '../catalog/repository-place.ts';
import { sourcesDigest } from '../catalog/sources.ts';
import type { ApplyMessage, ApplyTask } from './apply-catalog.ts';
import type { UpPlan } from './plan.ts';

export interface OwnCatalog {
  readonly plan: UpPlan;
  /** Variables after which Google's clients talk to the cloud of the platform. */
  readonly environment: Readonly<Record<string, string>>;
  /** A token of the role admin. */
  readonly token: string;
  readonly progress: (line: string) => void;
}

/**
 * Applies the declarations of the repository that this program is part of, unless they are in force. When they cannot be
 * applied, a platform that has a catalog keeps that one and is told to start all the same.
 * @throws PlatformError why not, when no catalog is in force
 */
export async function applyOwnCatalog({ plan, environment, token, progress }: OwnCatalog): Promise<void> {
  const operator: OperatorAddress = { url: plan.urls.functions.operator, bearer: token };
  const root = ownRepository();
  const status = await catalogInForce(operator);
  if (status.current && status.sources === sourcesDigest(root)) return;
  try {
    await applyInChild({ root, projectId: plan.identity.project, operator }, environment, progress);
  } catch (error) {
    if (status.digest === null || !(error instanceof PlatformError)) throw error;
    progress(`${error.code}: ${error.message}\n  ${error.hint}`);
    progress(`the catalog of ${status.appliedAt ?? 'before'} stays in force`);
  }
}

/** The compiler and Google's clients stay out of the supervisor, which lives on. */
function applyInChild(
  task: ApplyTask,
  environment: Readonly<Record<string, string>>,
  progress: (line: string) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('apply-catalog.ts', import.meta.url)), [], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.on('message', (message: ApplyMessage) => {
      if (message.kind === 'progress') progress(message.line);
      else if (message.kind === 'applied') resolve();
      else reject(errorOf(message));
    });
    child.once('exit', () => {
      reject(new PlatformError('child_ended', { message: 'Applying the catalog ended without an answer.' }));
    });
    child.send(task);
  });
}

function errorOf({ code, message, hint }: Extract<ApplyMessage, { kind: 'failed' }>): PlatformError {
  return new PlatformError(isErrorCode(code) ? code : 'internal', { message, hint });
}
