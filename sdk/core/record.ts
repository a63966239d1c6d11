// Owns how something that is tracked becomes an event: its envelope, and whether it may be recorded at all.
import type { QueuedEvent } from './effects.ts';
import { MAX_EVENT_BYTES, MAX_EVENT_ID_LENGTH } from './limits.ts';

/** What a generated module knows about an event type. */
export interface EventDescriptor {
  /** `listening.TrackPlayed`. */
  readonly type: string;
  /** Why such events are held. */
  readonly purpose?: string;
  /** `required`: only with an explicit yes to the purpose. */
  readonly consent?: 'required' | 'optional';
  /** `none`: about nobody, so that no identifier is sent. */
  readonly subject?: 'user' | 'none';
}

/** Answers of a person, by purpose; a purpose that is not named was not asked. */
export type Consent = { readonly [purpose: string]: boolean };

/** Whom events are about. */
export interface Who {
  readonly userId?: string | undefined;
  readonly anonymousId?: string | undefined;
}

/** What may be said of one event; a server that tracks for many people says who and their consent each time. */
export interface TrackOptions extends Who {
  /** An id of one's own, up to 100 characters: the same event tracked twice is stored once. */
  readonly id?: string;
  /** When it happened; default now. */
  readonly occurredAt?: Date;
  readonly consent?: Consent;
}

/** Why an event is not recorded; the words are collect's own. */
export type Refusal =
  | 'closed'
  | 'consent_missing'
  | 'consent_refused'
  | 'missing_subject'
  | 'invalid_envelope'
  | 'event_too_large';

/** What tracking came to. */
export type Tracked =
  | { readonly kind: 'queued'; readonly id: string }
  | { readonly kind: 'refused'; readonly code: Refusal };

/** An event, or why it is none. */
export type Recorded = { readonly kind: 'event'; readonly event: QueuedEvent } | Extract<Tracked, { kind: 'refused' }>;

/** What is tracked. */
export interface Happening {
  readonly descriptor: EventDescriptor;
  readonly data: object;
  readonly options: TrackOptions;
  readonly who: Who;
  readonly consent: Consent;
  readonly nowMs: number;
  readonly newId: (nowMs: number) => string;
}

const utf8 = new TextEncoder();

/** Makes the event. */
export function record({ descriptor, data, options, who, consent, nowMs, newId }: Happening): Recorded {
  const { type, purpose, subject } = descriptor;
  const answers = { ...consent, ...options.consent };
  const refusal = consentRefusal(descriptor, answers);
  if (refusal !== undefined) return refused(refusal);
  const person =
    subject === 'none'
      ? {}
      : { userId: options.userId ?? who.userId, anonymousId: options.anonymousId ?? who.anonymousId };
  if (subject === 'user' && !person.userId && !person.anonymousId) return refused('missing_subject');
  const id = options.id ?? newId(nowMs);
  if (id === '' || id.length > MAX_EVENT_ID_LENGTH) return refused('invalid_envelope');
  const occurredAtMs = options.occurredAt?.getTime() ?? nowMs;
  const text = jsonOf({ id, type, occurredAtMs, ...person, consent: answersFor(purpose, answers), data });
  if (text === undefined) return refused('invalid_envelope');
  const bytes = utf8.encode(text).length;
  if (bytes > MAX_EVENT_BYTES) return refused('event_too_large');
  return { kind: 'event', event: { id, type, purpose, queuedAtMs: nowMs, text, bytes } };
}

function consentRefusal({ purpose, consent }: EventDescriptor, answers: Consent): Refusal | undefined {
  if (purpose === undefined) return undefined;
  if (answers[purpose] === false) return 'consent_refused';
  return consent === 'required' && answers[purpose] !== true ? 'consent_missing' : undefined;
}

/** Only the answer that decides about this event; all of them when that is not known. */
function answersFor(purpose: string | undefined, answers: Consent): Consent | undefined {
  if (purpose === undefined) return Object.keys(answers).length === 0 ? undefined : answers;
  const answer = answers[purpose];
  return answer === undefined ? undefined : { [purpose]: answer };
}

function jsonOf({
  occurredAtMs,
  ...rest
}: {
  readonly occurredAtMs: number;
  readonly [key: string]: unknown;
}): string | undefined {
  try {
    const occurredAt = new Date(occurredAtMs).toISOString();
    // Whole numbers beyond what JSON holds exactly go as texts of digits.
    return JSON.stringify({ ...rest, occurredAt }, (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
  } catch {
    return undefined; // a time that is none, or data that contains itself
  }
}

function refused(code: Refusal): Extract<Tracked, { kind: 'refused' }> {
  return { kind: 'refused', code };
}
