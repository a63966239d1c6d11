// Owns the facts of an erasure: each step once, with counts and no names.
import type { JsonValue } from '#shared/platform/canonical-json.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';
import type { ErasureRecord, ErasureStepName } from '#shared/privacy/erasure/erasure-record.ts';
import { blockedBy } from '#shared/privacy/erasure/scope-plan.ts';
import type { Facts } from '../facts.ts';

type Body = { readonly [name: string]: JsonValue };

/** Records that an erasure was received, whoever asked for it. */
export function recordReceived(facts: Facts, record: ErasureRecord): Promise<void> {
  const body = { ...about(record, 'received'), dueAt: formatTimestamp(record.dueAtMs) };
  return facts.record({ id: factId(record, 'received'), kind: 'erasure.step', atMs: record.receivedAtMs, body });
}

/** Records that something blocks an erasure: as often as it was scoped and still blocked. */
export function recordBlocked(facts: Facts, record: ErasureRecord): Promise<void> {
  const { atMs, plan } = record.steps.scoped ?? { atMs: record.receivedAtMs, plan: [] };
  const body = { ...about(record, 'blocked'), endpoints: blockedBy(plan).map(({ endpoint }) => endpoint) };
  return facts.record({ id: `${factId(record, 'blocked')}/${atMs}`, kind: 'erasure.step', atMs, body });
}

/** Records that so much of the time until an erasure is due has passed. */
export function recordDue(facts: Facts, record: ErasureRecord, share: number): Promise<void> {
  const atMs = record.receivedAtMs + Math.round((record.dueAtMs - record.receivedAtMs) * share);
  const body = { ...about(record, 'due'), share, dueAt: formatTimestamp(record.dueAtMs) };
  return facts.record({ id: `${factId(record, 'due')}/${record.dueAtMs}/${share}`, kind: 'erasure.step', atMs, body });
}

/** Records a step that was taken. */
export function recordStep(facts: Facts, record: ErasureRecord, state: ErasureStepName): Promise<void> {
  const step = record.steps[state];
  if (step === undefined) throw new Error(`the step ${state} has not been taken`);
  const body = { ...about(record, state), ...detailsOf(record.steps, state) };
  const name = state === 'held' || state === 'restricted' ? `${state}/${step.atMs}` : state;
  return facts.record({ id: factId(record, name), kind: 'erasure.step', atMs: step.atMs, body });
}

function factId({ id }: ErasureRecord, state: string): string {
  return `erasure/${id}/${state}`;
}

function about({ id, basis }: ErasureRecord, state: string): Body {
  return { erasure: id, state, basis };
}

type Steps = ErasureRecord['steps'];
type Taken<Name extends ErasureStepName> = NonNullable<Steps[Name]>;

/** What of each step can be counted or named. */
const DETAILS: { readonly [Name in ErasureStepName]: (step: Taken<Name>) => Body } = {
  verified: ({ by }) => ({ by }),
  held: ({ hold }) => ({ hold }),
  restricted: ({ hold }) => ({ hold }),
  exported: ({ rows }) => ({ rows }),
  scoped: ({ plan }) => ({ endpoints: countBy(plan.map(({ action }) => action)) }),
  frozen: ({ keyrings, tokens }) => ({ keyrings, tokens }),
  shredded: ({ keyrings }) => ({ keyrings: keyrings.length }),
  waited: ({ boundMs }) => ({ boundMs }),
  'rows-cleaned': ({ endpoints }) => ({ rows: sumOf(endpoints.map(({ rows }) => rows)) }),
  'recipients-told': ({ recipients }) => ({ recipients: recipients.map(({ recipient }) => recipient) }),
  hardened: ({ addenda }) => ({ addenda: [...addenda] }),
  proved: ({ probes }) => ({ probes: sumOf(probes.map(({ tried }) => tried)) }),
  certified: ({ sequence, hash }) => ({ sequence, hash }),
};

function detailsOf<Name extends ErasureStepName>(steps: Steps, state: Name): Body {
  const step: Steps[Name] = steps[state];
  return step === undefined ? {} : DETAILS[state](step);
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}

function countBy(values: readonly string[]): { readonly [value: string]: number } {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
