// Owns the search for a leak canary: in calls of bounded time until everything was looked at, and what is told of it then.
import {
  type CanaryRecord,
  canaryObject,
  clearMarkOf,
  encodeCanary,
  hasPassed,
  parseCanary,
  personOf,
} from '#shared/privacy/canary/canary-record.ts';
import { secretsOf } from '#shared/privacy/canary/person.ts';
import { createTraceFinder } from '#shared/privacy/canary/traces.ts';
import { DAY_MS } from '#shared/platform/civil-date.ts';
import { mapAtOnce } from '#shared/platform/map-at-once.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { CanaryDeps } from './canary-deps.ts';
import { addFound, type Looking, search } from './search-places.ts';

/** Until this long after it was sent, what a canary sent may still be on its way; rows land within a minute. */
const LANDED_AFTER_MS = 60_000;
/** Those of the days before are looked for, too: by now they have come into what is made of events. */
const CANARIES_LOOKED_FOR = 3;
const KEPT_MS = 30 * DAY_MS;
/** A call ends in time, and the next one goes on. */
const CALL_MS = 60_000;
const SOON_SECONDS = 5;

/** What a call of the search came to. */
export interface CanarySearched {
  readonly canary: CanaryRecord;
  /** 0 once everything was searched. */
  readonly againAfterSeconds: number;
}

/** Goes on with the search for a canary. Repeated after its end it answers what it came to. @throws PlatformError unknown_canary */
export async function searchCanary(deps: CanaryDeps, id: string): Promise<CanarySearched> {
  const stored = await deps.objects.read(canaryObject(id));
  const canary = stored === undefined ? undefined : parseCanary(stored.body);
  if (stored === undefined || canary === undefined) throw new PlatformError('unknown_canary');
  if (canary.finishedAtMs !== undefined) return { canary, againAfterSeconds: 0 };
  const landsInMs = canary.sentAtMs + LANDED_AFTER_MS - deps.clock.now();
  if (landsInMs > 0) return { canary, againAfterSeconds: Math.ceil(landsInMs / 1000) };
  const next = await searchOn(deps, canary, await lookingFor(deps.objects, canary));
  // Told before it is recorded as done: a process that dies in between tells it again.
  if (next.finishedAtMs !== undefined) await tell(deps, next);
  const written = await deps.objects.replace(canaryObject(id), stored.generation, encodeCanary(next));
  if (written.kind === 'conflict') return { canary, againAfterSeconds: SOON_SECONDS };
  if (next.finishedAtMs === undefined) return { canary: next, againAfterSeconds: 1 };
  await forgetOld(deps);
  return { canary: next, againAfterSeconds: 0 };
}

/** The newest canary; undefined when none was ever sent. */
export async function lastCanary({ objects }: Pick<CanaryDeps, 'objects'>): Promise<CanaryRecord | undefined> {
  let last: string | undefined;
  for await (const { name } of objects.list(canaryObject())) last = name;
  const stored = last === undefined ? undefined : await objects.read(last);
  return stored === undefined ? undefined : parseCanary(stored.body);
}

async function lookingFor(objects: CanaryDeps['objects'], canary: CanaryRecord): Promise<Looking> {
  const names: string[] = [];
  for await (const { name } of objects.list(canaryObject())) if (name <= canaryObject(canary.id)) names.push(name);
  const stored = await mapAtOnce(names.slice(-CANARIES_LOOKED_FOR), CANARIES_LOOKED_FOR, (name) => objects.read(name));
  const canaries = stored.flatMap((each) => (each === undefined ? [] : (parseCanary(each.body) ?? [])));
  return {
    secrets: createTraceFinder(secretsOf(canaries.map(personOf))),
    clear: createTraceFinder([{ name: 'mark', value: clearMarkOf(canary) }]),
    sinceMs: Math.min(...canaries.map(({ sentAtMs }) => sentAtMs)),
  };
}

async function searchOn(deps: CanaryDeps, canary: CanaryRecord, looking: Looking): Promise<CanaryRecord> {
  const untilMs = deps.clock.now() + CALL_MS;
  let next = canary;
  for await (const { place, found } of search(deps, canary.after ?? '', looking)) {
    next = { ...next, ...addFound(next, found), after: place };
    if (deps.clock.now() > untilMs) return next;
  }
  return { ...next, finishedAtMs: deps.clock.now() };
}

async function tell({ facts, log }: CanaryDeps, canary: CanaryRecord): Promise<void> {
  const { id, found, seesClear, searched, unread, finishedAtMs = 0 } = canary;
  for (const place of new Set(found.map((each) => each.place))) {
    log.write('CRITICAL', 'something personal was found where it must not be', { code: 'leak_found', resource: place });
  }
  if (!seesClear)
    log.write('ERROR', 'a leak canary did not arrive, so its search says nothing', { code: 'canary_lost' });
  const body = {
    canary: id,
    state: 'canary',
    passed: hasPassed(canary),
    searched,
    found: found.length,
    unread: unread.length,
  };
  await facts.record({ id: `canary/${id}`, kind: 'erasure.step', atMs: finishedAtMs, body });
}

async function forgetOld({ objects, clock }: CanaryDeps): Promise<void> {
  for await (const { name } of objects.list(canaryObject())) {
    const stored = await objects.read(name);
    const sentAtMs = stored === undefined ? undefined : parseCanary(stored.body)?.sentAtMs;
    if (sentAtMs === undefined || sentAtMs > clock.now() - KEPT_MS) continue;
    await objects.delete(name);
  }
}
