// Owns how an erasure is shown: how far it is, what it does where, what keeps it, and the certificate once there is one.
import { z } from 'zod';
import type { Catalog } from '#shared/catalog/catalog.ts';
import type { EndpointId } from '#shared/platform/ids.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';
import type { Certificate } from '#shared/privacy/erasure/certificate.ts';
import { alertLevel } from '#shared/privacy/erasure/due-date.ts';
import { ERASURE_BASES, type ErasureRecord } from '#shared/privacy/erasure/erasure-record.ts';
import { isHeld } from '#shared/privacy/erasure/erasure.ts';
import { ERASURE_STATES, type ErasureState, isFinal } from '#shared/privacy/erasure/erasure-states.ts';
import { blockedBy, SCOPE_ACTIONS } from '#shared/privacy/erasure/scope-plan.ts';

// The table's keys are the states.
const states = Object.keys(ERASURE_STATES) as [ErasureState, ...ErasureState[]];

const endpoint = z.object({ endpoint: z.string(), action: z.enum(SCOPE_ACTIONS), reason: z.string() });

/** An erasure in a list. */
export const erasureSummary = z.object({
  id: z.string(),
  state: z.string(),
  receivedAt: z.string(),
  dueAt: z.string(),
  certifiedAt: z.string().optional(),
});

/** An erasure by itself. */
export const erasureView = z.object({
  id: z.string(),
  state: z.enum(states),
  basis: z.enum(ERASURE_BASES),
  purpose: z.string().optional().describe('The one purpose that is forgotten; without it the whole person is.'),
  rests: z
    .enum(['unverified', 'held'])
    .optional()
    .describe('What people have to do before it goes on: verify who asked, or lift the legal hold.'),
  receivedAt: z.string(),
  dueAt: z.string(),
  timePassed: z
    .union([z.literal(0), z.literal(0.5), z.literal(0.8), z.literal(1)])
    .describe('The share of the time until it is due that has passed, as the last alert; 0 once it is certified.'),
  steps: z.array(z.object({ state: z.enum(states), at: z.string() })),
  endpoints: z.array(endpoint).describe('What is done to each table that may hold something of the person.'),
  blockedBy: z
    .array(z.object({ endpoint: z.string(), reason: z.string(), owner: z.string().optional() }))
    .describe('Tables of which nobody knows what they hold: their owners have to say before any key is destroyed.'),
  certificate: z.unknown().optional(),
});
export type ErasureView = z.infer<typeof erasureView>;

/** The view of a record. Without a catalog the owners of what blocks are not named. */
export function viewOf(
  record: ErasureRecord,
  nowMs: number,
  more: { readonly certificate?: Certificate | undefined; readonly catalog?: Catalog | undefined } = {},
): ErasureView {
  const { id, state, basis, receivedAtMs, dueAtMs, steps } = record;
  const plan = steps.scoped?.plan ?? [];
  return {
    id,
    state,
    basis,
    ...(record.purpose === undefined ? {} : { purpose: record.purpose }),
    ...restOf(record, nowMs),
    receivedAt: formatTimestamp(receivedAtMs),
    dueAt: formatTimestamp(dueAtMs),
    timePassed: isFinal(state) ? 0 : alertLevel(receivedAtMs, dueAtMs, nowMs),
    steps: stepsOf(record),
    endpoints: plan.map(({ endpoint, action, reason }) => ({ endpoint, action, reason })),
    blockedBy:
      state === 'scoped' ? blockedBy(plan).map((item) => ({ ...blocking(item), ...ownerOf(item, more.catalog) })) : [],
    ...(more.certificate === undefined ? {} : { certificate: more.certificate }),
  };
}

function restOf(record: ErasureRecord, nowMs: number): Pick<ErasureView, 'rests'> {
  if (record.state === 'received' && record.verification === 'pending') return { rests: 'unverified' };
  return !isFinal(record.state) && isHeld(record, nowMs) ? { rests: 'held' } : {};
}

function stepsOf({ receivedAtMs, steps }: ErasureRecord): ErasureView['steps'] {
  return states.flatMap((state) => {
    const atMs = state === 'received' ? receivedAtMs : steps[state]?.atMs;
    return atMs === undefined ? [] : [{ state, at: formatTimestamp(atMs) }];
  });
}

function blocking({ endpoint, reason }: { readonly endpoint: string; readonly reason: string }): {
  readonly endpoint: string;
  readonly reason: string;
} {
  return { endpoint, reason };
}

/** Who answers for an endpoint that blocks, where the catalog still has it. */
export function ownerOf(
  { endpoint }: { readonly endpoint: string },
  catalog: Catalog | undefined,
): { readonly owner?: string } {
  const owner = catalog?.endpoints[endpoint as EndpointId]?.owner;
  return owner === undefined ? {} : { owner };
}
