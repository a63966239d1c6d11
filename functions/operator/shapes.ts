// Owns the shapes of what the operator is asked and answers, for checking requests and for the OpenAPI document.
import { z } from 'zod';

const text = z.string().min(1).max(1000);

const deletion = z.strictObject({ resource: text, reason: text, approvedBy: text });

const digest = z.string().regex(/^[0-9a-f]{64}$/);

export const planBody = z.strictObject({ digest, deletions: z.array(deletion).max(10_000).default([]) });

export const applyBody = z.strictObject({
  ...planBody.shape,
  /** A name for what the catalog was compiled from; `GET /v1/catalog` tells it back. */
  sources: z.string().max(200).optional(),
});

export const rollbackBody = z.strictObject({
  /** The first digits of a catalog's digest; without them, the one that was in force before. */
  digest: z
    .string()
    .regex(/^[0-9a-f]{6,64}$/)
    .optional(),
});

export const rollbackAnswer = z.object({ digest, from: digest, moved: z.boolean(), made: z.int() });

export const pastAnswer = z.object({
  catalogs: z.array(z.object({ digest, appliedAt: z.string(), inForce: z.boolean() })),
});

export const driftBody = z.strictObject({});

const change = z.object({
  action: z.enum(['create', 'update', 'replace', 'delete']),
  resource: z.string(),
  why: z.array(z.string()),
  risk: z.enum(['none', 'drops-data', 'forbidden']),
});

const refusal = z.object({
  subject: z.string(),
  code: z.enum(['breaking_change', 'deletion_not_approved']),
  rule: z.string().optional(),
  message: z.string(),
  hint: z.string(),
});

export const planAnswer = z.object({
  catalog: digest,
  changes: z.array(change),
  refusals: z.array(refusal),
  unchanged: z.int(),
  idleApprovals: z.array(z.string()),
  costs: z.array(z.string()),
});

export const applyAnswer = z.object({
  plan: planAnswer,
  outcome: z.enum(['applied', 'unchanged', 'refused', 'failed']),
  done: z.int(),
  failures: z.array(z.object({ resource: z.string(), code: z.string(), message: z.string() })),
  skipped: z.array(z.string()),
  durationMs: z.number(),
});

export const statusAnswer = z.object({
  digest: digest.nullable(),
  appliedAt: z.string().optional(),
  sources: z.string().optional(),
  current: z.boolean(),
});
