// Owns how privacy is put together in production: its settings, Google's clients, the machine's clock and randomness.
import { randomBytes } from 'node:crypto';
import { connectionAccounts } from '#shared/gcp/connections.ts';
import { createFunctionCaller, createIdentifier } from '#shared/gcp/identity.ts';
import { keptBecauseOf } from '#shared/gcp/key-bucket.ts';
import { keyStoresOf } from '#shared/gcp/key-stores.ts';
import { createObjectStore } from '#shared/gcp/objects.ts';
import { createPublisher } from '#shared/gcp/publisher.ts';
import { createCertificateKey } from '#shared/gcp/signer.ts';
import { createStdoutLog } from '#shared/http/stdout-log.ts';
import { BUCKET_NAMES, bucketName, keyPath, revealConnection } from '#shared/platform/base/names.ts';
import { systemClock } from '#shared/platform/clock.ts';
import { readSettings } from '#shared/platform/settings.ts';
import { lazyExecutions, lazyPersonRows, lazyWarehouse } from './lazy-clients.ts';
import { createPipelines } from './erasures/pipelines.ts';
import { createPrivacy, type Privacy } from './privacy.ts';
import { createReplaySender } from './replays/send-again.ts';
import { repeatByTimer } from './repeating.ts';

/** @throws PlatformError configuration_invalid */
export function wirePrivacy(environment: Readonly<Record<string, string | undefined>>): Privacy {
  const settings = readSettings(environment);
  const { projectId, region, privacyUrl, audience, iapAudience, revocationBoundSeconds } = settings;
  const call = createFunctionCaller(audience);
  const place = { projectId, region };
  const log = createStdoutLog('privacy', systemClock);
  return createPrivacy({
    projectId,
    state: createObjectStore(bucketName('state', projectId)),
    exports: createObjectStore(bucketName('exports', projectId)),
    buckets: Object.fromEntries(BUCKET_NAMES.map((name) => [name, createObjectStore(bucketName(name, projectId))])),
    stores: keyStoresOf(place),
    keptBecauseOf: () => keptBecauseOf(bucketName('keys', projectId)),
    certificateKey: createCertificateKey(keyPath('certificate', place)),
    executions: lazyExecutions(place),
    warehouse: lazyWarehouse(place),
    personRows: lazyPersonRows(place),
    pipelines: createPipelines(call, settings.metadataUrl),
    sendAgain: createReplaySender(call, settings.collectUrl),
    url: privacyUrl,
    publisher: createPublisher(projectId, log),
    identify: createIdentifier({ audience, ...(iapAudience === '' ? {} : { iapAudience }) }),
    // The audience of BigQuery's token is the endpoint of the function that it calls.
    identifyBigQuery: createIdentifier({ audience: privacyUrl }),
    connectionAccount: connectionAccounts(revealConnection(place)),
    revocationBoundMs: revocationBoundSeconds === '' ? undefined : Number(revocationBoundSeconds) * 1000,
    repeat: repeatByTimer,
    clock: systemClock,
    randomBytes,
    log,
  });
}
