/** One HTTP exchange of an execution: sent as an effect, journalled, and answered as a value or raised as an error. */
import { LIMITS } from '../limits.ts';
import type { HttpAuth } from '../effects.ts';
import { errorMap, exceed, Raised, raise } from '../errors.ts';
import type { BlockingHost, Run } from '../run.ts';
import { mapOf, type Value } from '../values/value.ts';
import { canonicalHeaders, readBody } from './http-response.ts';

export interface Exchange {
  readonly method: string;
  /** With the query in it. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array | undefined;
  readonly auth: HttpAuth | undefined;
  readonly timeoutMs: number;
}

/** What Workflows calls itself in requests. */
const USER_AGENT = 'GoogleCloudWorkflows; (+https://cloud.google.com/workflows/docs)';

type Recorded =
  | { kind: 'response'; status: number; headers: Record<string, string>; bodyBase64: string }
  | { kind: 'unreachable' | 'broken' | 'timeout' | 'too-large' | 'unauthorized'; message: string };

/** `{body, code, headers}` of the response; a status of 400 or more is raised as HttpError. */
export function* exchange(host: BlockingHost, { headers, ...request }: Exchange): Run<Value> {
  const sent = { 'user-agent': USER_AGENT, ...Object.fromEntries(headers) };
  const outcome = yield* host.effect<Recorded>('http', async (effects, signal) => {
    const maxResponseBytes = LIMITS.responseBytes;
    const answer = await effects.http({ ...request, headers: sent, maxResponseBytes }, signal);
    if (answer.kind !== 'response') return { kind: answer.kind, message: answer.message };
    const bodyBase64 = Buffer.from(answer.body).toString('base64');
    return { kind: 'response', status: answer.status, headers: { ...answer.headers }, bodyBase64 };
  });
  return outcome.kind === 'response' ? responseValue(outcome) : raiseFailure(outcome.kind, outcome.message);
}

function responseValue(response: Recorded & { kind: 'response' }): Value {
  const headers = canonicalHeaders(response.headers);
  const body = readBody(new Uint8Array(Buffer.from(response.bodyBase64, 'base64')), headers.get('Content-Type') ?? '');
  const code = BigInt(response.status);
  if (response.status >= 400) {
    const message = `HTTP server responded with error code ${response.status}`;
    const shown = body.kind === 'value' ? body.value : Buffer.from(response.bodyBase64, 'base64').toString('utf8');
    throw new Raised(errorMap('HttpError', message, { body: shown, code, headers }));
  }
  if (body.kind === 'invalid') return raise('ValueError', `the response says it is JSON but is not: ${body.message}`);
  return mapOf({ body: body.value, code, headers });
}

function raiseFailure(kind: Exclude<Recorded['kind'], 'response'>, message: string): never {
  switch (kind) {
    case 'unreachable':
      return raise('ConnectionFailedError', `connection could not be established: ${message}`);
    case 'broken':
      return raise('ConnectionError', `connection broken: ${message}`);
    case 'timeout':
      return raise('TimeoutError', `HTTP request timed out: ${message}`);
    case 'unauthorized':
      return raise('AuthError', `no credentials for the request: ${message}`);
    case 'too-large':
      return exceed(`HTTP response exceeds the limit of ${LIMITS.responseBytes} bytes`);
  }
}
