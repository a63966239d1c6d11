// Owns laying the base through Google's clients: every resource of the one list, created where it is missing.
import type { BaseResource, Place } from '../../platform/base/resources.ts';
import { toPlatformError } from '../failure.ts';
import { layBucket } from './buckets.ts';
import { layConnection } from './connections.ts';
import { layDataset } from './datasets.ts';
import { layCryptoKey, layKeyRing } from './keys.ts';
import { layServiceAccount } from './service-accounts.ts';
import { laySchedulerJob } from './tick-job.ts';

/** `created`, or `present` when it was there already. */
export type Laid = 'created' | 'present';

export interface LaidResource {
  readonly kind: BaseResource['kind'];
  readonly name: string;
  readonly result: Laid;
}

/**
 * Lays the whole list; run again, it changes nothing. Functions are deployed and roles granted by whoever runs the
 * platform: on Google that is Terraform, on a local cloud they are processes and every caller is the project's owner.
 * @throws PlatformError of the first resource that could not be laid
 */
export async function layBase(resources: readonly BaseResource[], place: Place): Promise<LaidResource[]> {
  const laid: LaidResource[] = [];
  // In waves: a key needs its ring; everything else stands by itself.
  for (const wave of [resources.filter(isKeyRing), resources.filter((resource) => !isKeyRing(resource))]) {
    const results = await Promise.all(wave.map((resource) => layOne(resource, place)));
    laid.push(...results.filter((result) => result !== undefined));
  }
  return laid;
}

function isKeyRing(resource: BaseResource): boolean {
  return resource.kind === 'key-ring';
}

async function layOne(resource: BaseResource, place: Place): Promise<LaidResource | undefined> {
  try {
    switch (resource.kind) {
      case 'service-account':
        return done(resource.kind, resource.accountId, await layServiceAccount(resource, place));
      case 'bucket':
        return done(resource.kind, resource.name, await layBucket(resource));
      case 'key-ring':
        return done(resource.kind, resource.name, await layKeyRing(resource, place));
      case 'crypto-key':
        return done(resource.kind, resource.name, await layCryptoKey(resource, place));
      case 'dataset':
        return done(resource.kind, resource.name, await layDataset(resource, place));
      case 'connection':
        return done(resource.kind, resource.name, await layConnection(resource, place));
      case 'scheduler-job':
        return done(resource.kind, resource.name, await laySchedulerJob(resource, place));
      case 'function':
      case 'grant':
        return undefined;
    }
  } catch (error) {
    throw toPlatformError(error);
  }
}

function done(kind: BaseResource['kind'], name: string, result: Laid): LaidResource {
  return { kind, name, result };
}
