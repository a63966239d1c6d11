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
        token: { type: 'http', scheme: 'bearer', description: 'A Google-signed identity token, or a write key.' },
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
