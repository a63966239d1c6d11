// Owns how metadata is put together in production: its settings, Google's clients, the machine's clock and randomness.
import { randomBytes } from 'node:crypto';
import { createExecutions } from '#shared/gcp/executions.ts';
import { createFunctionCaller, createIdentifier } from '#shared/gcp/identity.ts';
import { createJobs } from '#shared/gcp/jobs.ts';
import { createObjectStore } from '#shared/gcp/objects.ts';
import { createPublisher } from '#shared/gcp/publisher.ts';
import { createStdoutLog } from '#shared/http/stdout-log.ts';
import { bucketName } from '#shared/platform/base/names.ts';
import { systemClock } from '#shared/platform/clock.ts';
import { readSettings } from '#shared/platform/settings.ts';
import { uuidV7 } from '#shared/platform/uuid.ts';
import { readAssets } from './console/assets.ts';
import { startTimer } from './driving/alarm.ts';
import { createMetadata, type Metadata } from './metadata.ts';

/** @throws PlatformError configuration_invalid */
export function wireMetadata(environment: Readonly<Record<string, string | undefined>>): Metadata {
  const settings = readSettings(environment);
  const { projectId, region, audience, iapAudience, collectUrl, consoleFolder } = settings;
  const place = { projectId, region };
  const log = createStdoutLog('metadata', systemClock);
  const call = createFunctionCaller(audience);
  return createMetadata({
    place,
    store: createObjectStore(bucketName('state', projectId)),
    publisher: createPublisher(projectId, log),
    executions: createExecutions(place),
    jobs: createJobs(place),
    identify: createIdentifier({ audience, ...(iapAudience === '' ? {} : { iapAudience }) }),
    clock: systemClock,
    startTimer,
    newId: () => uuidV7(systemClock.now(), randomBytes).replaceAll('-', ''),
    randomBytes,
    callCollect: (path, body) => call(`${collectUrl}${path}`, body),
    log,
    assets: readAssets(consoleFolder),
  });
}
