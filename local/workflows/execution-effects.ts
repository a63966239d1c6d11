/** What executions do to the world: requests through this cloud, waits by its clock, callbacks to its port. */
import { randomUUID } from 'node:crypto';
import type { CloudClock } from '../primitives/clock.ts';
import type { Log } from '../primitives/log.ts';
import type { Outbound, OutboundResult } from '../primitives/outbound.ts';
import type { Callbacks } from './callbacks.ts';
import type { Effects, HttpOutcome, HttpRequest } from './language/effects.ts';
import type { Tokens } from './tokens.ts';

export interface EffectParts {
  readonly clock: CloudClock;
  readonly outbound: Outbound;
  readonly log: Log;
  readonly tokens: Tokens;
  readonly callbacks: Callbacks;
}

/** Whose effects they are. */
export interface Actor {
  /** Name and sequence number of the execution. */
  readonly execution: string;
  readonly sequence: number;
  /** Email of the service account that it acts as. */
  readonly email: string;
  /** The last callback request that each endpoint had given before, by URL. */
  readonly received: ReadonlyMap<string, number>;
}

export function createEffects(parts: EffectParts, actor: Actor): Effects {
  const { clock, log } = parts;
  return {
    now: () => clock.now(),
    uuid: () => randomUUID(),
    sleepUntil: (atMs, signal) => sleepUntil(clock, atMs, signal),
    http: (request, signal) => send(parts, actor, request, signal),
    // Only that something was logged: what a workflow logs may be about a person.
    log: ({ severity, payload }) =>
      log('INFO', 'workflow log entry', {
        execution: actor.execution,
        severity,
        bytes: Buffer.byteLength(payload.text),
      }),
    callbacks: parts.callbacks.of(actor),
  };
}

function sleepUntil(clock: CloudClock, atMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.at(atMs, done);
    signal.addEventListener('abort', done);
    function done(): void {
      timer.cancel();
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}

async function send(parts: EffectParts, actor: Actor, request: HttpRequest, signal: AbortSignal): Promise<HttpOutcome> {
  const headers: Record<string, string> = { ...request.headers };
  if (request.auth !== undefined) {
    const token = await parts.tokens(actor.email, request.auth);
    if (token.kind === 'refused') return { kind: 'unauthorized', message: token.message };
    headers['authorization'] = `Bearer ${token.token}`;
  }
  const result = await parts.outbound({
    method: request.method,
    url: request.url,
    headers,
    timeoutMs: request.timeoutMs,
    maxReplyBytes: request.maxResponseBytes,
    signal,
    ...(request.body === undefined ? {} : { body: request.body }),
  });
  return toOutcome(result);
}

function toOutcome(result: OutboundResult): HttpOutcome {
  if (result.kind !== 'reply') return result;
  return { kind: 'response', status: result.status, headers: result.headers, body: result.body };
}
