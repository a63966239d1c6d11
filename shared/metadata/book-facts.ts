// Owns the facts that books tell: what became of the events of an hour, how a partition was reconciled, and how heartbeats went.
import type { Books } from '../events/books.ts';
import type { Gap, Reconciled } from '../events/reconciliation.ts';
import type { EndpointId, EventTypeId } from '../platform/ids.ts';
import type { PartitionKey } from '../pipelines/partition-key.ts';
import type { Fact } from './facts.ts';

/** What the collectors counted of one type in one hour. */
export function booksFact(
  {
    endpoint,
    eventType,
    hour,
  }: { readonly endpoint: EndpointId; readonly eventType: EventTypeId; readonly hour: PartitionKey },
  books: Books,
  atMs: number,
): Fact {
  return {
    id: `books.counted/${eventType}/${hour}`,
    kind: 'books.counted',
    atMs,
    endpoint,
    key: hour,
    body: { eventType, ...books },
  };
}

/** How a partition was reconciled. */
export function reconciledFact(
  {
    endpoint,
    key,
    generation,
  }: { readonly endpoint: EndpointId; readonly key: PartitionKey; readonly generation: number },
  { books, ...counted }: Reconciled,
  { gaps, atMs }: { readonly gaps: readonly Gap[]; readonly atMs: number },
): Fact {
  return {
    id: `books.reconciled/${endpoint}/${key}`,
    kind: 'books.reconciled',
    atMs,
    endpoint,
    key,
    generation,
    body: {
      balanced: gaps.length === 0,
      ...books,
      ...counted,
      gaps: gaps.map((gap) => ({ ...gap })),
    },
  };
}

/** What became of a heartbeat. `landed`: it was found in the raw table; `lost`: it was not; `refused`: collect did not take it. */
export type HeartbeatOutcome = 'landed' | 'lost' | 'refused';

export interface HeartbeatTimes {
  /** From sending it to its acknowledgement. */
  readonly acknowledgedMs?: number | undefined;
  /** From sending it to finding it, at most by the pause between two looks more than it took. */
  readonly landedMs?: number | undefined;
}

export function heartbeatFact(beat: string, outcome: HeartbeatOutcome, times: HeartbeatTimes, atMs: number): Fact {
  return { id: `heartbeat.measured/${beat}`, kind: 'heartbeat.measured', atMs, body: { beat, outcome, ...times } };
}
