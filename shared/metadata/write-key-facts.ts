// Owns the facts about write keys: who made, rotated, changed or revoked which, and what it allows since.
import type { WriteKey } from '../events/write-key.ts';
import type { Fact } from './facts.ts';

export type WriteKeyChange = 'created' | 'rotated' | 'changed' | 'revoked';

export interface ChangedWriteKey {
  readonly factId: string;
  readonly id: string;
  readonly key: WriteKey;
  readonly change: WriteKeyChange;
  /** Address of who did it. */
  readonly by: string;
  readonly atMs: number;
}

/** Never the secret, which nobody has any more but who asked for it. */
export function writeKeyFact({ factId, id, key, change, by, atMs }: ChangedWriteKey): Fact {
  const { name, eventTypes, origins, historical, eventsPerSecond, subjectEventsPerSecond, revokedAt } = key;
  return {
    id: `write-key.changed/${factId}`,
    kind: 'write-key.changed',
    atMs,
    body: {
      name,
      id,
      change,
      by,
      eventTypes: [...eventTypes],
      origins: [...origins],
      historical,
      eventsPerSecond,
      subjectEventsPerSecond,
      revokedAt,
    },
  };
}
