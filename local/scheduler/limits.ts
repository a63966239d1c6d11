/** What Cloud Scheduler allows at most. Source: google/cloud/scheduler/v1/job.proto and target.proto */

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

export const MAX_JOB_BYTES = 1024 * 1024;
export const MAX_DESCRIPTION_CHARS = 500;
export const MAX_URI_CHARS = 2083;
/** All names and values together must be less than this. */
export const MAX_HEADER_BYTES = 80 * 1024;

export const ATTEMPT_DEADLINE_MS = { default: 3 * MINUTE_MS, min: 15 * SECOND_MS, max: 30 * MINUTE_MS };
export const MAX_RETRY_COUNT = 5;
export const RETRY_DEFAULTS = { minBackoffMs: 5 * SECOND_MS, maxBackoffMs: HOUR_MS, maxDoublings: 5 };

export const PAGE_SIZE = { default: 500, max: 500 };

/** Of a target's reply, which is read only to its end. */
export const MAX_REPLY_BYTES = 32 * 1024 * 1024;
/** Google follows redirects but does not say how many. */
export const MAX_REDIRECTS = 5;
