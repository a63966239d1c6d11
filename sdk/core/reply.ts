// Owns what an answer of collect means for the events of a batch.
import { retryAfterMs } from './backoff.ts';
import type { Reply } from './effects.ts';

/** The answer to one event, as collect's native route gives it. */
export interface Verdict {
  readonly id: string | null;
  readonly status: 'accepted' | 'duplicate' | 'rejected' | 'retry';
  readonly code?: string;
  readonly path?: string;
  readonly hint?: string;
}

/** What a reply means. */
export type Outcome =
  /** One verdict for each event, in order. */
  | { readonly kind: 'verdicts'; readonly verdicts: readonly Verdict[]; readonly waitMs: number | undefined }
  /** Send it all again, later; `asked` when the server said so, rather than the network. */
  | { readonly kind: 'later'; readonly asked: boolean; readonly waitMs: number | undefined }
  /** Too much at once, or one of the events is nothing that can be read. */
  | { readonly kind: 'split'; readonly code: string }
  /** The request is refused for what only people can put right, such as a revoked key. */
  | { readonly kind: 'refused'; readonly status: number; readonly code: string }
  | { readonly kind: 'unknown' };

/** Statuses that pass by themselves, beside those from 500: https://www.rfc-editor.org/rfc/rfc9110#section-15 and RFC 6585. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

/** Reads a reply to a batch with these ids. `nowMs` is for dates in `Retry-After`. */
export function readReply(reply: Reply, ids: readonly string[], nowMs: number): Outcome {
  if (reply.kind === 'unknown') return reply;
  if (reply.kind === 'unreachable') return { kind: 'later', asked: false, waitMs: undefined };
  const { status, text } = reply;
  const waitMs = retryAfterMs(reply.retryAfter, nowMs);
  const body = parseObject(text);
  if (status === 200) {
    const verdicts = verdictsOf(body, ids);
    // A page that asks to log in to a network answers 200 too; nothing is acknowledged until a verdict says so.
    return verdicts === undefined ? { kind: 'later', asked: false, waitMs } : { kind: 'verdicts', verdicts, waitMs };
  }
  if (status >= 500 || PASSING.has(status)) return { kind: 'later', asked: true, waitMs };
  const code = typeof body['code'] === 'string' ? body['code'] : '';
  if (status === 413 || code === 'malformed_body') return { kind: 'split', code: code || 'event_too_large' };
  return { kind: 'refused', status, code };
}

function verdictsOf(body: { readonly [key: string]: unknown }, ids: readonly string[]): readonly Verdict[] | undefined {
  const { results } = body;
  if (!Array.isArray(results) || results.length !== ids.length) return undefined;
  return results.every((result, index) => isVerdict(result, ids[index])) ? results : undefined;
}

function isVerdict(result: unknown, id: string | undefined): result is Verdict {
  if (typeof result !== 'object' || result === null) return false;
  const { id: about, status } = result as Partial<Verdict>;
  return (about === null || about === id) && /^(accepted|duplicate|rejected|retry)$/.test(String(status));
}

function parseObject(text: string): { readonly [key: string]: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {}; // an answer that is no JSON says nothing
  }
}
