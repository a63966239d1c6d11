// Owns the names of what a project has once, derived from the project's id so that nobody configures them twice.

export const FUNCTION_NAMES = ['collect', 'metadata', 'privacy', 'operator'] as const;
export type FunctionName = (typeof FUNCTION_NAMES)[number];

/** Accounts that act without a person: one per function, one for workflows, one for the scheduler. */
export const SERVICE_ACCOUNT_NAMES = [...FUNCTION_NAMES, 'workflows', 'scheduler'] as const;
export type ServiceAccountName = (typeof SERVICE_ACCOUNT_NAMES)[number];

/**
 * `state`: live state of metadata, catalog bundles. `keys`: keyrings, never versioned, never soft-deleted.
 * `exports`: what people asked for about themselves, gone after a week.
 */
export const BUCKET_NAMES = ['state', 'keys', 'exports'] as const;
export type BucketName = (typeof BUCKET_NAMES)[number];

export const DATASET_NAMES = ['raw', 'staging', 'platform'] as const;
export type DatasetName = (typeof DATASET_NAMES)[number];

/** On Google a sink of Cloud Logging writes here what functions and workflows log; elsewhere there is none. */
export const LOGS_DATASET = 'logs';

/**
 * `subject-kek` wraps one epoch keyset per key version; `platform-kek` wraps what outlives epochs (the pepper, day keys);
 * `certificate` signs certificates of erasure.
 */
export const KEY_NAMES = ['subject-kek', 'platform-kek', 'certificate'] as const;
export type KeyName = (typeof KEY_NAMES)[number];

export const KEY_RING_NAME = 'tributary';
export const TICK_JOB_NAME = 'tributary-tick';
export const DRIFT_JOB_NAME = 'tributary-drift';
export const ROTATION_JOB_NAME = 'tributary-rotation';
export const HEARTBEAT_JOB_NAME = 'tributary-heartbeat';
export const AUDIT_JOB_NAME = 'tributary-audit';
export const PROOF_JOB_NAME = 'tributary-proof';

/** The connection of BigQuery whose account calls privacy to open values. */
export const REVEAL_CONNECTION_NAME = 'tributary-reveal';

/** Full resource name of that connection. */
export function revealConnection(place: { readonly projectId: string; readonly region: string }): string {
  return `projects/${place.projectId}/locations/${place.region}/connections/${REVEAL_CONNECTION_NAME}`;
}

/** Bucket names are global, so they carry the project's. */
export function bucketName(name: BucketName, projectId: string): string {
  return `${projectId}-tributary-${name}`;
}

/** Full resource name of a key of the platform. */
export function keyPath(name: KeyName, place: { readonly projectId: string; readonly region: string }): string {
  return `projects/${place.projectId}/locations/${place.region}/keyRings/${KEY_RING_NAME}/cryptoKeys/${name}`;
}
