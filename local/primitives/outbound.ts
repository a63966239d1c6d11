/** HTTP calls that services make (Scheduler targets, workflow steps, pushes), with Google's own hosts led back to this cloud. */
import { ApiError } from './errors.ts';

export interface OutboundRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  readonly timeoutMs: number;
  /** The reply is cut off, as an error, above this. */
  readonly maxReplyBytes: number;
  readonly signal?: AbortSignal;
}

/** `unreachable`: no connection was made; `broken`: it ended before the whole reply was there; `timeout`; `too-large`. */
export type OutboundResult =
  | { readonly kind: 'reply'; readonly status: number; readonly headers: Record<string, string>; readonly body: Buffer }
  | { readonly kind: 'unreachable' | 'broken' | 'timeout' | 'too-large'; readonly message: string };

export type Outbound = (request: OutboundRequest) => Promise<OutboundResult>;

/** Hosts that this cloud answers for, whatever the scheme and port. */
const GOOGLE_HOST = /(^|\.)(googleapis\.com|google\.com|gstatic\.com|google\.internal)$/;

/** True when `host` (without port) is one that the local cloud stands in for. */
export function isGoogleHost(host: string): boolean {
  return GOOGLE_HOST.test(host);
}

/** @param selfUrl base URL of this cloud's plain HTTP side, asked for at each call because the port is known late */
export function createOutbound(selfUrl: () => string): Outbound {
  return async (request) => {
    const url = target(request.url, selfUrl());
    const timeout = AbortSignal.timeout(request.timeoutMs);
    const signal = request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal]);
    let connected = false;
    try {
      const response = await fetch(url, {
        method: request.method,
        headers: request.headers,
        redirect: 'manual',
        signal,
        ...(request.body === undefined ? {} : { body: request.body as NonNullable<RequestInit['body']> }),
      });
      connected = true;
      return await readReply(response, request.maxReplyBytes);
    } catch (error) {
      if (timeout.aborted) return { kind: 'timeout', message: `no reply within ${request.timeoutMs} ms` };
      return { kind: connected || wasConnected(error) ? 'broken' : 'unreachable', message: describe(error) };
    }
  };
}

function target(url: string, selfUrl: string): string {
  if (!URL.canParse(url)) throw new ApiError('INVALID_ARGUMENT', `Invalid URL: ${url}`);
  const parsed = new URL(url);
  return isGoogleHost(parsed.hostname) ? `${selfUrl}${parsed.pathname}${parsed.search}` : url;
}

async function readReply(response: Response, maxBytes: number): Promise<OutboundResult> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) return { kind: 'too-large', message: `the reply is larger than ${maxBytes} bytes` };
    chunks.push(chunk);
  }
  const headers = Object.fromEntries(response.headers.entries());
  return { kind: 'reply', status: response.status, headers, body: Buffer.concat(chunks) };
}

function causeCode(error: unknown): string | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
}

function wasConnected(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(causeCode(error) ?? '');
}

function describe(error: unknown): string {
  return causeCode(error) ?? (error instanceof Error ? error.name : 'unknown error');
}
