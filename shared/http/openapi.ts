// Owns the OpenAPI document of a function, derived from its routes.
import { z } from 'zod';
import { PROBLEM_MEDIA_TYPE } from '../platform/problem-details.ts';
import type { Route } from './route.ts';

export interface ApiTitle {
  readonly title: string;
  readonly description: string;
  readonly version: string;
}

/** OpenAPI 3.1: https://spec.openapis.org/oas/v3.1.1 */
export function openApiDocument(title: ApiTitle, routes: readonly Route[]): object {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const operations = paths[route.path] ?? {};
    operations[route.method.toLowerCase()] = operation(route);
    paths[route.path] = operations;
  }
  return {
    openapi: '3.1.1',
    info: title,
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A Google-signed identity token.' },
        ...(routes.some(({ credential }) => credential === 'write-key') ? WRITE_KEY_SCHEMES : {}),
      },
      schemas: { Problem: PROBLEM_SCHEMA },
    },
  };
}

function operation(route: Route): object {
  const body = route.body ?? route.takes;
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map((found) => found[1]);
  return {
    summary: route.summary,
    ...(route.allow === 'anyone' ? {} : { security: [{ token: [] }], 'x-roles': route.allow }),
    ...(route.credential === undefined
      ? {}
      : { security: Object.keys(WRITE_KEY_SCHEMES).map((name) => ({ [name]: [] })) }),
    ...(names.length === 0
      ? {}
      : { parameters: names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })) }),
    ...(body === undefined ? {} : { requestBody: { required: true, content: json(toSchema(body)) } }),
    responses: {
      200: {
        description: 'Done.',
        ...(route.answer === undefined ? {} : { content: json(toSchema(route.answer)) }),
      },
      default: {
        description: 'A problem: what is wrong, and what to do.',
        headers: { 'Retry-After': RETRY_AFTER },
        content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function json(schema: object): object {
  return { 'application/json': { schema } };
}

function toSchema(schema: z.ZodType): object {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
}

/** A write key may be shown in any of these places; the routes that take one also find it in their body, as `writeKey`. */
const WRITE_KEY_SCHEMES = {
  writeKey: { type: 'http', scheme: 'bearer', description: 'A write key.' },
  writeKeyHeader: { type: 'apiKey', in: 'header', name: 'X-Write-Key', description: 'A write key.' },
  writeKeyUser: { type: 'http', scheme: 'basic', description: 'A write key as the user, any password or none.' },
  writeKeyQuery: { type: 'apiKey', in: 'query', name: 'writeKey', description: 'A write key, for beacons.' },
} as const;

const RETRY_AFTER = {
  description: 'With 429 and 503: how many seconds to wait before the same is sent again.',
  schema: { type: 'integer', minimum: 1 },
} as const;

const PROBLEM_SCHEMA = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code', 'hint'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string' },
    hint: { type: 'string' },
  },
} as const;
