// Owns the answer to one event: accepted, duplicate, rejected or retry, and its form on the wire.
import { errorEntry, type RejectionCode, type RetryCode } from '../platform/error-codes.ts';

/** The answer to one event. `path` names declared fields only, and no text of it echoes what was sent. */
export type Verdict =
  /** Its publish is acknowledged. `ignored` counts fields that are not declared, which were not stored. */
  | { readonly kind: 'accepted'; readonly ignored: number }
  /** An event with its id was accepted before. */
  | { readonly kind: 'duplicate' }
  | Rejection
  /** It may not have been stored, and nothing is wrong with it: send it again. */
  | { readonly kind: 'retry'; readonly code: RetryCode };

/** Why an event is refused, for good. */
export interface Rejection {
  readonly kind: 'rejected';
  readonly code: RejectionCode;
  /** Where, as `data.items[3].sku`; none for the event as a whole. */
  readonly path?: string | undefined;
  /** What to do; without it the hint of the code. */
  readonly hint?: string | undefined;
}

/** A verdict as the native route answers it. */
export interface WireVerdict {
  readonly id: string | null;
  readonly status: Verdict['kind'];
  readonly code?: string;
  readonly path?: string;
  readonly hint?: string;
}

/** The form of a verdict on the wire. The id is null when none could be read. */
export function wireVerdict(id: string | undefined, verdict: Verdict): WireVerdict {
  const head = { id: id ?? null, status: verdict.kind };
  switch (verdict.kind) {
    case 'accepted':
      return verdict.ignored === 0 ? head : { ...head, hint: ignoredWords(verdict.ignored) };
    case 'duplicate':
      return head;
    case 'rejected': {
      const { code, path, hint } = verdict;
      return { ...head, code, ...(path === undefined ? {} : { path }), hint: hint ?? errorEntry(code).hint };
    }
    case 'retry':
      return { ...head, code: verdict.code, hint: errorEntry(verdict.code).hint };
  }
}

/** How many fields were left out; which ones is not said, for what is not declared may be named after somebody. */
function ignoredWords(fields: number): string {
  return fields === 1
    ? '1 field is not declared and was not stored.'
    : `${fields} fields are not declared and were not stored.`;
}

/** Rejections that leave a count and nothing else: keeping the event would be what its subject refused, or its type's limit. */
const NEVER_KEPT: ReadonlySet<RejectionCode> = new Set([
  'consent_missing',
  'consent_refused',
  'subject_erased',
  'purpose_withdrawn',
  'not_sampled',
  'budget_spent',
  'dropped_by_source',
]);

/** Whether a rejected event goes to the failed events, sealed. */
export function isKept(code: RejectionCode): boolean {
  return !NEVER_KEPT.has(code);
}
