// Owns one request with fetch, and its outcome in our words.
import type { Reply } from './effects.ts';
import { REQUEST_TIMEOUT_MS } from './limits.ts';

/** The URL of collect's native route. */
export function eventsUrl(base: string): string {
  return `${base.replace(/\/+$/, '')}/v1/events`;
}

/** The headers of a request. */
export function eventsHeaders(writeKey: string): Readonly<Record<string, string>> {
  return { 'content-type': 'application/json', authorization: `Bearer ${writeKey}` };
}

/** Posts; a redirect is a failure, because following one would change the method or leak the key. */
export async function fetchReply(url: string, init: RequestInit): Promise<Reply> {
  try {
    // Browsers before 2022 have none; they time out by themselves.
    const signal = AbortSignal.timeout?.(REQUEST_TIMEOUT_MS) ?? null;
    const response = await fetch(url, { method: 'POST', redirect: 'error', signal, ...init });
    const text = await response.text();
    return { kind: 'answer', status: response.status, retryAfter: response.headers.get('retry-after'), text };
  } catch {
    return { kind: 'unreachable' };
  }
}
