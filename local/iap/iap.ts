/** Identity-Aware Proxy: a door in front of one backend that tells it, signed, who is asking. */
import { createServer, type IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { SignJWT } from 'jose';
import type { SigningKey } from '../identity/signing-keys.ts';
import type { CloudClock } from '../primitives/clock.ts';
import type { Log } from '../primitives/log.ts';

export interface IapOptions {
  readonly port: number;
  /** Base URL of what is protected. */
  readonly backend: string;
  /** Whoever reaches the loopback port is this person. */
  readonly email: string;
  /** `aud` of the assertion. */
  readonly audience: string;
}

export interface IapParts {
  readonly clock: CloudClock;
  readonly key: SigningKey;
  readonly log: Log;
}

export interface Iap {
  stop(): Promise<void>;
}

/** Source: https://cloud.google.com/iap/docs/signed-headers-howto */
const ASSERTION_SECONDS = 600;
const RENEW_BEFORE_MS = 60_000;
const LOOPBACK_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/;

/** @throws the system's error when the port cannot be had */
export async function startIap(options: IapOptions, parts: IapParts): Promise<Iap> {
  const assertion = assertions(options, parts);
  const server = createServer((request, response) => {
    void forward();
    async function forward(): Promise<void> {
      // A page elsewhere that resolves its own name to 127.0.0.1 must not get in: only loopback names pass.
      if (!LOOPBACK_HOST.test(request.headers.host ?? '')) {
        response.writeHead(403).end('This address serves localhost only.\n');
        return;
      }
      const target = new URL(request.url ?? '/', options.backend);
      const headers = withIdentity(request.headers, options.email, await assertion());
      const upstream = httpRequest(target, { method: request.method ?? 'GET', headers }, (reply) => {
        response.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(response);
      });
      upstream.on('error', () => {
        if (!response.headersSent) response.writeHead(502, { 'content-type': 'text/plain' });
        response.end('The backend does not answer; try again in a moment.\n');
      });
      response.on('close', () => upstream.destroy());
      request.pipe(upstream);
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  return {
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function withIdentity(headers: IncomingHttpHeaders, email: string, assertion: string): IncomingHttpHeaders {
  return {
    ...headers,
    'x-goog-authenticated-user-email': `accounts.google.com:${email}`,
    'x-goog-iap-jwt-assertion': assertion,
  };
}

function assertions(options: IapOptions, parts: IapParts): () => Promise<string> {
  let current = { jwt: '', untilMs: 0 };
  return async () => {
    const nowMs = parts.clock.now();
    if (nowMs < current.untilMs - RENEW_BEFORE_MS) return current.jwt;
    const nowSeconds = Math.floor(nowMs / 1000);
    const jwt = await new SignJWT({ email: options.email })
      .setProtectedHeader({ alg: parts.key.algorithm, kid: parts.key.id, typ: 'JWT' })
      .setIssuer('https://cloud.google.com/iap')
      .setAudience(options.audience)
      .setSubject(`accounts.google.com:${options.email}`)
      .setIssuedAt(nowSeconds)
      .setExpirationTime(nowSeconds + ASSERTION_SECONDS)
      .sign(parts.key.privateKey);
    current = { jwt, untilMs: nowMs + ASSERTION_SECONDS * 1000 };
    return jwt;
  };
}
