// Owns the route that shows what is made of what.
import { type Route, route } from '#shared/http/route.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import {
  LINEAGE_DIRECTIONS,
  LINEAGE_LEVELS,
  lineageOf,
  type LineageQuery,
  MAX_LINEAGE_DEPTH,
} from '#shared/metadata/lineage.ts';
import type { Parts } from '../parts.ts';

export function lineageRoutes({ applied }: Pick<Parts, 'applied'>): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/lineage',
      summary: 'What is made of what: ?node=&direction=upstream|downstream|both&level=endpoint|column&depth=',
      allow: ['analyst', 'team', 'compliance', 'service'],
      handle: ({ query }) => {
        const asked = readQuery(query);
        const graph = lineageOf(applied.require().catalog, asked);
        if (graph === undefined) {
          throw new PlatformError('unknown_endpoint', { message: `Nothing is called ${asked.node ?? ''}.` });
        }
        return { json: graph };
      },
    }),
  ];
}

function readQuery(query: URLSearchParams): LineageQuery {
  const depth = Number(query.get('depth') ?? MAX_LINEAGE_DEPTH);
  if (!Number.isInteger(depth) || depth < 1 || depth > MAX_LINEAGE_DEPTH) {
    throw new PlatformError('invalid_argument', { message: `depth must be from 1 to ${MAX_LINEAGE_DEPTH}.` });
  }
  return {
    node: query.get('node') ?? undefined,
    direction: oneOf(query, 'direction', LINEAGE_DIRECTIONS, 'both'),
    level: oneOf(query, 'level', LINEAGE_LEVELS, 'endpoint'),
    depth,
  };
}

function oneOf<const Value extends string>(
  query: URLSearchParams,
  name: string,
  allowed: readonly Value[],
  byDefault: NoInfer<Value>,
): Value {
  const text = query.get(name) ?? byDefault;
  const found = allowed.find((value) => value === text);
  if (found === undefined) {
    throw new PlatformError('invalid_argument', { message: `${name} must be one of ${allowed.join(', ')}.` });
  }
  return found;
}
