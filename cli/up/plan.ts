// Owns what a running platform consists of: identity of the data folder, ports, settings and the processes to start.
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { FUNCTION_NAMES, type FunctionName } from '#shared/platform/base/names.ts';
import { serviceAccountEmail } from '#shared/platform/roles.ts';
import { SETTINGS } from '#shared/platform/settings.ts';
import { CONSOLE_FOLDER, type DataFolder, type Identity, IDENTITY_FILE } from '../platform/data-folder.ts';
import type { ChildSpec } from './children.ts';
import { CLOUD_HEAP, FUNCTION_HEAP, NATIVE_MEMORY } from './heap.ts';
import { DEFAULT_BASE_PORT, type Ports, portsFrom } from './ports.ts';

const LOCAL_PROJECT = 'tributary-local';
const LOCAL_REGION = 'europe-north1';
/** Short, so that an erasure takes seconds here; on Google platform/privacy.yaml decides. */
const LOCAL_REVOCATION_BOUND_SECONDS = 5;
const WRITE_KEY_BYTES = 32;
/** Writes what was compiled to the cache soon after the start: a killed process would leave nothing. */
const KEEP_COMPILED = ['--import', new URL('keep-compiled.mjs', import.meta.url).href];

export interface UpPlan {
  readonly identity: Identity;
  readonly ports: Ports;
  readonly urls: {
    readonly console: string;
    readonly cloud: string;
    readonly functions: Readonly<Record<FunctionName, string>>;
  };
  readonly audience: string;
}

/** The identity of a data folder: made at first start, kept from then on; only a port asked for explicitly changes it. */
export function planUp(folder: DataFolder, askedPort: number | undefined): UpPlan {
  const known = folder.readJson<Identity>(IDENTITY_FILE);
  const identity: Identity = {
    project: known?.project ?? LOCAL_PROJECT,
    region: known?.region ?? LOCAL_REGION,
    basePort: askedPort ?? known?.basePort ?? DEFAULT_BASE_PORT,
    writeKey: known?.writeKey ?? `tw_${randomBytes(WRITE_KEY_BYTES).toString('base64url')}`,
  };
  const ports = portsFrom(identity.basePort);
  const url = (port: number): string => `http://127.0.0.1:${port}`;
  const functions = FUNCTION_NAMES.map((name) => [name, url(ports.functions[name])] as const);
  return {
    identity,
    ports,
    urls: {
      console: url(ports.console),
      cloud: url(ports.cloud),
      // FUNCTION_NAMES are exactly the keys.
      functions: Object.fromEntries(functions) as UpPlan['urls']['functions'],
    },
    audience: `https://tributary.${identity.project}`,
  };
}

/** The process of the local cloud, with the door to the console in front of metadata. */
export function cloudChild(plan: UpPlan, folder: DataFolder): ChildSpec {
  const { project } = plan.identity;
  const args = [
    ...CLOUD_HEAP,
    ...KEEP_COMPILED,
    entry('../../local/main.ts'),
    `--data=${folder.file('cloud')}`,
    `--port=${plan.ports.cloud}`,
    `--project=${project}`,
    '--log=WARNING',
    `--iap-port=${plan.ports.console}`,
    `--iap-backend=${plan.urls.functions.metadata}`,
    `--iap-email=${serviceAccountEmail('analyst', project)}`,
    `--iap-audience=${plan.audience}`,
  ];
  return { name: 'cloud', args, environment: NATIVE_MEMORY, logFile: folder.file('logs', 'cloud.log') };
}

/** Variables of the settings table, as the functions of this platform get them. */
function functionSettings(plan: UpPlan, folder: DataFolder): Record<string, string> {
  const { functions } = plan.urls;
  return {
    [SETTINGS.projectId.variable]: plan.identity.project,
    [SETTINGS.region.variable]: plan.identity.region,
    [SETTINGS.audience.variable]: plan.audience,
    [SETTINGS.iapAudience.variable]: plan.audience,
    [SETTINGS.consoleFolder.variable]: folder.file(CONSOLE_FOLDER),
    [SETTINGS.collectUrl.variable]: functions.collect,
    [SETTINGS.metadataUrl.variable]: functions.metadata,
    [SETTINGS.privacyUrl.variable]: functions.privacy,
    [SETTINGS.operatorUrl.variable]: functions.operator,
    [SETTINGS.revocationBoundSeconds.variable]: String(LOCAL_REVOCATION_BOUND_SECONDS),
  };
}

/** A function under the Functions Framework, as in production, in a process of its own. */
export function functionChild(
  name: FunctionName,
  plan: UpPlan,
  folder: DataFolder,
  cloudEnvironment: Readonly<Record<string, string>>,
): ChildSpec {
  return {
    name,
    args: [
      ...FUNCTION_HEAP,
      ...KEEP_COMPILED,
      '--import',
      new URL('loopback.mjs', import.meta.url).href,
      fileURLToPath(import.meta.resolve('@google-cloud/functions-framework')).replace(/index\.js$/, 'main.js'),
      `--source=${entry(`../../functions/${name}/index.ts`)}`,
      `--target=${name}`,
      `--port=${plan.ports.functions[name]}`,
    ],
    environment: {
      ...NATIVE_MEMORY,
      ...cloudEnvironment,
      ...functionSettings(plan, folder),
      NODE_ENV: 'production',
      GOOGLE_APPLICATION_CREDENTIALS: credentialsFile(folder, name),
    },
    logFile: folder.file('logs', `${name}.log`),
  };
}

/** The demo's traffic: a client like any other, over HTTP with the write key of the ready line. */
export function demoChild(folder: DataFolder): ChildSpec {
  const args = [entry('../demo/main.ts'), folder.path];
  return { name: 'demo', args, environment: {}, logFile: folder.file('logs', 'demo.log') };
}

/** The credentials of a function's service account: outside Google a process has no other way to be somebody. */
export function credentialsFile(folder: DataFolder, name: FunctionName): string {
  return folder.file('credentials', `${name}.json`);
}

function entry(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
