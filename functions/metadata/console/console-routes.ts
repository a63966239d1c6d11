// Owns the routes of the console's files: who may frame, script or cache them, and how little they may reach.
import { type Route, type RouteReply, type RouteRequest, route } from '#shared/http/route.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { type Asset, type Assets, PAGE } from './assets.ts';

/**
 * The page runs its own script and style and talks to its own origin, nothing else; no text becomes markup or code.
 * https://www.w3.org/TR/CSP3/, https://www.w3.org/TR/trusted-types/
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const SECURITY_HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
} as const;

/** The page is asked for again each time; what it names has its digest in its name and never changes. */
const PAGE_CACHING = 'no-cache';
const ASSET_CACHING = 'public, max-age=31536000, immutable';

/** Anyone may have the files: they hold no data, and what they ask for is answered to those who may see it. */
export function consoleRoutes(assets: Assets): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/',
      summary: 'The console.',
      allow: 'anyone',
      handle: (request) => {
        const page = assets.get(PAGE);
        if (page === undefined) throw new PlatformError('console_missing');
        return send(page, request, PAGE_CACHING);
      },
    }),
    route({
      method: 'GET',
      path: '/assets/{name}',
      summary: 'A file that the console names.',
      allow: 'anyone',
      handle: (request) => {
        const asset = assets.get(request.params['name'] ?? '');
        if (asset === undefined) throw new PlatformError('route_unknown');
        return send(asset, request, ASSET_CACHING);
      },
    }),
  ];
}

function send(asset: Asset, { headers }: RouteRequest, caching: string): RouteReply {
  // One tag for both encodings would let a cache mix them up; a weak one says that they mean the same.
  const etag = `W/"${asset.digest}"`;
  const always = { ...SECURITY_HEADERS, 'cache-control': caching, vary: 'accept-encoding', etag };
  if (headers['if-none-match']?.includes(etag)) return { status: 304, headers: always };
  const zipped = /\bgzip\b/.test(headers['accept-encoding'] ?? '');
  const body = zipped ? asset.gzip : asset.body;
  return {
    headers: {
      ...always,
      'content-type': asset.contentType,
      'content-length': String(body.length),
      ...(zipped ? { 'content-encoding': 'gzip' } : {}),
    },
    body,
  };
}
