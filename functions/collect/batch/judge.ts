// Owns the first step of an event: judged by everything that needs no key, cheap checks before costly ones.
import { type AdmissionRules, admit, type AdmittedEvent, type Arrival } from '#shared/events/admission.ts';
import { boundsRejection } from '#shared/events/bounds.ts';
import { type Envelope, readEnvelope } from '#shared/events/envelope.ts';
import { MAX_EVENT_ID_LENGTH } from '#shared/events/limits.ts';
import type { Translated } from '#shared/events/sources/translate.ts';
import type { Rejection } from '#shared/events/verdict.ts';
import type { EventTypeId } from '#shared/platform/ids.ts';
import { maySend, type WriteKey } from '#shared/events/write-key.ts';

/** What all events of a batch are judged by. */
export interface JudgeContext {
  readonly rules: ReadonlyMap<string, AdmissionRules>;
  readonly writeKey: WriteKey;
  readonly arrival: Arrival;
  /** Of the request, inflated. */
  readonly bodyBytes: number;
  /** Makes native events of those of another protocol; undefined where they are native. */
  readonly translate?: ((sent: unknown) => Translated) | undefined;
  /** Whether a type has stored what it may today. */
  readonly isSpent: (type: EventTypeId) => boolean;
}

interface Judgement {
  /** Its place in the batch. */
  readonly index: number;
  /** As it was sent; of another protocol, with who it is about beside it. */
  readonly original: unknown;
}

/** An event that may be stored, once the keys of its subject allow it. */
export interface Candidate extends Judgement {
  readonly kind: 'candidate';
  readonly id: string;
  readonly envelope: Envelope;
  readonly rules: AdmissionRules;
  readonly event: AdmittedEvent;
}

/** An event that is rejected. */
export interface Refused extends Judgement {
  readonly kind: 'refused';
  /** When it could be read. */
  readonly id: string | undefined;
  /** When its type is declared. */
  readonly rules: AdmissionRules | undefined;
  readonly rejection: Rejection;
}

/** Judges one event of a batch. */
export function judge(sent: unknown, index: number, context: JudgeContext): Candidate | Refused {
  const beyond = boundsRejection(sent, context.bodyBytes);
  const translated = context.translate?.(sent);
  const original = translated === undefined ? sent : translated.kept;
  const rejection = beyond ?? (translated?.outcome.kind === 'rejected' ? translated.outcome : undefined);
  if (rejection !== undefined) {
    return { kind: 'refused', index, original, id: idOf(original), rules: undefined, rejection };
  }
  const native = translated?.outcome.kind === 'envelope' ? translated.outcome.envelope : sent;
  return judgeNative(native, { index, original }, context);
}

function judgeNative(native: unknown, { index, original }: Judgement, context: JudgeContext): Candidate | Refused {
  const read = readEnvelope(native);
  if (read.kind === 'refused') {
    return { kind: 'refused', index, original, id: read.id, rules: undefined, rejection: read.rejection };
  }
  const { envelope } = read;
  const rules = context.rules.get(envelope.type);
  const rejection = rules === undefined ? UNKNOWN_TYPE : rightRejection(rules, context);
  if (rules === undefined || rejection !== undefined) {
    return { kind: 'refused', index, original, id: envelope.id, rules, rejection: rejection ?? UNKNOWN_TYPE };
  }
  const event = admit(envelope, context.arrival, rules);
  return event.kind === 'rejected'
    ? { kind: 'refused', index, original, id: envelope.id, rules, rejection: event }
    : { kind: 'candidate', index, original, id: envelope.id, envelope, rules, event };
}

const UNKNOWN_TYPE: Rejection = { kind: 'rejected', code: 'unknown_type', path: 'type' };
const TYPE_NOT_ALLOWED: Rejection = { kind: 'rejected', code: 'type_not_allowed', path: 'type' };

const BUDGET_SPENT: Rejection = { kind: 'rejected', code: 'budget_spent' };

function rightRejection({ eventType: { id } }: AdmissionRules, context: JudgeContext): Rejection | undefined {
  if (!maySend(context.writeKey, id)) return TYPE_NOT_ALLOWED;
  // Imports are opened on purpose, and by keys that may.
  return !context.arrival.historical && context.isSpent(id) ? BUDGET_SPENT : undefined;
}

/** The id of what is not looked at as an envelope: too deep, too large, or not translated. */
function idOf(original: unknown): string | undefined {
  const id: unknown = typeof original === 'object' && original !== null ? Reflect.get(original, 'id') : undefined;
  return typeof id === 'string' && id.length > 0 && id.length <= MAX_EVENT_ID_LENGTH ? id : undefined;
}
