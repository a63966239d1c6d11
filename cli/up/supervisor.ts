// Owns a running platform: brings every process up in the right order, says when all is ready, takes everything down.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { FUNCTION_NAMES } from '#shared/platform/base/names.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import {
  ENVIRONMENT_FILE,
  type DataFolder,
  IDENTITY_FILE,
  lockDataFolder,
  openDataFolder,
  PROCESSES_FILE,
  READY_FILE,
  type ReadyLine,
} from '../platform/data-folder.ts';
import { applyOwnCatalog } from './catalog.ts';
import { createChildren } from './children.ts';
import { untilHealthy } from './health.ts';
import { cloudChild, demoChild, functionChild, planUp, type UpPlan } from './plan.ts';
import { requirePorts } from './ports.ts';
import type { Prepared } from './prepare.ts';

export interface UpOptions {
  readonly dataPath: string;
  readonly port: number | undefined;
  readonly demo: boolean;
}

/** One line of progress for a person. */
export type Progress = (line: string) => void;

export interface RunningPlatform {
  readonly ready: ReadyLine;
  stop(): Promise<void>;
}

const CLOUD_TIMEOUT_MS = 30_000;
const FUNCTION_TIMEOUT_MS = 60_000;

/**
 * Starts everything and answers once every health check passes and the catalog is applied.
 * @throws PlatformError already_running, port_taken, not_ready, …; whatever was started has ended by then
 */
export async function startPlatform(options: UpOptions, progress: Progress): Promise<RunningPlatform> {
  const folder = openDataFolder(options.dataPath);
  const lock = lockDataFolder(folder);
  const children = createChildren(() => {
    folder.writeJson(PROCESSES_FILE, [{ name: 'supervisor', pid: process.pid }, ...children.entries()]);
  });
  const stop = async (): Promise<void> => {
    folder.remove(READY_FILE);
    await children.stop();
    folder.remove(PROCESSES_FILE);
    lock.release();
  };
  try {
    folder.remove(READY_FILE);
    const plan = planUp(folder, options.port);
    await requirePorts(plan.ports);
    folder.writeJson(IDENTITY_FILE, plan.identity);

    progress('starting the local cloud');
    const cloud = cloudChild(plan, folder);
    children.start(cloud);
    await untilHealthy('The local cloud', plan.urls.cloud, { timeoutMs: CLOUD_TIMEOUT_MS, logFile: cloud.logFile });
    const environment = await readEnvironment(plan);
    folder.writeJson(ENVIRONMENT_FILE, environment);

    progress('laying the base');
    const prepared = await runPrepare(folder, environment);

    progress('starting the functions');
    await Promise.all(
      FUNCTION_NAMES.map(async (name) => {
        const spec = functionChild(name, plan, folder, environment);
        children.start(spec);
        const limits = { timeoutMs: FUNCTION_TIMEOUT_MS, logFile: spec.logFile };
        await untilHealthy(name, plan.urls.functions[name], limits);
      }),
    );

    progress('applying the catalog');
    await applyOwnCatalog({ plan, environment, token: prepared.tokens.admin, progress });

    const ready = readyLine(plan, folder, prepared);
    folder.writeJson(READY_FILE, ready);
    if (options.demo) children.start(demoChild(folder));
    return { ready, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function readEnvironment(plan: UpPlan): Promise<Record<string, string>> {
  const response = await fetch(`${plan.urls.cloud}/local/environment`);
  return (await response.json()) as Record<string, string>;
}

function runPrepare(folder: DataFolder, environment: Readonly<Record<string, string>>): Promise<Prepared> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('prepare.ts', import.meta.url)), [folder.path], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.once('message', (message: { prepared?: Prepared; failed?: string }) => {
      if (message.prepared !== undefined) resolve(message.prepared);
      else reject(new PlatformError('cloud_refused', { message: `The base could not be laid: ${message.failed}` }));
    });
    child.once('exit', () => {
      reject(new PlatformError('child_ended', { message: 'Laying the base ended without an answer.' }));
    });
  });
}

function readyLine(plan: UpPlan, folder: DataFolder, prepared: Prepared): ReadyLine {
  const { identity, urls } = plan;
  return {
    ready: true,
    project: identity.project,
    region: identity.region,
    console: urls.console,
    collect: urls.functions.collect,
    metadata: urls.functions.metadata,
    privacy: urls.functions.privacy,
    operator: urls.functions.operator,
    cloud: urls.cloud,
    grpc: new URL(urls.cloud).host,
    writeKey: identity.writeKey,
    tokens: prepared.tokens,
    data: folder.path,
  };
}
