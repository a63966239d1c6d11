// Owns one use of reveal over HTTP: who may, the value, and the record of the use, which is durable before the value is answered.
import { canonicalJson, type JsonValue } from '#shared/platform/canonical-json.ts';
import type { Clock } from '#shared/platform/clock.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { Role } from '#shared/platform/roles.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';
import type { Keyrings } from '#shared/privacy/keys/keyrings.ts';
import { type OpenedField, openField } from '#shared/privacy/opening.ts';
import {
  decideReveal,
  revealAudit,
  type RevealCounts,
  type RevealDecision,
  type RevealGrant,
  type RevealRequest,
  type RevealUse as RevealedUse,
} from '#shared/privacy/reveal.ts';
import type { Facts } from '../facts.ts';
import type { PersonRates } from './person-rate.ts';

/** What a use works on. */
export interface RevealDeps {
  readonly keyrings: Keyrings;
  /** An opened value that is older than this is not answered: the key may have been revoked since. */
  readonly useLimitMs: number;
  readonly facts: Facts;
  /** Who may open values of a purpose. */
  readonly grants: (purpose: string) => Promise<readonly RevealGrant[]>;
  readonly rates: PersonRates;
  readonly clock: Clock;
  /** An id that nobody had before. */
  readonly newId: () => string;
}

/** Who asks, and for what. */
export interface RevealUse {
  readonly email: string;
  readonly roles: ReadonlySet<Role>;
  readonly purpose: string;
  readonly token: string;
  readonly sealed: Buffer;
  readonly field: string;
  readonly reason?: string | undefined;
}

/** What is answered; without `value` when the event did not have the field. */
export type Revealed =
  | { readonly status: 'plain'; readonly value?: JsonValue }
  | { readonly status: 'shredded' | 'corrupt' };

const NOTHING: RevealCounts = { plain: 0, shredded: 0, corrupt: 0 };

/**
 * Opens one field for a person. Every use is recorded first, refused ones too; what cannot be recorded is not answered.
 * @throws PlatformError rate_limited, forbidden, reason_missing; keys_unavailable, which passes
 */
export async function reveal(deps: RevealDeps, use: RevealUse): Promise<Revealed> {
  const waitSeconds = deps.rates.take(use.email);
  if (waitSeconds !== undefined) throw tooMany(waitSeconds);
  const request: RevealRequest = {
    principal: { id: use.email, kind: use.roles.has('service') ? 'service' : 'person', roles: [...use.roles] },
    channel: 'http',
    purpose: use.purpose,
    ...(use.reason === undefined ? {} : { reason: use.reason }),
  };
  const decision = decideReveal(request, await deps.grants(use.purpose));
  if (decision.kind === 'refused') {
    await recordUse(deps, { request, decision, use: { field: use.field, subject: use.token, counts: NOTHING } });
    throw new PlatformError(decision.code);
  }
  const openedAfterMs = deps.clock.now();
  const opened = await openField(deps.keyrings, use, use.field);
  if (opened.kind === 'retry') throw new PlatformError(opened.code);
  const counts = { ...NOTHING, [opened.kind]: 1 };
  await recordUse(deps, { request, decision, use: { field: use.field, subject: use.token, counts } });
  if (deps.clock.now() - openedAfterMs > deps.useLimitMs) throw new PlatformError('keys_unavailable');
  return answerOf(opened);
}

function answerOf(opened: Exclude<OpenedField, { kind: 'retry' }>): Revealed {
  if (opened.kind !== 'plain') return { status: opened.kind };
  return opened.value === undefined ? { status: 'plain' } : { status: 'plain', value: opened.value };
}

/** What is recorded of a use. */
export interface UseRecord {
  readonly request: RevealRequest;
  readonly decision: RevealDecision;
  readonly use: Omit<RevealedUse, 'at'>;
}

/** Records a use, durably when it resolves. @throws PlatformError when it is not known to be recorded */
export async function recordUse(
  { facts, clock, newId }: Pick<RevealDeps, 'facts' | 'clock' | 'newId'>,
  { request, decision, use }: UseRecord,
): Promise<void> {
  const atMs = clock.now();
  const record = revealAudit(request, decision, { ...use, at: formatTimestamp(atMs) });
  // Through its text: the record has members of its own types, a fact is plain JSON.
  const body = JSON.parse(canonicalJson(record)) as { readonly [name: string]: JsonValue };
  await facts.record({ id: `access/${newId()}`, kind: 'access.recorded', atMs, body });
}

function tooMany(waitSeconds: number): PlatformError {
  return new PlatformError('rate_limited', {
    message: 'You open more values than one person may.',
    hint: `Wait ${waitSeconds} s; to open whole tables, ask for a pipeline with a grant.`,
    details: { seconds: waitSeconds },
  });
}
