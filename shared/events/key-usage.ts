// Owns how write keys were used, by the SDK that sent: what tells when an old release is gone, or an old secret unused.
import { z } from 'zod';

/** What one SDK sent with the keys of one name. */
export interface KeyUsage {
  /** Name of the write key; the keys of a rotation share it. */
  readonly writeKey: string;
  /** The secret that was used: `writeKeyId` of its object. */
  readonly id: string;
  /** `tributary-js/0.1.0`, or `unknown`. */
  readonly sdk: string;
  readonly requests: number;
  readonly events: number;
}

/** Usages that are told apart in one hour of one boot; beyond, the SDK is `other`: its name is the sender's, and so is their number. */
export const MAX_USAGES = 500;
export const OTHER_SDK = 'other';

const count = z.int().min(0);

/** A usage as it is stored. */
export const keyUsageRecord = z.object({
  writeKey: z.string(),
  id: z.string(),
  sdk: z.string(),
  requests: count,
  events: count,
});

/** Usages of the same secret and SDK as one. */
export function sumUsage(usages: Iterable<KeyUsage>): readonly KeyUsage[] {
  const sums = new Map<string, KeyUsage>();
  for (const usage of usages) {
    const name = `${usage.id} ${usage.writeKey} ${usage.sdk}`;
    const { requests, events } = sums.get(name) ?? { requests: 0, events: 0 };
    sums.set(name, { ...usage, requests: usage.requests + requests, events: usage.events + events });
  }
  return [...sums.values()];
}
