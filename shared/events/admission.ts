// Owns the order in which an event is judged at the door, cheap checks before costly ones, before any key is touched.
import type { EventType } from '../catalog/event-type.ts';
import type { Purpose } from '../catalog/platform.ts';
import type { Duration } from '../platform/duration.ts';
import type { RejectionCode } from '../platform/error-codes.ts';
import { consentRejection } from './consent.ts';
import { type Envelope, subjectIdOf } from './envelope.ts';
import { ageRejection, type EventTime, eventTimeOf } from './event-time.ts';
import type { ValidData, Validator } from './validator.ts';
import type { Rejection } from './verdict.ts';

/** An event type with what is compiled of it once. */
export interface AdmissionRules {
  readonly eventType: EventType;
  readonly purpose: Purpose;
  readonly retention: Duration;
  readonly validate: Validator;
}

/** When and how an event arrived, in epoch milliseconds. */
export interface Arrival {
  readonly receivedAtMs: number;
  readonly sentAtMs?: number | undefined;
  readonly historical: boolean;
}

/** An event that may be stored, once its subject's keys allow it. */
export interface AdmittedEvent extends EventTime {
  readonly kind: 'admitted';
  /** Whose keys seal it; undefined for event types without a subject. */
  readonly subjectId: string | undefined;
  readonly data: ValidData;
}

/** Judges an event by everything that needs no key: subject, consent, age, data. */
export function admit(envelope: Envelope, arrival: Arrival, rules: AdmissionRules): AdmittedEvent | Rejection {
  const { eventType, purpose, retention, validate } = rules;
  const subjectId = eventType.subject === 'user' ? subjectIdOf(envelope) : undefined;
  if (eventType.subject === 'user' && subjectId === undefined) return rejected('missing_subject', 'userId');
  const refusal = consentRejection(envelope.consent, eventType.purpose, purpose);
  if (refusal !== undefined) return rejected(refusal, 'consent');
  const time = eventTimeOf({ ...arrival, occurredAtMs: envelope.occurredAt.epochMs });
  const age = ageRejection(time.eventTimeMs, arrival.receivedAtMs, retention);
  if (age !== undefined) return rejected(age, 'occurredAt');
  const data = validate(envelope.data);
  return data.kind === 'rejected' ? data : { kind: 'admitted', ...time, subjectId, data };
}

function rejected(code: RejectionCode, path: string): Rejection {
  return { kind: 'rejected', code, path };
}
