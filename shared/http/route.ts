// Owns what a route of a function is: a method, a path, who may call it, and what it takes and answers.
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { Role } from '../platform/roles.ts';

/** Who is asking, after verification. */
export interface Principal {
  readonly email: string;
  readonly roles: ReadonlySet<Role>;
}

export interface RouteRequest {
  readonly method: string;
  /** Values of the path's `{names}`, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The raw body; most routes use `body` of their handler's input instead. */
  readonly stream: Readable;
  /** Present on routes with `allow`. */
  readonly principal: Principal | undefined;
}

export interface RouteReply {
  /** Default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as application/json. */
  readonly json?: unknown;
  /** Sent as is; give `content-type` in `headers`. */
  readonly body?: string | Uint8Array | Readable;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS';
  /** `/v1/imports/{id}:finish`: a `{name}` matches one segment up to a `:verb`. */
  readonly path: string;
  /** One sentence for the OpenAPI document. */
  readonly summary: string;
  /** Roles that may call it; 'anyone' needs no token (health, descriptions, or a credential of its own such as a write key). */
  readonly allow: readonly Role[] | 'anyone';
  /** A credential of its own, where `allow` is 'anyone', for the OpenAPI document. */
  readonly credential?: 'write-key';
  /** What the JSON body must be; without it the body is not read. */
  readonly body?: z.ZodType;
  /** What the body must be, for the OpenAPI document, where the handler reads it by itself. */
  readonly takes?: z.ZodType;
  /** What a success answers, for the OpenAPI document. */
  readonly answer?: z.ZodType;
  /** Bodies above this are refused; default 1 MiB. */
  readonly maxBodyBytes?: number;
  /** @throws PlatformError, which becomes problem details with the status of its code */
  handle(request: RouteRequest, body: unknown): RouteReply | Promise<RouteReply>;
}

/** A route whose handler sees its body as what the schema makes of it. */
export function route<Schema extends z.ZodType>(
  definition: Omit<Route, 'handle' | 'body'> & {
    readonly body: Schema;
    handle(request: RouteRequest, body: z.infer<Schema>): RouteReply | Promise<RouteReply>;
  },
): Route;
export function route(definition: Omit<Route, 'body'>): Route;
export function route(definition: Route): Route {
  return definition;
}
