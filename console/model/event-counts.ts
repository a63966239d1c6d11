// Owns the table of events of this hour: what arrived of each type, and what became of it.
import type { Counts, Endpoint } from '../api/types.ts';
import { rateNow, type Sample } from './rates.ts';

export interface EventCounts {
  readonly type: string;
  /** The endpoint that its events are closed into; none when the catalog does not declare the type any more. */
  readonly endpoint: string | undefined;
  readonly received: number;
  readonly accepted: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly perSecond: number | undefined;
}

/** One line for each declared event type and each that was counted, in order of their names. */
export function eventCounts(
  { events }: Counts,
  endpoints: readonly Endpoint[],
  samples: readonly Sample[],
): readonly EventCounts[] {
  const declared = new Map(
    endpoints.flatMap(({ id, eventType }) => (eventType === undefined ? [] : [[eventType, id]])),
  );
  const types = new Set([...declared.keys(), ...Object.keys(events.types), ...Object.keys(events.verdicts)]);
  return [...types].sort().map((type) => {
    const accepted = events.types[type] ?? 0;
    const { duplicate = 0, rejected = 0 } = events.verdicts[type] ?? {};
    return {
      type,
      endpoint: declared.get(type),
      received: accepted + duplicate + rejected,
      accepted,
      duplicate,
      rejected,
      perSecond: rateNow(samples, type),
    };
  });
}

/** All of them together. */
export function totalOf(
  lines: readonly EventCounts[],
): Pick<EventCounts, 'received' | 'accepted' | 'duplicate' | 'rejected'> {
  const sum = (count: (line: EventCounts) => number): number => lines.reduce((all, line) => all + count(line), 0);
  return {
    received: sum(({ received }) => received),
    accepted: sum(({ accepted }) => accepted),
    duplicate: sum(({ duplicate }) => duplicate),
    rejected: sum(({ rejected }) => rejected),
  };
}

/** The lines of a list that would be too long: of the types with the most events, in the order that they had. */
export function busiest(lines: readonly EventCounts[], most: number): readonly EventCounts[] {
  if (lines.length <= most) return lines;
  const kept = new Set(lines.toSorted((a, b) => b.received - a.received).slice(0, most));
  return lines.filter((line) => kept.has(line));
}
