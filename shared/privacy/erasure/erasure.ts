// Owns the course of an erasure: opening one, and taking each step exactly once, in order, and only when it may be taken.
import { randomBytes } from 'node:crypto';
import { sha256Hex } from '../../platform/digest.ts';
import { keyringObject } from '../keys/key-objects.ts';
import type { EpochRecord } from '../keys/epoch-record.ts';
import type { FrozenKeyring, ShreddedRecord } from '../keys/forgetting.ts';
import { dueAtMs, EXTENDED_MONTHS } from './due-date.ts';
import { ERASURE_FORMAT } from './erasure-record.ts';
import type {
  DestroyedKeyring,
  ErasureBasis,
  ErasureRecord,
  ErasureStepName,
  StepReport,
  Verification,
} from './erasure-record.ts';
import { isBeyond, mayFollow } from './erasure-states.ts';
import { blockedBy, isCleaned } from './scope-plan.ts';

const SALT_BYTES = 16;

/** What a step came to. `already`: it was taken before, as after a crash; what it left then stands. */
export type Advanced =
  | { readonly kind: 'advanced'; readonly record: ErasureRecord }
  | { readonly kind: 'already'; readonly record: ErasureRecord }
  | { readonly kind: 'refused'; readonly code: AdvanceRefusal; readonly reason: string };

/** `erasure_blocked` and `erasure_held` need people; `too_early` needs time; the others are mistakes of the caller. */
export type AdvanceRefusal =
  | 'out_of_order'
  | 'erasure_blocked'
  | 'erasure_held'
  | 'too_early'
  | 'incomplete'
  | 'not_proved';

/** What is asked for. */
export interface AskedErasure {
  readonly basis: ErasureBasis;
  /** Default: the officer who asks vouches for it. */
  readonly verification?: Verification;
  /** Whether what is held is put together for the person first. */
  readonly export?: 'asked' | undefined;
  /** Only this purpose is forgotten. */
  readonly purpose?: string | undefined;
}

/** Opens an erasure. The salt is drawn here, so that no two requests about a person have a digest in common. */
export function openErasure(id: string, lookupId: string, asked: AskedErasure, receivedAtMs: number): ErasureRecord {
  const salt = randomBytes(SALT_BYTES).toString('base64');
  const subject = saltedDigest(salt, 'subject', lookupId);
  return {
    format: ERASURE_FORMAT,
    id,
    state: 'received',
    basis: asked.basis,
    ...(asked.purpose === undefined ? {} : { purpose: asked.purpose }),
    verification: asked.verification ?? 'officer',
    ...(asked.export === undefined ? {} : { export: asked.export }),
    receivedAtMs,
    dueAtMs: dueAtMs(receivedAtMs),
    salt,
    subject,
    steps: {},
  };
}

/** SHA-256 of `<salt>|<use>|<value>`: the only form in which anything about the person is in a record or certificate. */
export function saltedDigest(salt: string, use: 'subject' | 'record' | 'object', value: string): string {
  return sha256Hex(`${salt}|${use}|${value}`);
}

/**
 * Takes a step, with what it reports, after its work is done: `shredded` when every process has been told. Scoping may be repeated
 * until the erasure goes on, so that owners can unblock it.
 */
export function advance<Step extends ErasureStepName>(
  record: ErasureRecord,
  step: Step,
  report: StepReport<Step>,
  atMs: number,
): Advanced {
  // Also a hold may come, go, and come again.
  const again = (step === 'scoped' && record.state === 'scoped') || (mayFollow(record.state, step) && isHold(step));
  if (record.steps[step] !== undefined && !again) return { kind: 'already', record };
  if (!again && !mayFollow(record.state, step)) {
    return { kind: 'refused', code: 'out_of_order', reason: `${step} does not follow ${record.state}` };
  }
  const next: ErasureRecord = { ...record, state: step, steps: { ...record.steps, [step]: { ...report, atMs } } };
  const refusal = GUARDS[step]?.(next.steps, atMs) ?? heldBack(record, step, atMs);
  return refusal === undefined ? { kind: 'advanced', record: next } : { kind: 'refused', ...refusal };
}

