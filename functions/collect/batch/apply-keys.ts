// Owns the step that needs keys: events grouped by whose keys they need, each group protected within one lending.
import type { ProtectedIdentity } from '#shared/events/raw-row.ts';
import type { Verdict } from '#shared/events/verdict.ts';
import { acceptsEvent } from '#shared/privacy/keys/purpose-keys.ts';
import type { Keyrings, KeyRequest } from '#shared/privacy/keys/keyrings.ts';
import type { Log } from '#shared/platform/log-line.ts';
import type { BatchClaims, Claim } from './accepted-events.ts';
import type { Candidate, Refused } from './judge.ts';
import { verdictWithoutKeys } from './key-verdicts.ts';
import { keyOthers, type KeyedOthers, settleOthers } from './other-persons.ts';
import { type EventMark, markOf, protect, type Protection, Pseudonyms, subjectOf } from './protect.ts';

/** An event after its keys were used. */
export type Keyed =
  /** Protected and claimed: to be published. */
  | {
      readonly kind: 'ready';
      readonly candidate: Candidate;
      readonly identity: ProtectedIdentity;
      readonly claim: Claim;
    }
  /** A twin of one that is on its way: waits for its verdict. */
  | { readonly kind: 'twin'; readonly candidate: Candidate; readonly claim: Claim; readonly payload: 'same' | 'other' }
  /** The keys or a twin say that it is not wanted. */
  | Refused
  /** Nothing is to be done with it: it is here already, or has to be sent again. */
  | {
      readonly kind: 'decided';
      readonly candidate: Candidate;
      readonly verdict: Exclude<Verdict, { kind: 'rejected' }>;
    };

export interface KeyParts {
  readonly keyrings: Keyrings;
  readonly claims: BatchClaims;
  readonly log: Log;
  /** Takes an event from the rate of its subject; false when that is spent. */
  readonly mayTake: (subjectId: string | undefined) => boolean;
}

/** Events that the same keys protect. */
interface Group {
  /** Undefined for events about nobody. */
  readonly request: KeyRequest | undefined;
  readonly purpose: string;
  readonly candidates: Candidate[];
}

/** Protects events under the keys of their subjects, each subject and purpose once. */
export async function applyKeys(candidates: readonly Candidate[], parts: KeyParts): Promise<readonly Keyed[]> {
  const others = await keyOthers(candidates, parts);
  const groups = groupByKeys(candidates);
  const keyed = await Promise.all(groups.map((group) => keyGroup(group, others, parts)));
  return keyed.length === 1 && keyed[0] !== undefined ? keyed[0] : keyed.flat();
}

function groupByKeys(candidates: readonly Candidate[]): readonly Group[] {
  const groups = new Map<string, Group>();
  let [group, before]: [Group | undefined, Candidate | undefined] = [undefined, undefined];
  for (const candidate of candidates) {
    // Most batches are of one user: what has the same keys as the one before it needs no name.
    if (before === undefined || !haveSameKeys(before, candidate)) group = groupOf(candidate, groups);
    group?.candidates.push(candidate);
    before = candidate;
  }
  return [...groups.values()];
}

function groupOf(candidate: Candidate, groups: Map<string, Group>): Group {
  const { rules, event } = candidate;
  const { purpose } = rules.eventType;
  const nobody = event.subjectId === undefined;
  const linked = linkedOf(candidate);
  // The texts are a client's own: JSON keeps them apart whatever they hold. It is a name for this batch only.
  const name = nobody ? purpose : JSON.stringify([purpose, event.subjectId, linked]);
  let group = groups.get(name);
  if (group === undefined) {
    group = { request: nobody ? undefined : requestOf(candidate, linked), purpose, candidates: [] };
    groups.set(name, group);
  }
  return group;
}

function haveSameKeys(a: Candidate, b: Candidate): boolean {
  if (a.rules.eventType.purpose !== b.rules.eventType.purpose || a.event.subjectId !== b.event.subjectId) return false;
  return a.event.subjectId === undefined || linkedOf(a) === linkedOf(b);
}

