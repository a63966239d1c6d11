/**
 * Limits of the Workflows and Executions APIs.
 * Source: https://cloud.google.com/workflows/quotas, and the comments in their protos.
 */

/** Executions of this cloud that run at the same time; those above wait as QUEUED. */
export const MAX_CONCURRENT_EXECUTIONS = 10_000;

/** Executions that wait to be run. */
export const MAX_QUEUED_EXECUTIONS = 100_000;

export const MAX_DESCRIPTION_CHARS = 1000;
export const MAX_LABELS = 64;

export const MAX_ENVIRONMENT_VARIABLES = 20;
export const MAX_ENVIRONMENT_BYTES = 4 * 1024;

export const WORKFLOW_PAGE = { default: 500, max: 1000 } as const;
export const REVISION_PAGE = { default: 20, max: 100 } as const;
export const EXECUTION_PAGE = {
  BASIC: { default: 100, max: 1000 },
  FULL: { default: 100, max: 100 },
} as const;

/** How long an ended execution can be looked up. */
export const EXECUTION_RETENTION_MS = 90 * 24 * 3600 * 1000;

/** Requests to one callback endpoint that wait to be received. */
export const MAX_WAITING_CALLBACKS = 100;
