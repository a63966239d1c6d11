// Owns whom a dataset of BigQuery is shared with, beside its owners: the entries of its access list that the operator keeps.
import type { BigQuery } from '@google-cloud/bigquery';
import type { SharingResource } from '../catalog/operator/resource.ts';
import { change, readIfThere, removeOnce } from './resource-failure.ts';

/** `datasets.get`, as far as it matters: https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets#Dataset */
interface AccessEntry {
  readonly role?: string;
  readonly userByEmail?: string;
  readonly [member: string]: unknown;
}

/** Whom a dataset is shared with; undefined when there is no such dataset. */
export async function readSharing(client: BigQuery, name: string): Promise<SharingResource | undefined> {
  const access = await readIfThere({ kind: 'sharing', name }, () => accessOf(client, name));
  if (access === undefined) return undefined;
  const readers = access.filter((entry) => !isKept(entry)).map(memberOf);
  return { kind: 'sharing', name, readers: readers.sort() };
}

export function writeSharing(client: BigQuery, resource: SharingResource): Promise<void> {
  return change(resource, () => replaceReaders(client, resource));
}

export function removeSharing(client: BigQuery, resource: SharingResource): Promise<void> {
  return removeOnce(resource, () => replaceReaders(client, { ...resource, readers: [] }));
}

async function accessOf(client: BigQuery, name: string): Promise<readonly AccessEntry[]> {
  const [metadata] = await client.dataset(name).getMetadata();
  // The client types no answers; this is the REST resource.
  return (metadata as { readonly access?: readonly AccessEntry[] }).access ?? [];
}

async function replaceReaders(client: BigQuery, { name, readers }: SharingResource): Promise<void> {
  const kept = (await accessOf(client, name)).filter(isKept);
  const access = [...kept, ...readers.map((userByEmail) => ({ role: 'READER', userByEmail }))];
  await client.dataset(name).setMetadata({ access });
}

/** Owners may do everything anyway, and what is authorised without a role is no person. */
function isKept({ role }: AccessEntry): boolean {
  return role === undefined || role === 'OWNER';
}

/** A user or service account is its address; anything else differs from all that the operator shares with. */
function memberOf({ role, userByEmail, ...others }: AccessEntry): string {
  return role === 'READER' && userByEmail !== undefined
    ? userByEmail
    : JSON.stringify({ role, userByEmail, ...others });
}
