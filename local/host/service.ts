/** What a service of the local cloud is made of: gRPC methods, REST routes, a start and a stop. */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { CloudClock } from '../primitives/clock.ts';
import type { Log } from '../primitives/log.ts';
import type { Outbound } from '../primitives/outbound.ts';

/** What every service is given. */
export interface CloudContext {
  /** The cloud's data folder; a service keeps its files under a name of its own. */
  readonly dataDir: string;
  readonly clock: CloudClock;
  readonly log: Log;
  /** HTTP to anywhere, with Google's hosts served by this cloud itself. */
  readonly outbound: Outbound;
}

export interface CloudService {
  readonly grpc?: readonly GrpcService[];
  readonly rest?: readonly RestRoute[];
  /** Called once everything is listening: background work (deliveries, schedules, unfinished executions) starts here. */
  start?(): Promise<void>;
  /** Ends background work and closes files; called once. */
  stop(): Promise<void>;
}

// ---- gRPC ----

export interface GrpcService {
  /** Full name, `google.pubsub.v1.Publisher`. */
  readonly name: string;
  readonly methods: Readonly<Record<string, GrpcMethod>>;
}

export type GrpcMethod = UnaryMethod | RawMethod | BidiMethod;

/**
 * A unary method. Messages are plain objects in protobufjs's shape: camelCase names, defaults filled in, enums as names,
 * 64-bit integers as decimal strings, bytes as Buffers, Timestamp and Duration as `{seconds, nanos}`. Also served over
 * REST where the proto has an HTTP rule.
 */
export interface UnaryMethod {
  readonly kind: 'unary';
  handle(request: object): object | Promise<object>;
}

/** A unary method on undecoded bytes, for hot paths; `decode`d over REST by the same descriptor. */
export interface RawMethod {
  readonly kind: 'raw';
  handle(request: Buffer): Promise<object>;
}

/** A bidirectional stream; messages in the same shape as for unary methods. */
export interface BidiMethod {
  readonly kind: 'bidi';
  open(stream: BidiStream): void;
}

export interface BidiStream {
  onMessage(listener: (message: object) => void): void;
  /** The client ended its side, cancelled or went away. */
  onEnd(listener: () => void): void;
  /** Sends a message, or the wire bytes of one; false when the client should be given time (see `onDrain`). */
  send(message: object | Buffer): boolean;
  onDrain(listener: () => void): void;
  /** Ends the stream with OK, or with an error. */
  close(error?: Error): void;
}

/**
 * A unary method with typed messages. The cast is sound because the host decodes by the proto descriptor of the method,
 * whose shape `Request` and `Reply` write down.
 */
export function unary<Request extends object, Reply extends object>(
  handle: (request: Request) => Reply | Promise<Reply>,
): UnaryMethod {
  return { kind: 'unary', handle };
}

// ---- REST ----

/** How a route answers errors: `rpc` for APIs defined by protos, `legacy` for BigQuery and Cloud Storage. */
export type ErrorStyle = 'rpc' | 'legacy';

export interface RestRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';
  /** `/storage/v1/b/{bucket}/o/{object}`: `{name}` is one segment, `{name=projects/*}` matches its pattern, `{rest=**}` the rest. */
  readonly path: string;
  /** The API method's id, `storage.objects.get`, used in logs and fault rules. */
  readonly id: string;
  readonly errors: ErrorStyle;
  handle(request: RestRequest): RestReply | Promise<RestReply>;
}

export interface RestRequest {
  /** Values of the path template, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** Scheme and host that the client used, without a trailing slash: for links that must lead back here. */
  readonly origin: string;
  /** The undecoded body, for uploads. */
  readonly stream: Readable;
  /** The whole body, inflated if gzipped; INVALID_ARGUMENT above `maxBytes`. */
  bytes(maxBytes?: number): Promise<Buffer>;
  /** The body as a JSON object; `{}` when empty. */
  json(): Promise<Record<string, unknown>>;
}

export interface RestReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** Sent as application/json. */
  readonly json?: unknown;
  /** Sent as is; give `content-type` in headers. */
  readonly body?: string | Uint8Array | Readable;
}
