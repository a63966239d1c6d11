/** One request to the endpoint of a remote function, repeated while its answer says that this may help. */
import { setTimeout as wait } from 'node:timers/promises';
import { failed, ok, type Outcome } from '#lib/googlesql/engine/outcome.ts';
import type { Outbound, OutboundResult } from '../../primitives/outbound.ts';

/** Source: https://cloud.google.com/bigquery/docs/remote-functions#http_response_code */
const RETRIED: ReadonlySet<number> = new Set([408, 429, 500, 503, 504]);
/** Source of the three: https://cloud.google.com/bigquery/quotas#remote_function_limits, Cloud Run */
const MAX_ATTEMPTS = 20;
const TIMEOUT_MS = 20 * 60_000;
const MAX_REPLY_BYTES = 15 * 1024 * 1024;
/** Ours: Google does not publish its waits. */
const FIRST_WAIT_MS = 100;
const MAX_WAIT_MS = 2000;
/** "The size of the message should be less than 1 KB." Source: as `RETRIED` */
const MAX_SHOWN_CHARS = 1024;

export interface Invocation {
  readonly endpoint: string;
  readonly token: string;
  readonly body: string;
  readonly signal: AbortSignal;
}

/** The text of the reply, or why there is none, as the statement fails with it. */
export async function invoke(outbound: Outbound, invocation: Invocation): Promise<Outcome<string>> {
  let waitMs = FIRST_WAIT_MS;
  for (let attempt = 1; ; attempt++) {
    const result = await post(outbound, invocation);
    if (invocation.signal.aborted) return failed('stopped', 'The statement has ended');
    if (result.kind === 'reply' && result.status === 200) return ok(result.body.toString('utf8'));
    if (attempt >= MAX_ATTEMPTS || !mayHelp(result))
      return failed('invalidQuery', reasonOf(invocation.endpoint, result));
    await wait(waitMs, undefined, { signal: invocation.signal }).catch(() => undefined);
    waitMs = Math.min(waitMs * 2, MAX_WAIT_MS);
  }
}

function post(outbound: Outbound, { endpoint, token, body, signal }: Invocation): Promise<OutboundResult> {
  return outbound({
    method: 'POST',
    url: endpoint,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body,
    timeoutMs: TIMEOUT_MS,
    maxReplyBytes: MAX_REPLY_BYTES,
    signal,
  });
}

function mayHelp(result: OutboundResult): boolean {
  return result.kind === 'reply' ? RETRIED.has(result.status) : result.kind !== 'too-large';
}

/** Source of the words: github.com/GoogleCloudPlatform/cdmc/issues/38 */
function reasonOf(endpoint: string, result: OutboundResult): string {
  if (result.kind !== 'reply') return `Failed to receive a response from endpoint ${endpoint}: ${result.message}.`;
  const text = result.body.toString('utf8').slice(0, MAX_SHOWN_CHARS);
  return `Received response code ${result.status} from endpoint ${endpoint} with response ${text}.`;
}
