// Owns who may read one table of BigQuery: one binding of its IAM policy; the others are left alone.
import type { BigQuery, Policy } from '@google-cloud/bigquery';
import type { AccessResource } from '../catalog/operator/resource.ts';
import { change, readIfThere, removeOnce } from './resource-failure.ts';
import { tableOf } from './tables.ts';

/** Reads rows and metadata of the table, and nothing else: https://cloud.google.com/bigquery/docs/access-control#bigquery.dataViewer */
const READER = 'roles/bigquery.dataViewer';

/** The readers of a table; undefined when it has none or is not there. */
export async function readAccess(client: BigQuery, name: string): Promise<AccessResource | undefined> {
  const policy = await readIfThere({ kind: 'access', name }, () => policyOf(client, name));
  const readers = (policy?.bindings ?? []).flatMap(({ role, members }) => (role === READER ? (members ?? []) : []));
  return readers.length === 0 ? undefined : { kind: 'access', name, readers: [...new Set(readers)].sort() };
}

export function writeAccess(client: BigQuery, resource: AccessResource): Promise<void> {
  return change(resource, () => replaceReaders(client, resource.name, resource.readers));
}

export function removeAccess(client: BigQuery, resource: AccessResource): Promise<void> {
  return removeOnce(resource, () => replaceReaders(client, resource.name, []));
}

async function policyOf(client: BigQuery, name: string): Promise<Policy> {
  const [policy] = await tableOf(client, name).getIamPolicy();
  return policy;
}

/** The policy's etag makes it fail, and be tried again, when somebody else changed it in between. */
async function replaceReaders(client: BigQuery, name: string, readers: readonly string[]): Promise<void> {
  const { etag, bindings = [] } = await policyOf(client, name);
  const others = bindings.filter(({ role }) => role !== READER);
  const own = readers.length === 0 ? [] : [{ role: READER, members: [...readers] }];
  await tableOf(client, name).setIamPolicy({ ...(etag === undefined ? {} : { etag }), bindings: [...others, ...own] });
}
