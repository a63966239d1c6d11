/** Serves REST: reads requests within bounds, finds their route, writes replies and errors in Google's shapes. */
import { isUtf8 } from 'node:buffer';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { ApiError, legacyErrorBody, rpcErrorBody, toApiError } from '../primitives/errors.ts';
import { type Faults, ReplyDropped } from '../primitives/faults.ts';
import { describeFailure, type Log } from '../primitives/log.ts';
import type { RestRouter } from './rest-router.ts';
import type { ErrorStyle, RestReply, RestRequest } from './service.ts';

/** JSON bodies: BigQuery allows 10 MB requests, Pub/Sub 10 MB. Uploads are streamed and not bounded here. */
const MAX_JSON_BYTES = 12 * 1024 * 1024;

export interface HttpHostParts {
  readonly router: RestRouter;
  readonly faults: Faults;
  readonly log: Log;
}

/** A server that is not listening: connections are handed to it with `emit('connection', socket)`. */
export function createHttpHost(parts: HttpHostParts): Server {
  const server = createServer({ keepAliveTimeout: 65_000, requestTimeout: 0 }, (request, response) => {
    void answer();
    async function answer(): Promise<void> {
      try {
        await serve(request, response, parts);
      } catch (error) {
        parts.log('ERROR', 'a reply could not be sent', { failure: describeFailure(error) });
        response.destroy();
      }
    }
  });
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    else socket.destroy();
  });
  return server;
}

async function serve(request: IncomingMessage, response: ServerResponse, parts: HttpHostParts): Promise<void> {
  const target = splitTarget(request.url ?? '/');
  const found = parts.router.find(request.method ?? 'GET', target.path);
  if (typeof found === 'string') {
    request.resume();
    sendError(response, notRouted(found, request, target), target.path.startsWith('/v1') ? 'rpc' : 'legacy');
    return;
  }
  const { route, params } = found;
  try {
    const reply = await parts.faults.around(route.id, async () => route.handle(toRestRequest(request, target, params)));
    request.resume();
    await send(response, reply);
  } catch (error) {
    request.resume();
    if (error instanceof ReplyDropped) {
      response.destroy();
      return;
    }
    const known = toApiError(error);
    if (known !== error)
      parts.log('ERROR', 'unexpected failure', { method: route.id, failure: describeFailure(error) });
    sendError(response, known, route.errors);
  }
}

interface RequestTarget {
  /** As sent: percent-encoded, dot segments and all, because an object may be called `..`. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Never fails, whatever a client sends. Proxied requests carry the whole URL. Source: RFC 9112 section 3.2 */
function splitTarget(target: string): RequestTarget {
  const local = target.replace(/^https?:\/\/[^/?]*/i, '');
  const queryAt = local.indexOf('?');
  const path = queryAt === -1 ? local : local.slice(0, queryAt);
  const query = new URLSearchParams(queryAt === -1 ? '' : local.slice(queryAt + 1));
  return { path: path === '' ? '/' : path, query };
}

function notRouted(found: 'wrong-method' | 'unknown', request: IncomingMessage, target: RequestTarget): ApiError {
  const what = `${request.method} ${target.path}`;
  return found === 'unknown'
    ? new ApiError('UNIMPLEMENTED', `The local cloud does not serve ${what}.`)
    : new ApiError('UNIMPLEMENTED', `The local cloud does not serve ${what}: other methods of this path exist.`);
}

function toRestRequest(
  request: IncomingMessage,
  target: RequestTarget,
  params: Readonly<Record<string, string>>,
): RestRequest {
  const encrypted = 'encrypted' in request.socket || request.headers['x-forwarded-proto'] === 'https';
  const bytes = (maxBytes = MAX_JSON_BYTES): Promise<Buffer> => readBody(request, maxBytes);
  return {
    params,
    query: target.query,
    headers: request.headers,
    origin: `${encrypted ? 'https' : 'http'}://${request.headers.host ?? 'localhost'}`,
    stream: request,
    bytes,
    json: async () => parseObject(await bytes()),
  };
}

async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const source = request.headers['content-encoding'] === 'gzip' ? inflated(request) : request;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // The request itself must outlive its refusal: destroying it would take the reply's connection away.
    for await (const chunk of source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) break;
      chunks.push(chunk);
    }
  } catch {
    throw new ApiError('INVALID_ARGUMENT', 'The request body could not be read.', { reason: 'parseError' });
  } finally {
    if (source !== request) source.destroy();
  }
  if (size > maxBytes) {
    throw new ApiError('INVALID_ARGUMENT', `Request payload size exceeds the limit: ${maxBytes} bytes.`);
  }
  return Buffer.concat(chunks);
}

/** A pipe alone would leave the reader waiting for ever when the client breaks off. */
function inflated(request: IncomingMessage): Readable {
  const gunzip = createGunzip();
  request.once('close', () => {
    if (!request.complete) gunzip.destroy(new Error('the client broke off'));
  });
  return request.pipe(gunzip);
}

function parseObject(bytes: Buffer): Record<string, unknown> {
  if (bytes.length === 0) return {};
  // Decoded leniently, the bytes that are wrong would become other characters of a statement or value.
  if (!isUtf8(bytes)) {
    throw new ApiError('INVALID_ARGUMENT', 'Invalid JSON payload received. Encountered non UTF-8 code points.', {
      reason: 'parseError',
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new ApiError('INVALID_ARGUMENT', 'Invalid JSON payload received. Unexpected token.', {
      reason: 'parseError',
    });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ApiError('INVALID_ARGUMENT', 'Invalid JSON payload received. Expected an object.', {
      reason: 'parseError',
    });
  }
  return value as Record<string, unknown>;
}

async function send(response: ServerResponse, reply: RestReply): Promise<void> {
  response.statusCode = reply.status ?? 200;
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value);
  if (reply.body instanceof Readable) {
    await pipeline(reply.body, response).catch(() => response.destroy());
  } else if (reply.body !== undefined) {
    response.end(reply.body);
  } else if (reply.json !== undefined) {
    response.setHeader('content-type', 'application/json; charset=UTF-8');
    response.end(JSON.stringify(reply.json));
  } else {
    response.end();
  }
}

function sendError(response: ServerResponse, error: ApiError, style: ErrorStyle): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.statusCode = error.httpStatus;
  response.setHeader('content-type', 'application/json; charset=UTF-8');
  response.end(JSON.stringify(style === 'legacy' ? legacyErrorBody(error) : rpcErrorBody(error)));
}
