// Owns what failures of Google's clients mean for a resource: unlike events, definitions hold nothing personal, so Google's words are told.
import type { Resource } from '../catalog/operator/resource.ts';
import { resourceId } from '../catalog/operator/resource.ts';
import { PlatformError } from '../platform/platform-error.ts';
import { reasonOf, statusOf, toPlatformError } from './failure.ts';

/**
 * Reasons that come with 403 or 400 and pass by themselves.
 * https://cloud.google.com/bigquery/docs/error-messages
 */
const PASSING_REASONS = new Set(['rateLimitExceeded', 'quotaExceeded', 'jobRateLimitExceeded', 'backendError']);

/** The failure of a call about a resource, with what Google says. */
function resourceFailure(resource: Pick<Resource, 'kind' | 'name'>, error: unknown): PlatformError {
  const known = toPlatformError(error);
  const passing = PASSING_REASONS.has(reasonOf(error) ?? '');
  const said = error instanceof Error ? error.message : 'no reason was given';
  return new PlatformError(passing ? 'cloud_throttled' : known.code, {
    message: `${resourceId(resource)}: ${said}`,
    details: known.details,
    cause: error,
  });
}

/** Makes a resource; one that is there already is no failure. */
export async function createOnce(resource: Resource, create: () => Promise<unknown>): Promise<'created' | 'exists'> {
  try {
    await create();
    return 'created';
  } catch (error) {
    if (statusOf(error) === 409) return 'exists';
    throw resourceFailure(resource, error);
  }
}

/** Changes a resource. */
export async function change(resource: Resource, update: () => Promise<unknown>): Promise<void> {
  try {
    await update();
  } catch (error) {
    throw resourceFailure(resource, error);
  }
}

/** Deletes a resource; one that is gone already is no failure. */
export async function removeOnce(resource: Resource, remove: () => Promise<unknown>): Promise<void> {
  try {
    await remove();
  } catch (error) {
    if (statusOf(error) !== 404) throw resourceFailure(resource, error);
  }
}

/** Reads a resource; undefined when it is not there. */
export async function readIfThere<Found>(
  resource: Pick<Resource, 'kind' | 'name'>,
  read: () => Promise<Found>,
): Promise<Found | undefined> {
  try {
    return await read();
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw resourceFailure(resource, error);
  }
}
