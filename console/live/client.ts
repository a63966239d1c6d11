// Owns asking metadata: one origin, one time limit, and every outcome as a value.
import type { Caller, Contract, Counts, Endpoint, Erasure, NewestPartitions, OnePartition, Run } from '../api/types.ts';
import { type Failure, failureOf, UNREACHABLE } from '../model/failure.ts';

export type Answer<Value> =
  | { readonly kind: 'answered'; readonly value: Value }
  | { readonly kind: 'failed'; readonly failure: Failure };

const TIMEOUT_MS = 15_000;
const NOT_MODIFIED = 304;

/** What was answered last, and what tells it from what may be answered next. */
interface Tagged<Value> {
  readonly tag: string;
  readonly value: Value;
}

async function ask<Value>(path: string): Promise<Answer<Value>> {
  const { answer } = await askAgain<Value>(path, undefined);
  return answer;
}

/** Asks for what one may have already; then nothing is sent, and the value is the same one. */
async function askAgain<Value>(
  path: string,
  known: Tagged<Value> | undefined,
): Promise<{ readonly answer: Answer<Value>; readonly known: Tagged<Value> | undefined }> {
  try {
    const response = await fetch(path, {
      headers: { accept: 'application/json', ...(known === undefined ? {} : { 'if-none-match': known.tag }) },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      cache: 'no-store',
    });
    if (response.status === NOT_MODIFIED && known !== undefined)
      return { answer: { kind: 'answered', value: known.value }, known };
    const body: unknown = await response.json().catch(() => undefined);
    if (!response.ok || body === undefined)
      return { answer: { kind: 'failed', failure: failureOf(response.status, body) }, known };
    // The types are generated from the shapes that this origin answers by.
    const value = body as Value;
    const tag = response.headers.get('etag');
    return { answer: { kind: 'answered', value }, known: tag === null ? undefined : { tag, value } };
  } catch {
    return { answer: { kind: 'failed', failure: UNREACHABLE }, known };
  }
}

interface EndpointList {
  readonly endpoints: readonly Endpoint[];
}

/** The list may be megabytes and seldom changes between two looks. */
let knownEndpoints: Tagged<EndpointList> | undefined;

async function endpoints(): Promise<Answer<EndpointList>> {
  const { answer, known } = await askAgain('/v1/endpoints', knownEndpoints);
  knownEndpoints = known;
  return answer;
}

/** What the page asks of metadata. */
export const metadata = {
  caller: () => ask<Caller>('/v1/me'),
  counts: () => ask<Counts>('/v1/counts'),
  endpoints,
  runs: (limit: number) => ask<{ readonly runs: readonly Run[] }>(`/v1/runs?limit=${limit}`),
  erasures: (limit: number) => ask<{ readonly erasures: readonly Erasure[] }>(`/v1/erasures?limit=${limit}`),
  newest: (endpoints: readonly string[], last: number) =>
    ask<NewestPartitions>(`/v1/partitions?endpoints=${endpoints.join(',')}&last=${last}`),
  partition: (endpoint: string, key: string) =>
    ask<OnePartition>(`/v1/endpoints/${encodeURIComponent(endpoint)}/partitions/${encodeURIComponent(key)}`),
  contract: (endpoint: string) => ask<Contract>(`/v1/endpoints/${encodeURIComponent(endpoint)}`),
} as const;
