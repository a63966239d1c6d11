/** Everything that an execution does to the world or learns from it, passed in by whoever runs it. */

export interface Effects {
  /** Epoch milliseconds. */
  now(): number;
  /** A random UUID, version 4. */
  uuid(): string;
  /** Resolves once the clock has reached `atMs` (epoch milliseconds). */
  sleepUntil(atMs: number, signal: AbortSignal): Promise<void>;
  /** Makes a request; what can go wrong on the way is an outcome, not an exception. */
  http(request: HttpRequest, signal: AbortSignal): Promise<HttpOutcome>;
  /** Writes a log entry of the workflow's own. */
  log(entry: LogEntry): void;
  readonly callbacks: CallbackEffects;
}

export interface HttpRequest {
  readonly method: string;
  /** With the query in it. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
  readonly auth: HttpAuth | undefined;
  readonly timeoutMs: number;
  /** A longer response is `too-large`. */
  readonly maxResponseBytes: number;
}

/** The token to send as `Authorization: Bearer`. */
export type HttpAuth =
  | { readonly type: 'OIDC'; readonly audience: string }
  | { readonly type: 'OAuth2'; readonly scopes: readonly string[] };

/**
 * `unreachable`: no connection was made. `broken`: it ended before the whole response was there. `unauthorized`: no token
 * could be made for `auth`.
 */
export type HttpOutcome =
  | {
      readonly kind: 'response';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Uint8Array;
    }
  | {
      readonly kind: 'unreachable' | 'broken' | 'timeout' | 'too-large' | 'unauthorized';
      readonly message: string;
    };

export interface LogEntry {
  readonly severity: string;
  /** A JSON object as text, or plain text. */
  readonly payload: { readonly kind: 'json' | 'text'; readonly text: string };
}

export interface CallbackEffects {
  /** Makes an endpoint that takes requests of one method, and answers its URL. */
  create(method: string): Promise<string>;
  /** The next request to an endpoint that was not awaited yet; `timeout` when none came until `untilMs`. */
  receive(url: string, untilMs: number, signal: AbortSignal): Promise<CallbackOutcome>;
}

export type CallbackOutcome =
  | { readonly kind: 'request'; readonly request: CallbackRequest }
  | { readonly kind: 'timeout' };

export interface CallbackRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** Tells it from the requests to the endpoint before and after it. */
  readonly sequence: number;
  /** As sent. */
  readonly bodyBase64: string;
  /** Epoch milliseconds. */
  readonly receivedMs: number;
}
