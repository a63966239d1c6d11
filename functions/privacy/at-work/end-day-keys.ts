// Owns the end of day keys: what was rejected and named nobody is sealed under the key of its day, which is destroyed after two weeks.
import { z } from 'zod';
import { DAY_MS } from '#shared/platform/civil-date.ts';
import { durationOf, longestMs } from '#shared/platform/duration.ts';
import { parseJsonBytes } from '#shared/platform/json-bytes.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';
import { lookupIdOf } from '#shared/privacy/keys/derivations.ts';
import { freezeSubject, shredKeyrings, wipeIndex } from '#shared/privacy/keys/forgetting.ts';
import { readKeyring } from '#shared/privacy/keys/keyring-updates.ts';
import type { ErasureDeps } from '../erasures/erasure-deps.ts';
import { forgettingDeps, orThrow } from '../erasures/forgetting-deps.ts';

/** Up to which day the keys are destroyed. */
const PROGRESS_OBJECT = 'day-keys/ended';
const progress = z.strictObject({ through: z.iso.date() });

/**
 * Destroys the keys of the days whose time is over (`failed_events` of platform/privacy.yaml), in order; the answer is how many there
 * were. Repeated, it goes on behind the last one.
 * @throws PlatformError subject_busy, which passes
 */
export async function endDayKeys(deps: ErasureDeps): Promise<number> {
  const { objects, clock } = deps;
  const keptMs = longestMs(durationOf((await deps.catalog()).platform.privacy.failedEvents));
  const stored = await objects.read(PROGRESS_OBJECT);
  const known = stored === undefined ? undefined : progress.safeParse(parseJsonBytes(stored.body)).data;
  const fromMs = known === undefined ? await firstDayMs(deps) : Date.parse(known.through) + DAY_MS;
  let ended = 0;
  let through: string | undefined;
  // A day may take events until its end, and they are kept for the whole time from then on.
  for (let dayMs = fromMs; dayMs + DAY_MS + keptMs <= clock.now(); dayMs += DAY_MS) {
    through = formatTimestamp(dayMs).slice(0, 10);
    if (await endDay(deps, through)) ended += 1;
  }
  if (through === undefined) return ended;
  const body = JSON.stringify({ through });
  // Whoever else does this comes to the same.
  if (stored === undefined) await objects.create(PROGRESS_OBJECT, body);
  else await objects.replace(PROGRESS_OBJECT, stored.generation, body);
  if (ended > 0) deps.log.write('INFO', 'keys of days were destroyed', { count: ended });
  return ended;
}

/** No key is older than the first epoch. */
async function firstDayMs({ keys, clock }: ErasureDeps): Promise<number> {
  await keys.epochs.current();
  const openedAtMs = keys.epochs.records[0]?.createdAtMs ?? clock.now();
  return Math.floor(openedAtMs / DAY_MS) * DAY_MS;
}

async function endDay(deps: ErasureDeps, day: string): Promise<boolean> {
  const { keys } = deps;
  const lookupId = lookupIdOf(keys.pepper, { kind: 'day', id: day });
  const read = await readKeyring(keys.store, lookupId);
  if (read.kind === 'damaged')
    throw new PlatformError('corrupt', { message: `The keyring of a day is damaged: ${read.problem}.` });
  if (read.kind === 'absent' || read.keyring.state === 'shredded') return false;
  const forgetting = forgettingDeps(deps);
  const { keyrings } = orThrow(await freezeSubject(forgetting, lookupId));
  // Before the tombstone, after which the tokens cannot be had any more.
  await wipeIndex(
    keys.store,
    keyrings.flatMap(({ tokens }) => tokens),
  );
  orThrow(await shredKeyrings(forgetting, [lookupId]));
  keys.keyrings.forget(lookupId);
  return true;
}
