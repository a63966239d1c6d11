/** IAM policies of tables and routines: stored and given back; only calls of remote functions are refused by them. */
import { createHash } from 'node:crypto';
import type { JsonObject, RoutineDefinition } from '#lib/googlesql/engine/definitions.ts';
import type { Warehouse } from '#lib/googlesql/engine/warehouse.ts';
import { z } from 'zod';
import type { RestReply, RestRequest, RestRoute } from '../../host/service.ts';
import { ApiError } from '../../primitives/errors.ts';
import type { Store } from '../../primitives/store.ts';
import { invalid, routineName, tableName, valueOf } from '../errors.ts';
import { routineOf, tableOf } from '../names.ts';
import { anyObject, decodeBody, int32, message, text } from '../wire/proto-json.ts';
import { apiMethod } from '../wire/routes.ts';

export const POLICY_TABLE = `CREATE TABLE policies (resource TEXT PRIMARY KEY, policy TEXT NOT NULL) STRICT`;

/** Source: https://cloud.google.com/bigquery/docs/reference/rest/v2/Policy */
const policyShape = message({
  version: int32.optional(),
  etag: text.optional(),
  bindings: z.array(message({ role: text, members: z.array(text), condition: anyObject.optional() })).optional(),
  auditConfigs: z.array(anyObject).optional(),
});
const setShape = message({ policy: policyShape, updateMask: text.optional() });
const getShape = message({ options: message({ requestedPolicyVersion: int32.optional() }).optional() });
const testShape = message({ permissions: z.array(text).optional() });

/** The ETag of a policy that nobody has set. Source: google/iam/v1/policy.proto says only that there is one */
const EMPTY_ETAG = 'ACAB';
const MEMBER = /^(?:allUsers|allAuthenticatedUsers|[a-zA-Z]+:.+)$/;

export interface PolicyParts {
  readonly warehouse: Warehouse;
  readonly store: Store;
}

export function policyRoutes({ warehouse, store }: PolicyParts): RestRoute[] {
  const dataset = '/projects/{projectId}/datasets/{datasetId}';
  const table = async (request: RestRequest): Promise<string> => {
    const found = valueOf(await warehouse.tables.get(tableOf(request)));
    return policyKey('table', tableName(found.ref), found.createdMs);
  };
  const routine = async (request: RestRequest): Promise<string> => {
    return routinePolicyKey(valueOf(await warehouse.routines.get(routineOf(request))));
  };
  return [
    ...verbs(`${dataset}/tables/{tableId}`, 'tables', table, store),
    ...verbs(`${dataset}/routines/{routineId}`, 'routines', routine, store),
  ];
}

/** Under what the policy of a routine is kept. */
export function routinePolicyKey({ ref, createdMs }: Pick<RoutineDefinition, 'ref' | 'createdMs'>): string {
  return policyKey('routine', routineName(ref), createdMs);
}

/** A table that is made anew does not inherit the policy of the one before. */
function policyKey(kind: string, name: string, createdMs: number): string {
  return `${kind} ${name} ${createdMs}`;
}

function verbs(
  path: string,
  collection: string,
  keyOf: (request: RestRequest) => Promise<string>,
  store: Store,
): RestRoute[] {
  return [
    apiMethod(`POST ${path}:getIamPolicy`, `${collection}.getIamPolicy`, async (request) => {
      decodeBody(getShape, await request.json(), 'get_iam_policy_request');
      return { json: readPolicy(store, await keyOf(request)) };
    }),
    apiMethod(`POST ${path}:setIamPolicy`, `${collection}.setIamPolicy`, async (request) =>
      setPolicy(store, await keyOf(request), await request.json()),
    ),
    apiMethod(`POST ${path}:testIamPermissions`, `${collection}.testIamPermissions`, async (request) => {
      const { permissions = [] } = decodeBody(testShape, await request.json(), 'test_iam_permissions_request');
      await keyOf(request);
      return { json: permissions.length === 0 ? {} : { permissions } };
    }),
  ].flat();
}

/** The policy as it was set; an empty one when nobody has. */
export function readPolicy(store: Store, key: string): JsonObject {
  const row = store.get<{ policy: string }>('SELECT policy FROM policies WHERE resource = ?', key);
  return row === undefined ? { etag: EMPTY_ETAG } : (JSON.parse(row.policy) as JsonObject);
}

function setPolicy(store: Store, key: string, body: JsonObject): RestReply {
  const { policy } = decodeBody(setShape, body, 'set_iam_policy_request');
  for (const { members } of policy.bindings ?? []) {
    const bad = members.find((member) => !MEMBER.test(member));
    if (bad !== undefined) throw invalid(`Invalid IAM member: ${bad}`);
  }
  if (policy.etag !== undefined && policy.etag !== readPolicy(store, key)['etag']) {
    throw new ApiError(
      'ABORTED',
      'There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.',
      { reason: 'aborted' },
    );
  }
  const bindings = policy.bindings ?? [];
  const etag = createHash('md5')
    .update(`${key} ${JSON.stringify(bindings)} ${crypto.randomUUID()}`)
    .digest('base64');
  const saved = { version: policy.version ?? 1, etag, ...(bindings.length === 0 ? {} : { bindings }) };
  store.run('INSERT OR REPLACE INTO policies (resource, policy) VALUES (?, ?)', key, JSON.stringify(saved));
  return { json: saved };
}
