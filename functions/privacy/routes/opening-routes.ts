// Owns the ways by which values are opened: a route for people, and the endpoint of BigQuery's remote functions.
import type { Catalog } from '#shared/catalog/catalog.ts';
import type { Route } from '#shared/http/route.ts';
import type { Clock } from '#shared/platform/clock.ts';
import { rolesInForce } from '../at-work/who-may.ts';
import { PersonRates, QUERY_PACE } from '../reveal/person-rate.ts';
import type { RevealDeps } from '../reveal/reveal.ts';
import { type RemoteRevealParts, remoteRevealRoute } from './remote-reveal-route.ts';
import { revealRoutes } from './reveal-routes.ts';

interface OpeningParts extends Pick<RemoteRevealParts, 'identifyBigQuery' | 'connectionAccount'> {
  readonly projectId: string;
  readonly clock: Clock;
}

/** @param deps what revealing works on now; throws a PlatformError while that is not there */
export function openingRoutes(
  { projectId, clock, identifyBigQuery, connectionAccount }: OpeningParts,
  catalog: () => Promise<Catalog>,
  deps: () => RevealDeps,
): readonly Route[] {
  const rowRates = new PersonRates(clock, QUERY_PACE);
  return [
    ...revealRoutes(deps),
    remoteRevealRoute({
      identifyBigQuery,
      connectionAccount,
      catalog,
      rolesOf: (email) => rolesInForce(projectId, catalog, email),
      deps: () => ({ ...deps(), rowRates }),
    }),
  ];
}
