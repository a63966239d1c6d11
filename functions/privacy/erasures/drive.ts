// Owns that every open erasure has an execution that drives it: started with the request, and again when one ended before its time.
import { z } from 'zod';
import { canonicalJson } from '#shared/platform/canonical-json.ts';
import { parseJsonBytes } from '#shared/platform/json-bytes.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { ErasureDeps } from './erasure-deps.ts';
import { partObject } from './erasure-objects.ts';

/** `workflows/erase-user.yaml`. */
const WORKFLOW = 'erase-user';
/** A claim whose execution was not started within this was cut off. */
const CLAIM_MS = 30_000;
/** An execution that ended too soon is followed by another at once, and later ones by ever more distance, up to an hour. */
const FIRST_BACKOFF_MS = 60_000;
const MAX_BACKOFF_MS = 3_600_000;

const execution = z.strictObject({
  /** Counts up; the claim of an attempt is written before its execution is started, so that two sweeps start one. */
  attempt: z.int().min(1),
  claimedAtMs: z.int().min(0),
  name: z.string().optional(),
});
type ExecutionRecord = z.infer<typeof execution>;

/**
 * Starts an execution for an erasure unless one is under way or was just claimed. Never rejects: what fails is tried again by the
 * next sweep.
 */
export async function drive(deps: ErasureDeps, id: string): Promise<'started' | 'left'> {
  try {
    return await driveOrThrow(deps, id);
  } catch (thrown) {
    const code = thrown instanceof PlatformError ? thrown.code : 'internal';
    deps.log.write('WARNING', 'an erasure could not be driven on', { code, erasure: id });
    return 'left';
  }
}

async function driveOrThrow(deps: ErasureDeps, id: string): Promise<'started' | 'left'> {
  const { objects, executions, clock } = deps;
  const name = partObject(id, 'execution');
  const stored = await objects.read(name);
  const before = stored === undefined ? undefined : execution.safeParse(parseJsonBytes(stored.body)).data;
  if (before !== undefined && !(await mayFollow(deps, before))) return 'left';
  const claim: ExecutionRecord = { attempt: (before?.attempt ?? 0) + 1, claimedAtMs: clock.now() };
  const claimed =
    stored === undefined
      ? await objects.create(name, canonicalJson(claim))
      : await objects.replace(name, stored.generation, canonicalJson(claim));
  if (claimed.kind === 'exists' || claimed.kind === 'conflict') return 'left';
  // The id is all that it is given: whom the erasure is about stays sealed.
  const started = await executions.start(WORKFLOW, { erasure: id });
  await objects.replace(name, claimed.generation, canonicalJson({ ...claim, name: started }));
  deps.log.write('INFO', 'an erasure is driven on', { erasure: id, attempt: claim.attempt, workflow: WORKFLOW });
  return 'started';
}

/** Whether another execution may follow this one now. */
async function mayFollow({ executions, clock }: ErasureDeps, before: ExecutionRecord): Promise<boolean> {
  const ageMs = clock.now() - before.claimedAtMs;
  if (before.name === undefined) return ageMs > CLAIM_MS || ageMs < 0;
  if ((await executions.state(before.name)) === 'active') return false;
  return before.attempt === 1 || ageMs >= backoffMs(before.attempt) || ageMs < 0;
}

function backoffMs(attempt: number): number {
  return Math.min(FIRST_BACKOFF_MS * 2 ** (attempt - 2), MAX_BACKOFF_MS);
}