/** Whether a legal hold keeps an erasure back now. */
export function isHeld({ hold }: Pick<ErasureRecord, 'hold'>, atMs: number): boolean {
  return hold !== undefined && (hold.untilMs === undefined || atMs < hold.untilMs);
}

/** Changes of the record by people, which are no steps; undefined when the erasure is beyond them. */
export function withHold(record: ErasureRecord, hold: ErasureRecord['hold']): ErasureRecord | undefined {
  if (record.state === 'frozen' || isBeyond(record.state, 'frozen')) return undefined;
  const { hold: _, ...rest } = record;
  return hold === undefined ? rest : { ...rest, hold };
}

/** The time is extended to three months from the receipt, once (Art. 12(3) GDPR). */
export function extended(record: ErasureRecord, atMs: number): ErasureRecord {
  if (record.extendedAtMs !== undefined) return record;
  const { alerted: _, ...rest } = record;
  return { ...rest, dueAtMs: dueAtMs(record.receivedAtMs, EXTENDED_MONTHS), extendedAtMs: atMs };
}

/** Whoever places a hold and whoever freezes change the same record, so that one of them comes second and sees it. */
function heldBack(record: ErasureRecord, step: ErasureStepName, atMs: number): ReturnType<Guard> {
  if (step !== 'frozen' || !isHeld(record, atMs)) return undefined;
  return { code: 'erasure_held', reason: `the hold ${record.hold?.id ?? ''} keeps the data` };
}

function isHold(step: ErasureStepName): boolean {
  return step === 'held' || step === 'restricted';
}

/** What keeps a step from being taken, seen on the steps as they would be after it. */
type Guard = (
  steps: ErasureRecord['steps'],
  atMs: number,
) => { readonly code: AdvanceRefusal; readonly reason: string } | undefined;

const GUARDS: { readonly [Step in ErasureStepName]?: Guard } = {
  frozen: ({ scoped }) => {
    const blocked = blockedBy(scoped?.plan ?? []).map(({ endpoint, reason }) => `${endpoint}: ${reason}`);
    return blocked.length === 0 ? undefined : { code: 'erasure_blocked', reason: blocked.join('; ') };
  },
  waited: ({ shredded, waited }, atMs) => {
    const endsAtMs = (shredded?.atMs ?? 0) + (waited?.boundMs ?? 0);
    if (atMs >= endsAtMs) return undefined;
    return { code: 'too_early', reason: `the revocation bound ends in ${endsAtMs - atMs} ms` };
  },
  'rows-cleaned': ({ scoped, 'rows-cleaned': cleaned }) => {
    const done = new Set(cleaned?.endpoints.map(({ endpoint, action }) => `${action} ${endpoint}`));
    const planned = (scoped?.plan ?? []).filter(isCleaned);
    const missing = planned.map(({ endpoint, action }) => `${action} ${endpoint}`).filter((each) => !done.has(each));
    return missing.length === 0 ? undefined : { code: 'incomplete', reason: `not done: ${missing.join(', ')}` };
  },
  proved: ({ proved }) => {
    const failed = (proved?.probes ?? []).filter(({ tried, passed }) => passed !== tried).map(({ name }) => name);
    return failed.length === 0 ? undefined : { code: 'not_proved', reason: failed.join(', ') };
  },
};

/** The destroyed keyrings as records and certificates tell of them: digests, times and key versions. */
export function destroyedKeyrings(
  salt: string,
  shredded: readonly ShreddedRecord[],
  frozen: readonly FrozenKeyring[],
  epochs: readonly EpochRecord[],
): readonly DestroyedKeyring[] {
  return shredded.map(({ lookupId, generation, shreddedAtMs, digest, revision, epochs: atTheEnd }) => {
    const named = new Set([...(frozen.find((each) => each.lookupId === lookupId)?.epochs ?? []), ...atTheEnd]);
    return {
      generation,
      shreddedAtMs,
      record: saltedDigest(salt, 'record', digest),
      object: saltedDigest(salt, 'object', keyringObject(lookupId)),
      revision,
      epochs: epochs
        .filter(({ id }) => named.has(id))
        .map(({ id, keyVersion, createdAtMs }) => ({ id, keyVersion, openedAtMs: createdAtMs })),
    };
  });
}
