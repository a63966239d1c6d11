// Owns what the keys of privacy make of one event: hashed id, fingerprint, sealed blob, pseudonyms, coarser values.
import type { PendingValue } from '#shared/events/validator.ts';
import { type ProtectedIdentity, settle } from '#shared/events/raw-row.ts';
import { payloadText } from '#shared/events/validator.ts';
import { generalise } from '#shared/privacy/generalise/generalise.ts';
import {
  eventIdOf,
  fingerprintOf,
  pseudonymOf,
  type Subject,
  visitorTokenOf,
} from '#shared/privacy/keys/derivations.ts';
import type { HmacKey } from '#shared/privacy/keys/hmac-key.ts';
import type { PurposeKeys } from '#shared/privacy/keys/purpose-keys.ts';
import type { Envelope } from '#shared/events/envelope.ts';
import { sealFields } from '#shared/privacy/sealing.ts';
import type { Candidate } from './judge.ts';

/** What an event is protected with. */
export interface Protection {
  /** The subject's link secret; for events about nobody what takes its place. */
  readonly link: HmacKey;
  /** The subject's keys; none for events about nobody. */
  readonly keys: PurposeKeys | undefined;
  /** The visitor's token, when the user was seen as one. */
  readonly visitor: string | undefined;
  readonly pseudonyms: Pseudonyms;
}

/**
 * What was made of values lately, for events that are protected together: those of one user come from one device, again and again.
 * Only of pseudonyms, which depend on nothing but the key and the value.
 */
export class Pseudonyms {
  readonly #link: HmacKey;
  readonly #made = new Map<string, string>();

  constructor(link: HmacKey) {
    this.#link = link;
  }

  of(semantic: string, value: string): string {
    const name = `${semantic}|${value}`;
    let made = this.#made.get(name);
    if (made === undefined) {
      made = pseudonymOf(this.#link, semantic, value);
      this.#made.set(name, made);
    }
    return made;
  }
}

/** Who an event is about: the user, else the visitor. */
export function subjectOf({ userId, anonymousId }: Pick<Envelope, 'userId' | 'anonymousId'>): Subject | undefined {
  if (userId !== undefined) return { kind: 'user', id: userId };
  return anonymousId === undefined ? undefined : { kind: 'anon', id: anonymousId };
}

/** What tells an event from others: both are digests under the link secret. */
export type EventMark = Pick<ProtectedIdentity, 'eventId' | 'fingerprint'>;

/** The mark of an event. To be taken before `protect`, which fills in the pending values. */
export function markOf({ rules, id, event }: Candidate, link: HmacKey): EventMark {
  const type = rules.eventType.id;
  return { eventId: eventIdOf(link, type, id), fingerprint: fingerprintOf(link, type, payloadText(event.data)) };
}

/** Applies every privacy action to the data of an event, in place, and returns what identifies it from then on. */
export function protect(candidate: Candidate, mark: EventMark, protection: Protection): ProtectedIdentity {
  const { envelope, event } = candidate;
  const { link, keys } = protection;
  const { pseudonyms } = protection;
  for (const pending of event.data.pending) settle(pending, resultOf(pending, pseudonyms, envelope.occurredAt.epochMs));
  const { sealed } = event.data;
  return {
    ...mark,
    subject: keys?.token ?? null,
    visitor: protection.visitor ?? (keys === undefined ? null : visitorOf(envelope, link)),
    sealed: sealed === undefined || keys === undefined ? null : sealFields(keys, sealed),
  };
}

function resultOf({ action, semantic, value }: PendingValue, pseudonyms: Pseudonyms, occurredAtMs: number): string {
  return action === 'token' ? pseudonyms.of(semantic, String(value)) : generalise(action, value, { occurredAtMs });
}

/** A visitor who is nobody's yet has a token of its own keyring. */
function visitorOf({ userId, anonymousId }: Envelope, link: HmacKey): string | null {
  return userId === undefined && anonymousId !== undefined ? visitorTokenOf(link, anonymousId) : null;
}
