// Owns the order in which an event is judged at the door, cheap checks before costly ones, before any key is touched.
import { type Catalog, eventTypesOf } from '../catalog/catalog.ts';
import type { EventType } from '../catalog/event-type.ts';
import type { Purpose } from '../catalog/platform.ts';
import { type Duration, durationOf } from '../platform/duration.ts';
import type { RejectionCode } from '../platform/error-codes.ts';
import { consentRejection } from './consent.ts';
import { type Envelope, subjectIdOf } from './envelope.ts';
import { ageRejection, type EventTime, eventTimeOf } from './event-time.ts';
import { isInSample } from './sampling.ts';
import { compileValidator, type ValidData, type Validator } from './validator.ts';
import type { Rejection } from './verdict.ts';

/** An event type with what is compiled of it once. */
export interface AdmissionRules {
  readonly eventType: EventType;
  readonly purpose: Purpose;
  readonly retention: Duration;
  readonly validate: Validator;
}

/** The rules of every event type of a catalog, by its name, as an envelope's `type` says it. */
export function admissionRulesOf(catalog: Catalog): ReadonlyMap<string, AdmissionRules> {
  const rules = new Map<string, AdmissionRules>();
  for (const eventType of eventTypesOf(catalog)) {
    const purpose = catalog.platform.purposes[eventType.purpose];
    // Compile lets no event type stand without its purpose.
    if (purpose === undefined)
      throw new TypeError(`${eventType.id} has the purpose ${eventType.purpose}, which is not declared`);
    rules.set(eventType.id, {
      eventType,
      purpose,
      retention: durationOf(eventType.retention),
      validate: compiledWhenUsed(eventType),
    });
  }
  return rules;
}

/** Of thousands of types an instance sees few: what nobody sends costs neither time to start nor memory. */
function compiledWhenUsed(eventType: EventType): Validator {
  let compiled: Validator | undefined;
  return (data) => (compiled ??= compileValidator(eventType))(data);
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

/** Judges an event by everything that needs no key: subject, consent, age, sample, data. */
export function admit(envelope: Envelope, arrival: Arrival, rules: AdmissionRules): AdmittedEvent | Rejection {
  const { eventType, purpose, retention, validate } = rules;
  const subjectId = eventType.subject === 'user' ? subjectIdOf(envelope) : undefined;
  if (eventType.subject === 'user' && subjectId === undefined) return rejected('missing_subject', 'userId');
  const refusal = consentRejection(envelope.consent, eventType.purpose, purpose);
  if (refusal !== undefined) return rejected(refusal, 'consent');
  const time = eventTimeOf({ ...arrival, occurredAtMs: envelope.occurredAt.epochMs });
  const age = ageRejection(time.eventTimeMs, arrival.receivedAtMs, retention);
  if (age !== undefined) return rejected(age, 'occurredAt');
  // Ahead of the data, so that what is kept of failed events is a sample as well.
  if (!isInSample(eventType.sampling, subjectId ?? envelope.id)) return { kind: 'rejected', code: 'not_sampled' };
  const data = validate(envelope.data);
  return data.kind === 'rejected' ? data : { kind: 'admitted', ...time, subjectId, data };
}

function rejected(code: RejectionCode, path: string): Rejection {
  return { kind: 'rejected', code, path };
}
