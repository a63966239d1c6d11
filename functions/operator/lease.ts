// Owns that only one apply works at a time: an object in the state bucket that its holder renews, and that runs out.
import type { Clock } from '#shared/platform/clock.ts';
import { parseJsonBytes } from '#shared/platform/json-bytes.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { z } from 'zod';

const LEASE_OBJECT = 'catalog/apply-lease';
/** Short, so that work goes on soon after its holder was killed; an object takes one write a second. */
export const LEASE_MS = 6000;
export const RENEW_EVERY_MS = 2000;

const stored = z.object({ holder: z.string(), untilMs: z.number() });

/** The right to change the cloud, for now. */
export interface Lease {
  /** Takes the right for another while; false when somebody else has taken it. */
  renew(): Promise<boolean>;
  release(): Promise<void>;
}

export type LeaseResult =
  | { readonly kind: 'held'; readonly lease: Lease }
  | { readonly kind: 'taken'; readonly untilMs: number };

/** @param holder names this attempt, and no other one ever */
export async function acquireLease(store: ObjectStore, clock: Clock, holder: string): Promise<LeaseResult> {
  const body = (): string => JSON.stringify({ holder, untilMs: clock.now() + LEASE_MS });
  const found = await store.read(LEASE_OBJECT);
  const current = found === undefined ? undefined : stored.safeParse(parseJsonBytes(found.body)).data;
  // A damaged lease is nobody's.
  if (current !== undefined && current.untilMs > clock.now()) return { kind: 'taken', untilMs: current.untilMs };
  const taken =
    found === undefined
      ? await store.create(LEASE_OBJECT, body())
      : await store.replace(LEASE_OBJECT, found.generation, body());
  if (taken.kind === 'exists' || taken.kind === 'conflict') return { kind: 'taken', untilMs: clock.now() + LEASE_MS };
  return { kind: 'held', lease: leaseAt(store, taken.generation, body) };
}

function leaseAt(store: ObjectStore, first: string, body: () => string): Lease {
  let generation = first;
  // One after the other: two renewals at once would each see the other's write as somebody else's.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
  return {
    renew: () =>
      inTurn(async () => {
        const result = await store.replace(LEASE_OBJECT, generation, body());
        if (result.kind === 'replaced') generation = result.generation;
        return result.kind === 'replaced';
      }),
    release: () => inTurn(async () => void (await store.delete(LEASE_OBJECT, generation))),
  };
}
