// Owns what browsers are told about other origins, on every route: preflights are answered without a key, answers may be read.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler } from '#shared/http/function-host.ts';

/** For how long a browser need not ask again: a day, of which Chromium keeps two hours and Firefox all. */
const MAX_AGE_SECONDS = 86_400;

/** Headers that the protocols of the door use. */
const HEADERS = ['authorization', 'content-type', 'content-encoding', 'x-write-key', 'x-retry-count'];

/** Names of headers in a list, as browsers write them: sorted, in small letters, no spaces. Nothing else is repeated to anybody. */
const HEADER_NAMES = /^[a-z0-9!#$%&'*+.^_`|~-]+(?:, ?[a-z0-9!#$%&'*+.^_`|~-]+)*$/i;
const MAX_HEADER_NAMES_LENGTH = 1000;

const METHODS = 'GET, POST';

/**
 * Puts CORS in front of a handler. https://fetch.spec.whatwg.org/#http-cors-protocol
 *
 * A preflight carries no key, so it is granted to every origin; whether the key may be used from there is checked on the request
 * itself, which is where something could happen. What is answered may be read by any page, refusals too, so that a page can
 * tell an unknown key from a lost connection. That gives nothing away: no cookie and nothing else that a browser adds by itself
 * opens the door, only the key that the page has anyway. Beacons are sent with credentials, so those are allowed.
 */
export function withCors(handler: RequestHandler): RequestHandler {
  return (request, response) => {
    const { origin } = request.headers;
    if (origin !== undefined && isPreflight(request)) return grant(request, response, origin);
    for (const [name, value] of Object.entries(sharingHeaders(origin))) response.setHeader(name, value);
    handler(request, response);
  };
}

function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

function grant(request: IncomingMessage, response: ServerResponse, origin: string): void {
  const asked = request.headers['access-control-request-headers'] ?? '';
  const known = asked.length <= MAX_HEADER_NAMES_LENGTH && HEADER_NAMES.test(asked);
  const names = new Set([...HEADERS, ...(known ? asked.toLowerCase().split(/, ?/) : [])]);
  response.writeHead(204, {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': METHODS,
    'access-control-allow-headers': [...names].join(', '),
    'access-control-max-age': String(MAX_AGE_SECONDS),
    vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
  });
  response.end();
  request.resume();
}

/** What lets a page of an origin read an answer; for handlers that are not behind `withCors` and send these with their own headers. */
export function sharingHeaders(origin: string | undefined): Readonly<Record<string, string>> {
  if (origin === undefined) return UNSHARED;
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'Retry-After',
    vary: 'Origin',
  };
}

const UNSHARED = { vary: 'Origin' } as const;
