// Owns going over the erasures that are not at their end: those that nobody drives are driven on, those that only have to be tidied
// up are tidied up.
import { PlatformError } from '#shared/platform/platform-error.ts';
import { alertLevel } from '#shared/privacy/erasure/due-date.ts';
import { isHeld } from '#shared/privacy/erasure/erasure.ts';
import type { ErasureRecord } from '#shared/privacy/erasure/erasure-record.ts';
import { isFinal } from '#shared/privacy/erasure/erasure-states.ts';
import { drive } from './drive.ts';
import type { ErasureDeps } from './erasure-deps.ts';
import {
  changeErasure,
  findErasure,
  listOpen,
  partObject,
  PASSING_PARTS,
  readOpen,
  removeOpen,
} from './erasure-objects.ts';
import { finish } from './finish.ts';
import { recordDue } from './step-facts.ts';

/** What a sweep came to. */
export interface Swept {
  readonly open: number;
  readonly started: number;
  readonly finished: number;
}

/** A request that was cut off before its record is carried on by the next one for the same subject, or forgotten after this. */
const CUT_OFF_MS = 15 * 60_000;
const AT_ONCE = 8;

/** Goes over all open erasures. One that cannot be looked at keeps no other from it. */
export async function sweep(deps: ErasureDeps): Promise<Swept> {
  const outcomes: ('left' | 'started' | 'finished')[] = [];
  const batch: Promise<'left' | 'started' | 'finished'>[] = [];
  for await (const subject of listOpen(deps.objects)) {
    batch.push(sweepOne(deps, subject));
    if (batch.length >= AT_ONCE) outcomes.push(...(await Promise.all(batch.splice(0))));
  }
  outcomes.push(...(await Promise.all(batch)));
  const countOf = (wanted: string): number => outcomes.filter((outcome) => outcome === wanted).length;
  return { open: outcomes.length, started: countOf('started'), finished: countOf('finished') };
}

async function sweepOne(deps: ErasureDeps, subject: string): Promise<'left' | 'started' | 'finished'> {
  try {
    return await lookAt(deps, subject);
  } catch (thrown) {
    const code = thrown instanceof PlatformError ? thrown.code : 'internal';
    deps.log.write('ERROR', 'an open erasure could not be looked at', { code });
    return 'left';
  }
}

async function lookAt(deps: ErasureDeps, subject: string): Promise<'left' | 'started' | 'finished'> {
  const { objects, clock } = deps;
  const open = await readOpen(objects, subject);
  if (open === undefined) return 'left';
  const stored = await findErasure(objects, open.id);
  if (stored === undefined) {
    if (clock.now() - open.createdAtMs <= CUT_OFF_MS) return 'left';
    await Promise.all(PASSING_PARTS.map((part) => objects.delete(partObject(open.id, part))));
    await removeOpen(objects, open);
    return 'finished';
  }
  if (!isFinal(stored.record.state)) {
    await alertIfDue(deps, stored.record);
    if (rests(stored.record, clock.now())) return 'left';
    return drive(deps, open.id);
  }
  await finish(deps, stored.record, open);
  return 'finished';
}

/** Whether people have to do something first, who then have it driven on. A hold that has passed by itself is no reason any more. */
function rests(record: ErasureRecord, nowMs: number): boolean {
  if (record.state === 'received') return record.verification === 'pending';
  return (record.state === 'held' || record.state === 'restricted') && isHeld(record, nowMs);
}

/** Tells at half, four fifths and all of the time until an erasure is due, each once: the log's alerts go to people. */
async function alertIfDue({ objects, facts, clock, log }: ErasureDeps, record: ErasureRecord): Promise<void> {
  const nowMs = clock.now();
  const level = alertLevel(record.receivedAtMs, record.dueAtMs, nowMs);
  if (level === 0 || level <= (record.alerted ?? 0)) return;
  log.write(level === 1 ? 'CRITICAL' : level === 0.8 ? 'ERROR' : 'WARNING', 'an erasure comes due', {
    code: level === 1 ? 'erasure_overdue' : 'erasure_due',
    erasure: record.id,
    state: record.state,
  });
  await recordDue(facts, record, level);
  await changeErasure(objects, record.id, (each) =>
    isFinal(each.state) || (each.alerted ?? 0) >= level ? undefined : { ...each, alerted: level },
  );
}
