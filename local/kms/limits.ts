/** What Cloud KMS allows at most. Source: google/cloud/kms/v1/service.proto and resources.proto, https://cloud.google.com/kms/quotas */

/** Plaintext and additional authenticated data of software keys, each. */
export const MAX_PLAINTEXT_BYTES = 64 * 1024;
export const MAX_AAD_BYTES = 64 * 1024;
/** Data given to asymmetricSign, macSign and macVerify. */
export const MAX_SIGNED_DATA_BYTES = 64 * 1024;
export const RANDOM_BYTES = { min: 8, max: 1024 };

const HOUR_MS = 3600 * 1000;
export const ROTATION_PERIOD_MS = { min: 24 * HOUR_MS, max: 876_000 * HOUR_MS };
/** Source: https://cloud.google.com/kms/docs/key-states#variable_duration_of_the_scheduled_for_destruction_state */
export const DESTROY_SCHEDULED_MS = { min: 24 * HOUR_MS, default: 30 * 24 * HOUR_MS, max: 120 * 24 * HOUR_MS };

export const PAGE_SIZE = { default: 100, max: 1000 };

/** Source: https://cloud.google.com/kms/docs/labeling-keys */
export const LABELS = { maxCount: 64, key: /^[a-z][a-z0-9_-]{0,62}$/, value: /^[a-z0-9_-]{0,63}$/ };
