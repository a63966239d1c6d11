// Owns the route that tells callers who they are here.
import { type Route, route } from '#shared/http/route.ts';
import { callerShape } from '#shared/metadata/api/caller-shape.ts';
import { ROLES } from '#shared/platform/roles.ts';
import type { Parts } from '../parts.ts';

export function callerRoutes({ place }: Pick<Parts, 'place'>): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/me',
      summary: 'Who is asking, with which roles, in which project.',
      allow: ROLES,
      answer: callerShape,
      handle: ({ principal }) => ({
        json: {
          email: principal?.email ?? '',
          roles: ROLES.filter((role) => principal?.roles.has(role)),
          project: place.projectId,
          region: place.region,
        },
      }),
    }),
  ];
}
