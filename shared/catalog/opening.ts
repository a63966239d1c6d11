// Owns the rule that a query opens sealed values only where the purpose names its endpoint, and that no grant lies idle.
import type { EndpointId, PurposeId } from '../platform/ids.ts';
import type { Endpoint, SqlEndpoint } from './endpoint.ts';
import type { Openers, Platform, Purpose } from './platform.ts';
import type { Place, Problem } from './problem.ts';

/** What holds of a purpose that does not say who opens it. */
const DEFAULT_OPENERS: Openers = { roles: ['compliance'], endpoints: [] };

/** Who may open what was sealed for a purpose. */
export function openersOf({ openedBy }: Pick<Purpose, 'openedBy'>): Openers {
  return openedBy ?? DEFAULT_OPENERS;
}

/** An endpoint with the purposes whose `open` its query calls. */
export interface Opening {
  readonly endpoint: Pick<SqlEndpoint, 'id' | 'purposes'>;
  readonly opens: readonly PurposeId[];
  /** Where the query is. */
  readonly place: Place;
}

/** Every purpose that a query opens without a grant, or without holding anything that was sealed for it. */
export function openingProblems({ endpoint, opens, place }: Opening, { purposes }: Platform): readonly Problem[] {
  return opens.flatMap((id): readonly Problem[] => {
    const purpose = purposes[id];
    if (purpose === undefined || !openersOf(purpose).endpoints.includes(endpoint.id)) {
      return [
        {
          ...place,
          message: `the query opens what was sealed for "${id}", which ${endpoint.id} was not granted`,
          allowed: `opened_by: {endpoints: [${endpoint.id}]} of the purpose in platform/purposes.yaml`,
          hint: 'ask who answers for the purpose, or leave it out of the query',
        },
      ];
    }
    if (endpoint.purposes.includes(id)) return [];
    return [{ ...place, message: `the query opens what was sealed for "${id}", and reads nothing of that purpose` }];
  });
}

/** Every grant to an endpoint that is not there, or whose query opens nothing of the purpose: a right that nobody uses is a risk. */
export function idleGrants(
  { purposes }: Platform,
  endpoints: readonly Endpoint[],
  opens: (id: EndpointId) => readonly PurposeId[],
): readonly Problem[] {
  const place: Place = { file: 'platform/purposes.yaml', line: 1, column: 1 };
  // The keys of the table are its purposes.
  return (Object.keys(purposes) as PurposeId[]).flatMap((id) =>
    (purposes[id]?.openedBy?.endpoints ?? []).flatMap((granted): readonly Problem[] => {
      if (!endpoints.some((endpoint) => endpoint.id === granted)) {
        return [{ ...place, message: `"${id}" may be opened by ${granted}, and there is no such endpoint` }];
      }
      if (opens(granted).includes(id)) return [];
      const hint = 'take the grant away until it is needed';
      return [{ ...place, message: `"${id}" may be opened by ${granted}, whose query does not open it`, hint }];
    }),
  );
}
