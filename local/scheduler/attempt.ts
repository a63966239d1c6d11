/** One attempt to run a job: the request to its target and what its reply means. */
import { STATUS, type StatusName } from '../primitives/errors.ts';
import { describeFailure } from '../primitives/log.ts';
import type { Outbound, OutboundRequest, OutboundResult } from '../primitives/outbound.ts';
import type { JobSpec } from './job-spec.ts';
import { ATTEMPT_DEADLINE_MS, MAX_REDIRECTS, MAX_REPLY_BYTES } from './limits.ts';
import { inTimeZone } from './schedule.ts';
import type { Authorization, HttpTarget, PubsubTarget } from './targets.ts';

export interface Attempt {
  readonly jobName: string;
  readonly spec: JobSpec;
  readonly scheduledMs: number;
  /** Aborted when the attempt's deadline has passed, or the cloud stops. */
  readonly signal: AbortSignal;
}

export type AttemptOutcome =
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'failed'; readonly status: StatusName; readonly reason: string };

/** Never rejects: whatever goes wrong is a failed attempt. */
export async function runAttempt(outbound: Outbound, attempt: Attempt): Promise<AttemptOutcome> {
  try {
    return await sendToTarget(outbound, attempt);
  } catch (error) {
    return failed('INTERNAL', describeFailure(error));
  }
}

async function sendToTarget(outbound: Outbound, attempt: Attempt): Promise<AttemptOutcome> {
  const { target } = attempt.spec;
  const result =
    target.kind === 'http' ? await sendHttp(outbound, attempt, target) : await publish(outbound, attempt, target);
  return attempt.signal.aborted ? failed('DEADLINE_EXCEEDED', 'deadline exceeded') : toOutcome(result);
}

function toOutcome(result: OutboundResult): AttemptOutcome {
  if (result.kind === 'timeout') return failed('DEADLINE_EXCEEDED', result.message);
  if (result.kind !== 'reply') return failed('UNAVAILABLE', result.message);
  if (result.status >= 200 && result.status <= 299) return { kind: 'succeeded' };
  return failed(statusOf(result.status), `HTTP status ${result.status}`);
}

function failed(status: StatusName, reason: string): AttemptOutcome {
  return { kind: 'failed', status, reason };
}

/** The canonical codes of HTTP statuses. Source: google/rpc/code.proto */
const OF_HTTP: Readonly<Record<number, StatusName>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ABORTED',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  501: 'UNIMPLEMENTED',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

function statusOf(httpStatus: number): StatusName {
  return OF_HTTP[httpStatus] ?? (httpStatus >= 500 ? 'INTERNAL' : 'UNKNOWN');
}

/** The number of a status, as `google.rpc.Status.code`. */
export function codeOf(outcome: AttemptOutcome): number {
  return outcome.kind === 'succeeded' ? 0 : STATUS[outcome.status].grpc;
}

// ---- HTTP targets ----

/** Headers that a client cannot set (google/cloud/scheduler/v1/target.proto), and those of a connection (RFC 9110 section 7.6.1). */
const OWN_HEADER =
  /^(?:host|content-length|user-agent|x-google-.*|x-appengine-.*|x-cloudscheduler.*|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect)$/i;

async function sendHttp(outbound: Outbound, attempt: Attempt, target: HttpTarget): Promise<OutboundResult> {
  const headers = new Headers(Object.entries(target.headers).filter(([name]) => !OWN_HEADER.test(name)));
  headers.set('user-agent', 'Google-Cloud-Scheduler');
  headers.set('x-cloudscheduler', 'true');
  headers.set('x-cloudscheduler-jobname', attempt.jobName.slice(attempt.jobName.lastIndexOf('/') + 1));
  headers.set('x-cloudscheduler-scheduletime', inTimeZone(attempt.scheduledMs, attempt.spec.timeZone));
  const body = Buffer.from(target.bodyBase64, 'base64');
  if (body.length > 0 && !headers.has('content-type')) headers.set('content-type', 'application/octet-stream');
  if (target.authorization !== null) {
    const token = await mintToken(outbound, attempt, target.authorization);
    if (typeof token !== 'string') return token;
    headers.set('authorization', `Bearer ${token}`);
  }
  return follow(outbound, {
    ...bounds(attempt),
    method: target.method,
    url: target.uri,
    headers: Object.fromEntries(headers),
    ...(body.length > 0 ? { body } : {}),
  });
}

/** Sends a request and, as Google does, takes the reply of where it is redirected to. */
async function follow(outbound: Outbound, first: OutboundRequest): Promise<OutboundResult> {
  let request = first;
  for (let redirects = 0; ; redirects += 1) {
    const result = await outbound(request);
    const next = redirects < MAX_REDIRECTS ? redirected(request, result) : undefined;
    if (next === undefined) return result;
    request = next;
  }
}

/** Source: RFC 9110 section 15.4 */
function redirected(request: OutboundRequest, result: OutboundResult): OutboundRequest | undefined {
  if (result.kind !== 'reply' || ![301, 302, 303, 307, 308].includes(result.status)) return undefined;
  const location = result.headers['location'];
  if (location === undefined || !URL.canParse(location, request.url)) return undefined;
  const url = new URL(location, request.url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  const { body, ...rest } = request;
  const { authorization, ...others } = request.headers;
  // Credentials do not follow to another origin.
  const kept = url.origin === new URL(request.url).origin && authorization !== undefined;
  const headers = kept ? { ...others, authorization } : others;
  const keepsMethod = result.status >= 307 || request.method === 'GET' || request.method === 'HEAD';
  if (!keepsMethod) return { ...rest, headers, url: url.href, method: 'GET' };
  return { ...rest, headers, url: url.href, ...(body === undefined ? {} : { body }) };
}

/** Google's services ask IAM for tokens of the job's service account; so does this one. */
async function mintToken(
  outbound: Outbound,
  attempt: Attempt,
  authorization: Authorization,
): Promise<string | OutboundResult> {
  const [verb, body] =
    authorization.kind === 'oidc'
      ? ['generateIdToken', { audience: authorization.audience, includeEmail: true }]
      : ['generateAccessToken', { scope: [authorization.scope] }];
  const account = encodeURIComponent(authorization.email);
  const result = await outbound(
    jsonRequest(
      attempt,
      `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${account}:${verb}`,
      body,
    ),
  );
  if (result.kind !== 'reply' || result.status !== 200) return result;
  const reply = JSON.parse(result.body.toString('utf8')) as { readonly token?: string; readonly accessToken?: string };
  return reply.token ?? reply.accessToken ?? '';
}

// ---- Pub/Sub targets ----

async function publish(outbound: Outbound, attempt: Attempt, target: PubsubTarget): Promise<OutboundResult> {
  const message = { data: target.dataBase64, attributes: target.attributes };
  const url = `https://pubsub.googleapis.com/v1/${target.topic}:publish`;
  return outbound(jsonRequest(attempt, url, { messages: [message] }));
}

function jsonRequest(attempt: Attempt, url: string, body: object): OutboundRequest {
  return {
    ...bounds(attempt),
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}

/** The deadline is kept on the cloud's clock, by the signal; the time limit here only bounds what is forgotten. */
function bounds(attempt: Attempt): Pick<OutboundRequest, 'timeoutMs' | 'maxReplyBytes' | 'signal'> {
  return { timeoutMs: ATTEMPT_DEADLINE_MS.max, maxReplyBytes: MAX_REPLY_BYTES, signal: attempt.signal };
}
