// Owns the messages of a batch: for each type its rows, numbered, as the bytes that are sent, and what is left to know about each.
import { eventTopic } from '#shared/catalog/names.ts';
import { isByBot } from '#shared/events/bots.ts';
import { lateBefore } from '#shared/events/placement.ts';
import { rawRow } from '#shared/events/raw-row.ts';
import type { SequenceRange } from '#shared/events/sequence-ranges.ts';
import type { BootId, EventTypeId, ImportId } from '#shared/platform/ids.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';
import type { Sequences } from '../state/sequences.ts';
import type { Claim } from './accepted-events.ts';
import type { Keyed } from './apply-keys.ts';
import type { JudgedEvent } from './verdicts.ts';

type Ready = Extract<Keyed, { kind: 'ready' }>;

/** What is kept of an event while its message is on its way: everything else of it can go. */
export interface SentEvent extends JudgedEvent {
  readonly claim: Claim;
  readonly eventTimeMs: number;
  /** Fields that were sent and are not declared. */
  readonly ignored: number;
}

/** The events of one type in a batch. */
export interface TypeMessages {
  readonly type: EventTypeId;
  readonly topic: string;
  readonly rows: readonly Buffer[];
  readonly events: readonly SentEvent[];
  /** The numbers of the events, in their order. */
  readonly sequences: SequenceRange;
}

export interface RowContext {
  readonly receivedAtMs: number;
  /** By the clock of the client. */
  readonly sentAtMs?: number | undefined;
  readonly importId: ImportId | undefined;
  readonly boot: BootId;
  /** Of the request; what an event says of its own goes before it. */
  readonly userAgent?: string | undefined;
}

/** Builds the messages of events, each payload once; numbers are taken from `sequences`, in a row for each type. */
export function messagesOf(
  ready: readonly Ready[],
  context: RowContext,
  sequences: Sequences,
): readonly TypeMessages[] {
  return [...groupByType(ready)].map(([type, events]) => {
    const first = sequences.take(type, events.length);
    return {
      type,
      topic: eventTopic(type),
      rows: rowsOf(events, first, context),
      events: events.map(sentEvent),
      sequences: [first, first + events.length - 1],
    };
  });
}

function groupByType(ready: readonly Ready[]): ReadonlyMap<EventTypeId, Ready[]> {
  const byType = new Map<EventTypeId, Ready[]>();
  for (const event of ready) {
    const { id } = event.candidate.rules.eventType;
    const events = byType.get(id);
    if (events === undefined) byType.set(id, [event]);
    else events.push(event);
  }
  return byType;
}

function rowsOf(
  events: readonly Ready[],
  first: number,
  { receivedAtMs, sentAtMs, importId, boot, userAgent }: RowContext,
): Buffer[] {
  const grain = events[0]?.candidate.rules.eventType.grain ?? 'hour';
  // Nothing of an import is late.
  const lateBeforeMs = importId === undefined ? lateBefore(receivedAtMs, grain) : -Infinity;
  const sentAt = sentAtMs === undefined ? undefined : formatTimestamp(sentAtMs);
  return events.map(({ candidate, identity }, at) => {
    const { envelope, rules, event, original } = candidate;
    const row = rawRow({
      eventType: rules.eventType,
      occurredAt: envelope.occurredAt,
      sentAt,
      eventTimeMs: event.eventTimeMs,
      receivedAtMs,
      late: event.eventTimeMs < lateBeforeMs,
      future: event.future,
      byBot: isByBot(original, userAgent),
      importId,
      identity,
      stamp: { boot, sequence: first + at },
      data: event.data,
    });
    return Buffer.from(JSON.stringify(row), 'utf8');
  });
}

function sentEvent({ candidate, claim }: Ready): SentEvent {
  const { index, id, rules, event } = candidate;
  return {
    index,
    id,
    type: rules.eventType.id,
    claim,
    eventTimeMs: event.eventTimeMs,
    ignored: event.data.ignored,
  };
}
