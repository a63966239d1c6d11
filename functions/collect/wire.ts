// Owns how collect is put together in production: its settings, Google's clients, the machine's clock and randomness.
import { randomBytes } from 'node:crypto';
import { createFunctionCaller, createIdentifier } from '#shared/gcp/identity.ts';
import { keptBecauseOf } from '#shared/gcp/key-bucket.ts';
import { createPublisher } from '#shared/gcp/publisher.ts';
import { quickObjects, quickStorage } from '#shared/gcp/quick-storage.ts';
import { openingStoresOf } from '#shared/gcp/opening-stores.ts';
import { createStdoutLog } from '#shared/http/stdout-log.ts';
import { bucketName } from '#shared/platform/base/names.ts';
import { systemClock } from '#shared/platform/clock.ts';
import { readSettings } from '#shared/platform/settings.ts';
import { type Collect, createCollect } from './collect.ts';
import { everyByTimer } from './every.ts';

/** @throws PlatformError configuration_invalid */
export function wireCollect(environment: Readonly<Record<string, string | undefined>>): Collect {
  const settings = readSettings(environment);
  const { projectId, region, audience, metadataUrl, revocationBoundSeconds } = settings;
  const log = createStdoutLog('collect', systemClock);
  const call = createFunctionCaller(audience);
  const storage = quickStorage();
  const publisher = createPublisher(projectId, log);
  const collect = createCollect({
    projectId,
    state: quickObjects(bucketName('state', projectId), storage),
    keys: openingStoresOf({ projectId, region }, storage, quickObjects),
    keptBecauseOf: () => keptBecauseOf(bucketName('keys', projectId)),
    publisher,
    announceFinishing: async (id) => {
      await call(`${metadataUrl}/v1/imports/${id}:finishing`, {});
    },
    identify: createIdentifier({ audience }),
    revocationBoundMs: revocationBoundSeconds === '' ? undefined : Number(revocationBoundSeconds) * 1000,
    every: everyByTimer,
    clock: systemClock,
    random: Math.random,
    randomBytes,
    log,
  });
  // While the first answers about keys and catalog are on their way, which have been asked for.
  setImmediate(() => void publisher.open());
  return collect;
}
