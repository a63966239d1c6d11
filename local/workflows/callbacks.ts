/** Callback endpoints: URLs that an execution hands out, and then waits for a request to. */
import { randomUUID } from 'node:crypto';
import type { RestReply, RestRequest, RestRoute } from '../host/service.ts';
import type { CloudClock } from '../primitives/clock.ts';
import { ApiError } from '../primitives/errors.ts';
import type { Store } from '../primitives/store.ts';
import type { Actor } from './execution-effects.ts';
import type { CallbackEffects, CallbackOutcome, CallbackRequest } from './language/effects.ts';
import { LIMITS } from './language/limits.ts';
import { MAX_WAITING_CALLBACKS } from './limits.ts';

export interface Callbacks {
  /** The endpoints of one execution. */
  of(actor: Pick<Actor, 'execution' | 'sequence' | 'received'>): CallbackEffects;
  readonly rest: RestRoute[];
}

/** What callers reach over any of Google's names, this cloud included. */
const ORIGIN = 'https://workflowexecutions.googleapis.com/v1';
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'] as const;

export function createCallbacks(store: Store, clock: CloudClock): Callbacks {
  /** Who waits for the next request to a URL. */
  const waiting = new Map<string, () => void>();

  const next = (url: string, after: number): CallbackRequest | undefined => {
    const row = store.get<{ sequence: number; request: string }>(
      'SELECT sequence, request FROM callback_requests WHERE url = ? AND sequence > ? ORDER BY sequence LIMIT 1',
      url,
      after,
    );
    // Written by `take`.
    return row === undefined ? undefined : { ...(JSON.parse(row.request) as CallbackRequest), sequence: row.sequence };
  };

  const take = async (request: RestRequest, method: string): Promise<RestReply> => {
    const path = `projects/${request.params['name'] ?? ''}`;
    const url = `${ORIGIN}/${path}`;
    const endpoint = store.get<{ method: string }>('SELECT method FROM callbacks WHERE url = ?', url);
    if (endpoint === undefined) throw new ApiError('NOT_FOUND', `Resource '${path}' was not found`);
    if (endpoint.method !== method) {
      throw new ApiError('UNIMPLEMENTED', `The callback takes ${endpoint.method} requests.`, { httpStatus: 405 });
    }
    const body = await request.bytes(LIMITS.responseBytes);
    const received = {
      method,
      url: request.query.size > 0 ? `${url}?${request.query.toString()}` : url,
      headers: plainHeaders(request.headers),
      query: Object.fromEntries(request.query),
      bodyBase64: body.toString('base64'),
      receivedMs: clock.now(),
    };
    await store.together(() => keep(store, url, JSON.stringify(received)));
    waiting.get(url)?.();
    return { json: {} };
  };

  return {
    of: (actor) => {
      const received = new Map(actor.received);
      return {
        async create(method) {
          const url = `${ORIGIN}/${actor.execution}/callbacks/${randomUUID()}`;
          await store.together(() => store.run('INSERT INTO callbacks VALUES (?, ?, ?)', url, actor.sequence, method));
          return url;
        },
        async receive(url, untilMs, signal): Promise<CallbackOutcome> {
          for (;;) {
            const request = next(url, received.get(url) ?? 0);
            if (request !== undefined) {
              received.set(url, request.sequence);
              return { kind: 'request', request };
            }
            if (signal.aborted || clock.now() >= untilMs) return { kind: 'timeout' };
            await wakeOrTimeout(waiting, url, { clock, untilMs, signal });
          }
        },
      };
    },
    rest: METHODS.map((method) => ({
      method,
      path: '/v1/projects/{name=*/locations/*/workflows/*/executions/*/callbacks/*}',
      id: 'workflowexecutions.callbacks.receive',
      errors: 'rpc' as const,
      handle: (request) => take(request, method),
    })),
  };
}

function keep(store: Store, url: string, request: string): void {
  const waiting = store.get<{ count: number }>('SELECT count(*) AS count FROM callback_requests WHERE url = ?', url);
  if ((waiting?.count ?? 0) >= MAX_WAITING_CALLBACKS) {
    throw new ApiError('RESOURCE_EXHAUSTED', `The callback has ${MAX_WAITING_CALLBACKS} requests waiting.`);
  }
  store.run('INSERT INTO callback_requests (url, request) VALUES (?, ?)', url, request);
}

function wakeOrTimeout(
  waiting: Map<string, () => void>,
  url: string,
  until: { readonly clock: CloudClock; readonly untilMs: number; readonly signal: AbortSignal },
): Promise<void> {
  return new Promise((resolve) => {
    const timer = until.clock.at(until.untilMs, done);
    waiting.set(url, done);
    until.signal.addEventListener('abort', done);
    function done(): void {
      timer.cancel();
      waiting.delete(url);
      until.signal.removeEventListener('abort', done);
      resolve();
    }
  });
}

function plainHeaders(headers: RestRequest['headers']): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) plain[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return plain;
}
