// Owns the envelope that every event has around its data: reading it within bounds, field by field.
import { type Instant, parseInstant } from '../platform/timestamp.ts';
import { isObject } from './check.ts';
import { MAX_CONSENT_ENTRIES, MAX_EVENT_ID_LENGTH, MAX_SUBJECT_ID_LENGTH, MAX_TYPE_LENGTH } from './limits.ts';
import type { Rejection } from './verdict.ts';

/** One event as sent, its envelope checked, its data not yet. */
export interface Envelope {
  readonly id: string;
  readonly type: string;
  readonly occurredAt: Instant;
  readonly userId?: string | undefined;
  readonly anonymousId?: string | undefined;
  /** By purpose: whether the user agreed. A purpose that is not named was not asked. */
  readonly consent?: { readonly [purpose: string]: boolean } | undefined;
  readonly data: { readonly [field: string]: unknown };
}

/** An envelope, or why it is none, with its id when that could be read. */
export type EnvelopeResult =
  | { readonly kind: 'read'; readonly envelope: Envelope }
  | { readonly kind: 'refused'; readonly id: string | undefined; readonly rejection: Rejection };

/** What the subject of an anonymous visitor begins with; a user id may not, or one could be taken for the other. */
const VISITOR_PREFIX = 'anon:';

/** Reads an envelope out of parsed JSON. `context` may be anything: it is for adapters and is not stored. */
export function readEnvelope(value: unknown): EnvelopeResult {
  if (!isObject(value)) return refused(undefined, undefined, 'Send an object with id, type, occurredAt and data.');
  const { id, type, occurredAt, userId, anonymousId, consent, data } = value;
  if (!isText(id, MAX_EVENT_ID_LENGTH))
    return refused(undefined, 'id', `Send a text of 1 to ${MAX_EVENT_ID_LENGTH} characters.`);
  if (!isText(type, MAX_TYPE_LENGTH))
    return refused(id, 'type', 'Send the name of a declared event type, such as listening.TrackPlayed.');
  const instant = typeof occurredAt === 'string' ? parseInstant(occurredAt) : undefined;
  if (instant === undefined)
    return refused(id, 'occurredAt', 'Send a time with its offset, such as 2026-08-01T13:00:00.000Z.');
  if (!isSubjectId(userId))
    return refused(
      id,
      'userId',
      `Send a text of 1 to ${MAX_SUBJECT_ID_LENGTH} characters that does not begin with "${VISITOR_PREFIX}".`,
    );
  if (!isAbsent(anonymousId) && !isText(anonymousId, MAX_SUBJECT_ID_LENGTH))
    return refused(id, 'anonymousId', `Send a text of 1 to ${MAX_SUBJECT_ID_LENGTH} characters.`);
  if (!isConsent(consent)) return refused(id, 'consent', 'Send an object from purpose to true or false.');
  if (!isObject(data)) return refused(id, 'data', 'Send an object with the fields of the event type.');
  return {
    kind: 'read',
    envelope: {
      id,
      type,
      occurredAt: instant,
      userId: userId ?? undefined,
      anonymousId: anonymousId ?? undefined,
      consent: consent ?? undefined,
      data,
    },
  };
}

/** Who an event is about, as the keys of privacy are found: the user, else the visitor. */
export function subjectIdOf({ userId, anonymousId }: Envelope): string | undefined {
  if (userId !== undefined) return userId;
  return anonymousId === undefined ? undefined : `${VISITOR_PREFIX}${anonymousId}`;
}

/** Who a value is about that is no envelope, as far as that can be read: a rejected event is sealed for whom it names. */
export function readSubject(value: unknown): Pick<Envelope, 'userId' | 'anonymousId'> {
  if (!isObject(value)) return {};
  const { userId, anonymousId } = value;
  return {
    userId: !isAbsent(userId) && isSubjectId(userId) ? userId : undefined,
    anonymousId: isText(anonymousId, MAX_SUBJECT_ID_LENGTH) ? anonymousId : undefined,
  };
}

function isSubjectId(value: unknown): value is string | null | undefined {
  return isAbsent(value) || isUserId(value);
}

/** Whether a text may be the id of a user. */
export function isUserId(value: unknown): value is string {
  return isText(value, MAX_SUBJECT_ID_LENGTH) && !value.startsWith(VISITOR_PREFIX);
}

function isConsent(value: unknown): value is { readonly [purpose: string]: boolean } | null | undefined {
  if (isAbsent(value)) return true;
  if (!isObject(value)) return false;
  const answers = Object.values(value);
  return answers.length <= MAX_CONSENT_ENTRIES && answers.every((answer) => typeof answer === 'boolean');
}

function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

function isText(value: unknown, maxLength: number): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= maxLength && value.isWellFormed();
}

function refused(id: string | undefined, path: string | undefined, hint: string): EnvelopeResult {
  return { kind: 'refused', id, rejection: { kind: 'rejected', code: 'invalid_envelope', path, hint } };
}
