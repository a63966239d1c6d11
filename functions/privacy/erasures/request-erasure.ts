// Owns taking a request for an erasure: the intent is durable before anybody is told so, and a subject has one open erasure at most.
import { PlatformError } from '#shared/platform/platform-error.ts';
import { type AskedErasure, openErasure } from '#shared/privacy/erasure/erasure.ts';
import type { ErasureRecord } from '#shared/privacy/erasure/erasure-record.ts';
import { isFinal } from '#shared/privacy/erasure/erasure-states.ts';
import { lookupIdOf } from '#shared/privacy/keys/derivations.ts';
import { drive } from './drive.ts';
import type { ErasureDeps } from './erasure-deps.ts';
import { createErasure, createOpen, findErasure, readErasure, readOpen, subjectName } from './erasure-objects.ts';
import { finish } from './finish.ts';
import { sealNewScope } from './sealed-parts.ts';

/** What is asked. The user id is held for the length of this call only; nothing that is stored can be turned back into it. */
export interface ErasureRequest extends AskedErasure {
  readonly userId: string;
}

/** What was taken. `joined`: the subject's erasure was under way already, and this is that one. */
export interface Requested {
  readonly record: ErasureRecord;
  readonly joined: boolean;
}

const MAX_RACES = 10;

/**
 * Takes a request. While the erasure of a subject is under way, a further request joins it; once it is certified, a further one
 * runs anew and gets a certificate of its own, which says what it found.
 */
export async function requestErasure(deps: ErasureDeps, { userId, ...asked }: ErasureRequest): Promise<Requested> {
  const { objects, keys, clock, newId } = deps;
  const lookupId = lookupIdOf(keys.pepper, { kind: 'user', id: userId });
  const subject = subjectName(lookupId, asked.purpose);
  for (let race = 0; race < MAX_RACES; race += 1) {
    const open = await readOpen(objects, subject);
    if (open === undefined) {
      const id = newId();
      if (await createOpen(objects, subject, { id, createdAtMs: clock.now() })) return take(deps, id, lookupId, asked);
      continue;
    }
    const stored = await findErasure(objects, open.id);
    // Whoever entered it was cut off before the record, which is the intent: this request carries on from there.
    if (stored === undefined) return take(deps, open.id, lookupId, asked);
    if (!isFinal(stored.record.state)) return { record: stored.record, joined: true };
    await finish(deps, stored.record, open);
  }
  throw new PlatformError('conflict', { message: 'Others ask for the erasure of this subject all the time.' });
}

async function take(deps: ErasureDeps, id: string, lookupId: string, asked: AskedErasure): Promise<Requested> {
  const { objects, keys, clock } = deps;
  await sealNewScope(objects, keys.epochs, id, lookupId);
  await createErasure(objects, openErasure(id, lookupId, asked, clock.now()));
  const { record } = await readErasure(objects, id);
  await drive(deps, id);
  return { record, joined: false };
}