/** The visitor that a user was seen as. */
function linkedOf({ envelope: { userId, anonymousId } }: Candidate): string | undefined {
  return userId === undefined ? undefined : anonymousId;
}

function requestOf({ envelope, rules }: Candidate, linked: string | undefined): KeyRequest | undefined {
  const subject = subjectOf(envelope);
  if (subject === undefined) return undefined;
  const { purpose } = rules.eventType;
  return linked === undefined ? { subject, purpose } : { subject, purpose, anonymousId: linked };
}

async function keyGroup(group: Group, others: KeyedOthers, parts: KeyParts): Promise<readonly Keyed[]> {
  const { request, purpose, candidates } = group;
  const all = (lent: Pick<Protection, 'link' | 'keys' | 'visitor'>): readonly Keyed[] => {
    const protection: Protection = { ...lent, pseudonyms: new Pseudonyms(lent.link) };
    return candidates.map((candidate) => keyOne(candidate, protection, others, parts));
  };
  if (request === undefined) {
    return all({ link: parts.keyrings.unlinked(purpose), keys: undefined, visitor: undefined });
  }
  const used = await parts.keyrings.use(request, ({ keys, visitor }) => all({ link: keys.link, keys, visitor }));
  if (used.kind === 'used') return used.result;
  if (used.kind === 'damaged') parts.log.write('ERROR', 'a keyring is damaged', { purpose, code: 'corrupt' });
  const verdict = verdictWithoutKeys(used);
  return candidates.map((candidate) => decided(candidate, verdict));
}

function keyOne(
  candidate: Candidate,
  protection: Protection,
  others: KeyedOthers,
  { claims, mayTake }: KeyParts,
): Keyed {
  const { keys, link } = protection;
  const named = others.get(candidate);
  if (named?.kind === 'again') return decided(candidate, named.verdict);
  if (keys !== undefined && !acceptsEvent(keys, candidate.event.eventTimeMs)) {
    return decided(candidate, { kind: 'rejected', code: 'subject_erased' });
  }
  const mark = markOf(candidate, link);
  const claimed = claims.claim(mark.eventId, mark.fingerprint);
  switch (claimed.kind) {
    case 'first':
      // The claim is given up with the batch.
      if (!mayTake(candidate.event.subjectId)) return decided(candidate, SUBJECT_RATE_LIMITED);
      return {
        kind: 'ready',
        candidate,
        identity: identityOf(candidate, mark, protection, named),
        claim: claimed.claim,
      };
    case 'twin': {
      const payload = claimed.claim.fingerprint === mark.fingerprint ? 'same' : 'other';
      return { kind: 'twin', candidate, claim: claimed.claim, payload };
    }
    case 'known':
      return decided(candidate, twinVerdict(claimed.payload));
  }
}

const SUBJECT_RATE_LIMITED: Verdict = { kind: 'retry', code: 'subject_rate_limited' };

/** What its row says of whom the event is about. What others have in it is settled last: the mark is of what was sent. */
function identityOf(
  candidate: Candidate,
  mark: EventMark,
  protection: Protection,
  named: Parameters<typeof settleOthers>[0],
): ProtectedIdentity {
  const identity = protect(candidate, mark, protection);
  const others = settleOthers(named);
  return others === undefined ? identity : { ...identity, others };
}

/** An event whose verdict is known. */
export function decided(candidate: Candidate, verdict: Verdict): Extract<Keyed, { kind: 'refused' | 'decided' }> {
  if (verdict.kind !== 'rejected') return { kind: 'decided', candidate, verdict };
  const { index, original, id, rules } = candidate;
  return { kind: 'refused', index, original, id, rules, rejection: verdict };
}

/** The verdict of a twin of an accepted event. */
export function twinVerdict(payload: 'same' | 'other'): Verdict {
  return payload === 'same' ? { kind: 'duplicate' } : { kind: 'rejected', code: 'collision', path: 'id' };
}
