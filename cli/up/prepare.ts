// Owns what must be there before the functions start: the console, the base, the first epoch of keys, credentials, a write key, tokens.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createCredentials, identityTokenOf } from '#shared/gcp/base/service-accounts.ts';
import { layBase, type LaidResource } from '#shared/gcp/base/lay.ts';
import { keyStoresOf, layFirstEpoch } from '#shared/gcp/key-stores.ts';
import { createObjectStore } from '#shared/gcp/objects.ts';
import { bucketName, FUNCTION_NAMES } from '#shared/platform/base/names.ts';
import { baseResources } from '#shared/platform/base/resources.ts';
import { canonicalJson } from '#shared/platform/canonical-json.ts';
import { systemClock } from '#shared/platform/clock.ts';
import { PEOPLE_ROLES, type PeopleRole, serviceAccountEmail } from '#shared/platform/roles.ts';
import { CONSOLE_FOLDER, type DataFolder, openDataFolder } from '../platform/data-folder.ts';
import { buildConsole } from './console.ts';
import { pinCertificateKey } from './pin-certificate-key.ts';
import { credentialsFile, planUp, type UpPlan } from './plan.ts';

/** What the supervisor is told when all is there. */
export interface Prepared {
  readonly laid: readonly LaidResource[];
  readonly tokens: Readonly<Record<PeopleRole, string>>;
}

const LAID_FILE = 'base.json';

/** Runs in a process of its own, in the environment of the cloud: the supervisor stays free of Google's clients. */
export async function prepare(dataPath: string): Promise<Prepared> {
  const folder = openDataFolder(dataPath);
  const plan = planUp(folder, undefined);
  const [prepared] = await Promise.all([prepareCloud(folder, plan), buildConsole(folder.file(CONSOLE_FOLDER))]);
  return prepared;
}

async function prepareCloud(folder: DataFolder, plan: UpPlan): Promise<Prepared> {
  const { project, region, writeKey } = plan.identity;
  const resources = baseResources({ projectId: project, region });
  const digest = createHash('sha256').update(canonicalJson(resources)).digest('hex');

  let laid: readonly LaidResource[] = [];
  if (folder.readJson<{ digest: string }>(LAID_FILE)?.digest !== digest) {
    laid = await layBase(resources, { projectId: project, region });
    await Promise.all([
      ...FUNCTION_NAMES.map(async (name) => {
        const file = credentialsFile(folder, name);
        if (existsSync(file)) return;
        mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
        writeFileSync(file, await createCredentials(serviceAccountEmail(name, project), project), { mode: 0o600 });
      }),
      ensureWriteKey(project, writeKey),
      layFirstEpoch(keyStoresOf({ projectId: project, region }), systemClock),
    ]);
    folder.writeJson(LAID_FILE, { digest });
  }
  await pinCertificateKey(folder, { projectId: project, region });
  const tokens = await Promise.all(
    PEOPLE_ROLES.map(async (role) => [role, await identityTokenOf(serviceAccountEmail(role, project), plan.audience)]),
  );
  // PEOPLE_ROLES are exactly the keys.
  return { laid, tokens: Object.fromEntries(tokens) as Prepared['tokens'] };
}

/** The write key of the ready line: every type, from anywhere, historical too. Only its hash is stored. */
async function ensureWriteKey(project: string, secret: string): Promise<void> {
  const hash = createHash('sha256').update(secret).digest('hex');
  const record = {
    name: 'local',
    eventTypes: ['*'],
    origins: ['*'],
    historical: true,
    // Whoever tries the platform out may well be its only user.
    subjectEventsPerSecond: null,
    createdAt: new Date().toISOString(),
  };
  await createObjectStore(bucketName('state', project)).create(`write-keys/${hash}`, JSON.stringify(record));
}

/** The failure and what caused it. The base holds nothing personal, so the words of the cloud may be shown. */
function reasonsOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [];
  return [error.message, ...reasonsOf(error.cause)];
}

if (process.send !== undefined) {
  const [dataPath = ''] = process.argv.slice(2);
  const answer = await prepare(dataPath).then(
    (prepared) => ({ prepared }),
    (error: unknown) => ({ failed: reasonsOf(error).join(' ') }),
  );
  process.send(answer, () => process.exit(0));
}
