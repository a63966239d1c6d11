// Owns the settings by which Segment's client for browsers configures itself: everything goes to this place and nowhere else.
import { z } from 'zod';
import { mayComeFrom } from '#shared/events/write-key.ts';
import { type Route, route, type RouteRequest } from '#shared/http/route.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { WriteKeys } from '../state/write-keys.ts';

/** Settings change with the place of the collector only. */
const CACHE_SECONDS = 300;

const HOST = /^[A-Za-z0-9.-]{1,253}(:\d{1,5})?$|^\[[0-9A-Fa-f:]{2,45}\](:\d{1,5})?$/;

const enabled = { enabled: true, integrations: {} };

const answer = z.object({
  integrations: z.record(z.string(), z.record(z.string(), z.unknown())),
  plan: z.record(z.string(), z.unknown()),
});

/** `GET /v1/projects/{writeKey}/settings`, what `cdnURL` of the client points at. */
export function segmentSettingsRoute(writeKeys: WriteKeys): Route {
  return route({
    method: 'GET',
    path: '/v1/projects/{writeKey}/settings',
    summary: "The settings that Segment's client for browsers asks for.",
    allow: 'anyone',
    answer,
    async handle(request) {
      const secret = request.params['writeKey'] ?? '';
      const writeKey = await writeKeys.find(secret);
      if (writeKey instanceof PlatformError) throw writeKey;
      if (!mayComeFrom(writeKey, request.headers.origin)) throw new PlatformError('origin_not_allowed');
      return {
        headers: { 'cache-control': `private, max-age=${CACHE_SECONDS}` },
        json: settingsOf(secret, placeOf(request)),
      };
    },
  });
}

interface Place {
  readonly host: string;
  readonly protocol: 'http' | 'https';
}

function settingsOf(apiKey: string, { host, protocol }: Place): object {
  return {
    integrations: {
      'Segment.io': { apiKey, apiHost: `${host}/v1`, protocol, unbundledIntegrations: [], addBundledMetadata: false },
    },
    plan: { track: { __default: enabled }, identify: { __default: enabled }, group: { __default: enabled } },
    edgeFunction: {},
    analyticsNextEnabled: true,
    middlewareSettings: {},
    enabledMiddleware: {},
    metrics: { sampleRate: 0 },
    legacyVideoPluginsEnabled: false,
    remotePlugins: [],
  };
}

/** Where the client has reached this collector. */
function placeOf({ headers }: RouteRequest): Place {
  const host = headers.host ?? '';
  if (!HOST.test(host)) throw new PlatformError('invalid_argument', { message: 'The header Host names no host.' });
  return { host, protocol: headers['x-forwarded-proto'] === 'https' ? 'https' : 'http' };
}
