// Owns the other persons of events: what belongs to somebody beside the subject is protected under the keys of that person.
import { type ProtectedOther, settle } from '#shared/events/raw-row.ts';
import type { OtherPerson, PendingValue } from '#shared/events/validator.ts';
import type { Verdict } from '#shared/events/verdict.ts';
import type { Log } from '#shared/platform/log-line.ts';
import { generalise } from '#shared/privacy/generalise/generalise.ts';
import { pseudonymOf } from '#shared/privacy/keys/derivations.ts';
import type { Keyrings } from '#shared/privacy/keys/keyrings.ts';
import { acceptsEvent, type PurposeKeys } from '#shared/privacy/keys/purpose-keys.ts';
import { sealFields } from '#shared/privacy/sealing.ts';
import type { Candidate } from './judge.ts';
import { verdictWithoutKeys } from './key-verdicts.ts';

/** What their keys are had by. */
interface OthersParts {
  readonly keyrings: Keyrings;
  readonly log: Log;
}

/** What the keys of one person made of what is theirs in an event. */
interface Kept extends ProtectedOther {
  readonly settled: readonly { readonly pending: PendingValue; readonly result: string }[];
}

/** The other persons of one event, or the verdict of an event that has to be sent again. */
type Others =
  | { readonly kind: 'kept'; readonly kept: readonly Kept[] }
  | { readonly kind: 'again'; readonly verdict: Verdict };

/** What became of the other persons of a batch, by event; events that name nobody else have no entry. */
export type KeyedOthers = ReadonlyMap<Candidate, Others>;

const NOBODY: KeyedOthers = new Map();

/** Protects what belongs to other persons. Their keys are made where there are none, as those of subjects are. */
export async function keyOthers(candidates: readonly Candidate[], parts: OthersParts): Promise<KeyedOthers> {
  const naming = candidates.filter(({ event }) => event.data.others !== undefined);
  if (naming.length === 0) return NOBODY;
  const keyed = naming.map(async (candidate) => [candidate, await keyAll(candidate, parts)] as const);
  return new Map(await Promise.all(keyed));
}

/** Puts what became of them into the event, and tells what its row says of them. To be called after the event's mark was taken. */
export function settleOthers(others: Others | undefined): readonly ProtectedOther[] | undefined {
  if (others?.kind !== 'kept') return undefined;
  for (const { settled } of others.kept) for (const { pending, result } of settled) settle(pending, result);
  return others.kept;
}

async function keyAll(candidate: Candidate, parts: OthersParts): Promise<Others> {
  const kept: Kept[] = [];
  for (const other of candidate.event.data.others ?? []) {
    const one = await keyOne(candidate, other, parts);
    if ('verdict' in one) return { kind: 'again', verdict: one.verdict };
    if (one.kept !== undefined) kept.push(one.kept);
  }
  return { kind: 'kept', kept };
}

/**
 * What is stored of one of them. Somebody who was forgotten, or who withdrew the purpose, is left out: the event is about its subject,
 * too, and nothing of the other person comes back with it.
 */
async function keyOne(
  { rules, event }: Candidate,
  { field, userId, sealed, pending }: OtherPerson,
  { keyrings, log }: OthersParts,
): Promise<{ readonly kept?: Kept } | { readonly verdict: Verdict }> {
  const { purpose } = rules.eventType;
  const used = await keyrings.use({ subject: { kind: 'user', id: userId }, purpose }, ({ keys }) => {
    if (!acceptsEvent(keys, event.eventTimeMs)) return {};
    const blob = sealed === undefined ? null : sealFields(keys, sealed);
    return { kept: { field, token: keys.token, sealed: blob, settled: settledOf(pending, keys, event.eventTimeMs) } };
  });
  if (used.kind === 'used') return used.result;
  if (used.kind === 'refused') return {};
  if (used.kind === 'damaged') log.write('ERROR', 'a keyring is damaged', { purpose, code: 'corrupt' });
  return { verdict: verdictWithoutKeys(used) };
}

function settledOf(pending: readonly PendingValue[], { link }: PurposeKeys, occurredAtMs: number): Kept['settled'] {
  return pending.map((each) => {
    const { action, semantic, value } = each;
    const result =
      action === 'token' ? pseudonymOf(link, semantic, String(value)) : generalise(action, value, { occurredAtMs });
    return { pending: each, result };
  });
}
