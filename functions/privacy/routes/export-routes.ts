// Owns the route of exports, which says for now that they are not served.
import { route, type Route } from '#shared/http/route.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';

export function exportRoutes(): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/exports',
      summary: 'Everything about a user, opened and explained. Not served yet.',
      allow: ['compliance'],
      handle() {
        throw new PlatformError('exports_not_served');
      },
    }),
  ];
}
