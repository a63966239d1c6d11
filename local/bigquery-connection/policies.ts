/** IAM policies of connections: stored and given back; nobody is refused anything by them. */
import { createHash } from 'node:crypto';
import type { RestRequest, RestRoute } from '../host/service.ts';
import { ApiError } from '../primitives/errors.ts';
import { isObject } from '../primitives/json-object.ts';
import type { ConnectionRow, ConnectionStore } from './connection-store.ts';

type NewRoute = (method: RestRoute['method'], path: string, verb: string, handle: RestRoute['handle']) => RestRoute;

/** Source: https://cloud.google.com/bigquery/docs/reference/bigqueryconnection/rest/v1/projects.locations.connections/setIamPolicy */
export function policyRoutes(connections: ConnectionStore, route: NewRoute): RestRoute[] {
  const verb = (name: string, handle: (row: ConnectionRow, body: Record<string, unknown>) => object): RestRoute =>
    route('POST', `/v1/{name=projects/*/locations/*/connections/*}:${name}`, name, async (request: RestRequest) => {
      const row = connections.require(request.params['name'] ?? '');
      return { json: handle(row, await request.json()) };
    });
  return [
    verb('getIamPolicy', (row) => policyOf(row)),
    verb('setIamPolicy', (row, body) => setPolicy(connections, row, body)),
    // Everybody is the owner here, so every permission that is asked about is held.
    verb('testIamPermissions', (_row, { permissions = [] }) => ({ permissions })),
  ];
}

function policyOf({ policy }: ConnectionRow): Record<string, unknown> {
  return policy === '' ? { etag: 'ACAB' } : (JSON.parse(policy) as Record<string, unknown>);
}

function setPolicy(
  connections: ConnectionStore,
  row: ConnectionRow,
  { policy: asked }: Record<string, unknown>,
): object {
  if (!isObject(asked)) throw new ApiError('INVALID_ARGUMENT', 'policy is required.');
  const { version = 1, bindings = [], etag } = asked;
  if (!Array.isArray(bindings)) throw new ApiError('INVALID_ARGUMENT', 'policy.bindings must be a list.');
  if (etag !== undefined && etag !== policyOf(row)['etag']) {
    throw new ApiError(
      'ABORTED',
      'There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.',
    );
  }
  const digest = createHash('sha256').update(JSON.stringify([version, bindings, crypto.randomUUID()]));
  const saved = { version, etag: digest.digest('base64').slice(0, 12), bindings };
  connections.setPolicy(row.name, JSON.stringify(saved));
  return saved;
}
