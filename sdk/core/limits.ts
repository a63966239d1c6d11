// Owns every number that the SDK holds itself to; those that are collect's own are held against collect's by a test.

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

/** What a request says it comes from. */
export const SDK_VERSION = 'tributary-js/0.1.0';

/** Bytes of one event as JSON that collect takes. */
export const MAX_EVENT_BYTES = 64 * 1024;
/** Characters (UTF-16 units) of an event's id that collect takes. */
export const MAX_EVENT_ID_LENGTH = 100;

/** How long an event waits for a connection before it is given up. */
export const EXPIRY_MS = 30 * 24 * 60 * MINUTE_MS;

/** The first wait after a failure is anything up to this, each further one up to twice as long. */
export const FIRST_BACKOFF_MS = SECOND_MS;
/** No wait is longer than this, unless the server asks for it. */
export const MAX_BACKOFF_MS = 5 * MINUTE_MS;
/** A longer Retry-After is cut to this: a broken box on the way must not silence a client for days. */
export const MAX_RETRY_AFTER_MS = 60 * MINUTE_MS;

/** A request that has no answer by then has failed. */
export const REQUEST_TIMEOUT_MS = 30 * SECOND_MS;

/** How long `flush` and `close` wait when nobody says. */
export const FLUSH_TIMEOUT_MS = 10 * SECOND_MS;

/**
 * Bytes of all requests under way that may outlive their page: 64 KiB by https://fetch.spec.whatwg.org/#http-network-or-cache-fetch,
 * of which some is kept back because browsers count headers too.
 */
export const KEEPALIVE_BYTES = 60 * 1024;

/** What a queue may hold and a request may carry. */
export interface QueueLimits {
  readonly maxQueueEvents: number;
  readonly maxQueueBytes: number;
  readonly batchEvents: number;
  readonly batchBytes: number;
  /** How long an event waits for others to go with it. */
  readonly gatherMs: number;
}

/** In a browser: half of what may outlive a page in a request, so that the rest fits when the page is hidden. */
export const BROWSER_LIMITS: QueueLimits = {
  maxQueueEvents: 5000,
  maxQueueBytes: 4 * 1024 * 1024,
  batchEvents: 100,
  batchBytes: KEEPALIVE_BYTES / 2,
  gatherMs: SECOND_MS,
};

/** On a server. */
export const NODE_LIMITS: QueueLimits = {
  maxQueueEvents: 100_000,
  maxQueueBytes: 64 * 1024 * 1024,
  batchEvents: 500,
  batchBytes: 512 * 1024,
  gatherMs: SECOND_MS / 4,
};
