// Owns keeping rejected events: sealed for whom they name, published within the request, or left as a count where keeping them
// would be what their subject refused.
import { QUALITY_PURPOSE } from '#shared/catalog/platform.ts';
import { FAILED_EVENTS_TOPIC } from '#shared/catalog/names.ts';
import { readSubject } from '#shared/events/envelope.ts';
import { type FailedEvent, type FailedEventKey, failedEventRow } from '#shared/events/failed-event.ts';
import { MAX_EVENT_BYTES } from '#shared/events/limits.ts';
import { releaseOf } from '#shared/events/release.ts';
import { isKept, type Verdict } from '#shared/events/verdict.ts';
import type { Publisher } from '#shared/gcp/publisher.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';
import type { Subject } from '#shared/privacy/keys/derivations.ts';
import type { Keyrings } from '#shared/privacy/keys/keyrings.ts';
import { sealFields } from '#shared/privacy/sealing.ts';
import type { Refused } from './judge.ts';
import { verdictWithoutKeys } from './key-verdicts.ts';
import { subjectOf } from './protect.ts';

export interface FailedContext {
  readonly receivedAtMs: number;
  readonly sentAtMs: number | undefined;
  /** Name of the write key. */
  readonly writeKey: string;
  readonly sdk: string | undefined;
}

export interface FailedParts {
  readonly keyrings: Keyrings;
  readonly publisher: Publisher;
  /** Names one failed event, never two. */
  readonly newFailedId: () => string;
}

/** A rejected event with the verdict it gets: its own, or `retry` when it should be kept and could not be. */
export interface Kept {
  readonly refused: Refused;
  readonly verdict: Verdict;
  /** It is among the failed events, acknowledged. */
  readonly kept?: 'kept';
}

/** Keeps the rejected events of a batch. */
export async function keepFailed(
  refused: readonly Refused[],
  context: FailedContext,
  parts: FailedParts,
): Promise<readonly Kept[]> {
  const sealed = await Promise.all(refused.map((event) => sealFailed(event, context, parts)));
  const rows = sealed.flatMap(({ row }) => row ?? []);
  const acknowledged =
    rows.length === 0 || (await parts.publisher.publish(FAILED_EVENTS_TOPIC, rows)) === 'acknowledged';
  return sealed.map(({ refused, verdict, row }) => {
    if (row === undefined) return { refused, verdict };
    if (acknowledged) return { refused, verdict, kept: 'kept' };
    return { refused, verdict: { kind: 'retry', code: 'publish_failed' } };
  });
}

interface SealedFailure extends Kept {
  /** The message, when the event is kept. */
  readonly row: Buffer | undefined;
}

async function sealFailed(
  refused: Refused,
  context: FailedContext,
  { keyrings, newFailedId }: FailedParts,
): Promise<SealedFailure> {
  const { rejection, original } = refused;
  if (!isKept(rejection.code) || objects(original)) return { refused, verdict: rejection, row: undefined };
  const named = subjectOf(readSubject(original));
  const day = formatTimestamp(context.receivedAtMs).slice(0, 10);
  const subject: Subject = named ?? { kind: 'day', id: day };
  const used = await keyrings.use({ subject, purpose: QUALITY_PURPOSE }, ({ keys }) => {
    const key: FailedEventKey = named === undefined ? { kind: 'day', day } : { kind: 'subject', token: keys.token };
    return rowOf(refused, context, {
      id: newFailedId(),
      key,
      sealed: sealFields(keys, { original: textOf(original) }),
    });
  });
  if (used.kind === 'used') return { refused, verdict: rejection, row: used.result };
  // The subject is forgotten or wants none of this kept: the verdict stands, and nothing of the event stays.
  if (used.kind === 'refused') return { refused, verdict: rejection, row: undefined };
  return { refused, verdict: verdictWithoutKeys(used), row: undefined };
}

/** Whether the subject said no to having failures kept (Article 21 GDPR). */
function objects(original: unknown): boolean {
  const consent: unknown = typeof original === 'object' && original !== null ? Reflect.get(original, 'consent') : null;
  return typeof consent === 'object' && consent !== null && Reflect.get(consent, QUALITY_PURPOSE) === false;
}

function rowOf(
  { rules, rejection, original }: Refused,
  { receivedAtMs, sentAtMs, writeKey, sdk }: FailedContext,
  { id, key, sealed }: Pick<FailedEvent, 'id' | 'key' | 'sealed'>,
): Buffer {
  const row = failedEventRow({
    id,
    failedAtMs: receivedAtMs,
    sentAtMs,
    sdk,
    release: releaseOf(original),
    eventType: rules?.eventType.id,
    code: rejection.code,
    path: rejection.path,
    declaration: rules?.eventType.declaration,
    writeKeyId: writeKey,
    sealed,
    key,
  });
  return Buffer.from(JSON.stringify(row), 'utf8');
}

/**
 * The original as JSON text, cut at the size that an event may have: only what was too large anyway loses its end. What nests so
 * deep that it cannot be written leaves no text.
 */
function textOf(original: unknown): string {
  try {
    return cut(JSON.stringify(original));
  } catch (thrown) {
    if (thrown instanceof RangeError) return '';
    throw thrown;
  }
}

function cut(text: string): string {
  if (text.length <= MAX_EVENT_BYTES) return text;
  // Not between the halves of a character outside the Basic Multilingual Plane.
  return text.slice(0, MAX_EVENT_BYTES).toWellFormed();
}
