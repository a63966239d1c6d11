/** IAM policies of key rings and keys: stored and returned, not enforced. */
import { createHash } from 'node:crypto';
import type { RestReply, RestRequest, RestRoute } from '../host/service.ts';
import { ApiError } from '../primitives/errors.ts';
import type { Store } from '../primitives/store.ts';
import { requireKey, requireKeyRing } from './key-store.ts';
import { invalid } from './refusals.ts';

const RESOURCES = [
  { pattern: 'projects/*/locations/*/keyRings/*', require: requireKeyRing },
  { pattern: 'projects/*/locations/*/keyRings/*/cryptoKeys/*', require: requireKey },
];

/** Source: https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys/setIamPolicy */
export function policyRoutes(store: Store): RestRoute[] {
  return RESOURCES.flatMap(({ pattern, require }) => {
    const route = (method: 'GET' | 'POST', verb: string, handle: Handle): RestRoute => ({
      method,
      path: `/v1/{resource=${pattern}}:${verb}`,
      id: `cloudkms.${verb}`,
      errors: 'rpc',
      handle: async (request): Promise<RestReply> => {
        const resource = request.params['resource'] ?? '';
        require(store, resource);
        return { json: await handle(resource, request) };
      },
    });
    return [
      route('GET', 'getIamPolicy', (resource) => readPolicy(store, resource)),
      route('POST', 'setIamPolicy', async (resource, request) => writePolicy(store, resource, await request.json())),
      // Everybody is the owner here, so every permission that is asked about is held.
      route('POST', 'testIamPermissions', async (_resource, request) => ({
        permissions: (await request.json())['permissions'],
      })),
    ];
  });
}

type Handle = (resource: string, request: RestRequest) => object | Promise<object>;

function readPolicy(store: Store, resource: string): Record<string, unknown> {
  const row = store.get<{ policy: string }>('SELECT policy FROM policies WHERE resource = ?', resource);
  return row === undefined ? { etag: 'ACAB' } : (JSON.parse(row.policy) as Record<string, unknown>);
}

function writePolicy(store: Store, resource: string, body: Record<string, unknown>): object {
  const asked = body['policy'];
  if (typeof asked !== 'object' || asked === null || Array.isArray(asked)) throw invalid('policy is required.');
  const { version, bindings, etag } = asked as Record<string, unknown>;
  if (bindings !== undefined && !Array.isArray(bindings)) throw invalid('policy.bindings must be a list.');
  if (etag !== undefined && etag !== readPolicy(store, resource)['etag']) {
    throw new ApiError(
      'ABORTED',
      'There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.',
    );
  }
  const content = JSON.stringify({ version: version ?? 1, bindings: bindings ?? [] });
  const policy = {
    version: version ?? 1,
    etag: createHash('sha256').update(content).digest('base64').slice(0, 12),
    bindings: bindings ?? [],
  };
  store.run(
    'INSERT INTO policies VALUES (?, ?) ON CONFLICT (resource) DO UPDATE SET policy = excluded.policy',
    resource,
    JSON.stringify(policy),
  );
  return policy;
}
