// Owns the first half of a batch's way, in which nothing leaves the process but questions about keys: judge, apply keys, build rows.
import type { Batch } from '#shared/events/batch.ts';
import { type BookedType, UNDECLARED } from '#shared/events/books.ts';
import type { ForeignEvent } from '#shared/events/sources/foreign-event.ts';
import type { ProtocolName } from '#shared/events/sources/protocols.ts';
import { translate } from '#shared/events/sources/translate.ts';
import type { Verdict } from '#shared/events/verdict.ts';
import type { WriteKey } from '#shared/events/write-key.ts';
import type { RejectionCode } from '#shared/platform/error-codes.ts';
import type { Budgets } from '../state/budgets.ts';
import type { AdoptedCatalog, Catalogs } from '../state/catalogs.ts';
import type { Sequences } from '../state/sequences.ts';
import type { SubjectRates } from '../state/subject-rates.ts';
import { applyKeys, type Keyed, type KeyParts } from './apply-keys.ts';
import { type Candidate, judge, type JudgeContext, type Refused } from './judge.ts';
import { messagesOf, type RowContext, type TypeMessages } from './messages.ts';

/** A batch that may be collected: whoever sent it has shown the right to. */
export interface ArrivedBatch {
  readonly batch: Batch;
  readonly writeKey: WriteKey;
  /** Of the request, inflated. */
  readonly bodyBytes: number;
  /** Of the request, where it says one. */
  readonly userAgent?: string | undefined;
  /**
   * Of events that the platform sends again: when they first arrived, in epoch milliseconds. They are judged by that time, and
   * what is rejected again is not kept once more.
   */
  readonly firstReceivedAtMs?: number | undefined;
}

export type Twin = Extract<Keyed, { kind: 'twin' }>;

/** What is to be done about the events of a batch. */
export interface Prepared {
  /** How many events there were, by the type that they named. */
  readonly received: ReadonlyMap<BookedType, number>;
  readonly messages: readonly TypeMessages[];
  readonly refused: readonly Refused[];
  readonly twins: readonly Twin[];
  /** Events whose verdict is known, with nothing left to do. */
  readonly decided: readonly { readonly candidate: Candidate; readonly verdict: Verdict }[];
}

/** What events are judged by that is no part of the batch. */
export interface JudgeParts {
  readonly catalogs: Catalogs;
  readonly budgets: Pick<Budgets, 'isSpent'>;
}

export interface PrepareParts extends Omit<KeyParts, 'mayTake'>, JudgeParts {
  readonly sequences: Sequences;
  readonly subjectRates: SubjectRates;
}

export async function prepare(
  arrived: ArrivedBatch,
  catalog: AdoptedCatalog,
  context: RowContext,
  parts: PrepareParts,
): Promise<Prepared> {
  const judged = await judgeAll(arrived, catalog, context, parts);
  const candidates = judged.filter((event) => event.kind === 'candidate');
  const keyed = await applyKeys(candidates, { ...parts, mayTake: subjectRateOf(arrived, parts.subjectRates) });
  const ready = keyed.filter((event) => event.kind === 'ready');
  return {
    received: countByType(judged),
    messages: messagesOf(ready, context, parts.sequences),
    refused: [...judged, ...keyed].filter((event) => event.kind === 'refused'),
    twins: keyed.filter((event) => event.kind === 'twin'),
    decided: keyed.filter((event) => event.kind === 'decided'),
  };
}

/** Rejections that a catalog may answer which was applied a moment ago. */
const MAY_BE_NEWER: ReadonlySet<RejectionCode> = new Set(['unknown_type', 'unmapped_event']);

/** Judges every event. A type or mapping that is unknown may be in a catalog that was applied a moment ago: then all are judged by that one. */
export async function judgeAll(
  { batch, writeKey, bodyBytes, firstReceivedAtMs }: ArrivedBatch,
  catalog: AdoptedCatalog,
  { receivedAtMs: nowMs, importId }: Pick<RowContext, 'receivedAtMs' | 'importId'>,
  { catalogs, budgets }: JudgeParts,
): Promise<readonly (Candidate | Refused)[]> {
  const receivedAtMs = firstReceivedAtMs ?? nowMs;
  const arrival = { receivedAtMs, sentAtMs: batch.sentAtMs, historical: importId !== undefined };
  const context: JudgeContext = {
    rules: catalog.rules,
    writeKey,
    arrival,
    bodyBytes,
    translate: translatorOf(batch.protocol, catalog, { writeKey, arrival }),
    isSpent: (type) => budgets.isSpent(type),
  };
  const judged = batch.events.map((event, index) => judge(event, index, context));
  if (!judged.some((event) => event.kind === 'refused' && MAY_BE_NEWER.has(event.rejection.code))) return judged;
  await catalogs.refreshOnDemand();
  const { current } = catalogs;
  if (current === undefined || current.digest === catalog.digest) return judged;
  const newer: JudgeContext = {
    ...context,
    rules: current.rules,
    translate: translatorOf(batch.protocol, current, { writeKey, arrival }),
  };
  return batch.events.map((event, index) => judge(event, index, newer));
}

/**
 * Draws an event that is not here yet from the rate of its subject; beyond that it is not lost, but to be sent again. What is here already
 * costs nothing: who can only send a whole batch again would draw for the same events for ever, and the last ones would never be taken.
 */
function subjectRateOf(
  { batch, writeKey, firstReceivedAtMs }: ArrivedBatch,
  rates: SubjectRates,
): (subjectId: string | undefined) => boolean {
  // What happened long ago comes as fast as it can be read, and replays have a rate of their own.
  if (batch.importId !== undefined || firstReceivedAtMs !== undefined) return () => true;
  return (subjectId) => subjectId === undefined || rates.take(writeKey, subjectId);
}

/** How events of a protocol become native ones: by the mapping for the write key that they came with. */
function translatorOf(
  protocol: ProtocolName | undefined,
  { sources }: AdoptedCatalog,
  { writeKey, arrival }: Pick<JudgeContext, 'writeKey' | 'arrival'>,
): JudgeContext['translate'] {
  if (protocol === undefined) return undefined;
  const source = sources.find(protocol, writeKey.name);
  // Batches with a protocol hold nothing else: whoever reads them makes these.
  return (sent) => translate(sent as ForeignEvent, source, arrival);
}

function countByType(judged: readonly (Candidate | Refused)[]): ReadonlyMap<BookedType, number> {
  const counts = new Map<BookedType, number>();
  for (const { rules } of judged) {
    const type = rules?.eventType.id ?? UNDECLARED;
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return counts;
}
