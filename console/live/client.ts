// Owns asking metadata: one origin, one time limit, and every outcome as a value.
import type { Caller, Contract, Counts, Endpoint, NewestPartitions, Run } from '../api/types.ts';
import { type Failure, failureOf, UNREACHABLE } from '../model/failure.ts';

export type Answer<Value> =
  | { readonly kind: 'answered'; readonly value: Value }
  | { readonly kind: 'failed'; readonly failure: Failure };

const TIMEOUT_MS = 15_000;

async function ask<Value>(path: string): Promise<Answer<Value>> {
  try {
    const response = await fetch(path, {
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      cache: 'no-store',
    });
    const body: unknown = await response.json().catch(() => undefined);
    // The types are generated from the shapes that this origin answers by.
    if (response.ok && body !== undefined) return { kind: 'answered', value: body as Value };
    return { kind: 'failed', failure: failureOf(response.status, body) };
  } catch {
    return { kind: 'failed', failure: UNREACHABLE };
  }
}

/** What the page asks of metadata. */
export const metadata = {
  caller: () => ask<Caller>('/v1/me'),
  counts: () => ask<Counts>('/v1/counts'),
  endpoints: () => ask<{ readonly endpoints: readonly Endpoint[] }>('/v1/endpoints'),
  runs: (limit: number) => ask<{ readonly runs: readonly Run[] }>(`/v1/runs?limit=${limit}`),
  newest: (endpoints: readonly string[], last: number) =>
    ask<NewestPartitions>(`/v1/partitions?endpoints=${endpoints.join(',')}&last=${last}`),
  contract: (endpoint: string) => ask<Contract>(`/v1/endpoints/${encodeURIComponent(endpoint)}`),
} as const;
