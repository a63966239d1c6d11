/** IAM policies of buckets: kept and shown. Nothing here is denied by them. */
import { invalid, shown } from '../errors.ts';
import { etagOf } from '../objects/preconditions.ts';
import type { Bucket } from './bucket.ts';

export interface IamPolicy {
  readonly version: number;
  readonly bindings: readonly IamBinding[];
}

interface IamBinding {
  readonly role: string;
  readonly members: readonly string[];
  readonly condition?: unknown;
}

const ROLE = /^(roles|(projects|organizations)\/[^/]+\/roles)\/[\w.]+$/;
/** Source: https://cloud.google.com/iam/docs/principal-identifiers */
const MEMBER =
  /^(allUsers|allAuthenticatedUsers|(user|serviceAccount|group|domain|projectOwner|projectEditor|projectViewer|principal|principalSet|deleted):.+)$/;

/** A new bucket belongs to its project. Source: https://cloud.google.com/storage/docs/access-control/iam-roles#basic-roles-intrinsic */
function policyOf(bucket: Bucket): IamPolicy {
  if (bucket.policy !== undefined) return bucket.policy;
  const owners = [`projectEditor:${bucket.project}`, `projectOwner:${bucket.project}`];
  const viewers = [`projectViewer:${bucket.project}`];
  const kinds = bucket.settings.iamConfiguration.uniformBucketLevelAccess.enabled ? ['Bucket', 'Object'] : ['Bucket'];
  return {
    version: 1,
    bindings: kinds.flatMap((kind) => [
      { role: `roles/storage.legacy${kind}Owner`, members: owners },
      { role: `roles/storage.legacy${kind}Reader`, members: viewers },
    ]),
  };
}

export function policyResource(bucket: Bucket): object {
  return {
    kind: 'storage#policy',
    resourceId: `projects/_/buckets/${bucket.name}`,
    ...policyOf(bucket),
    etag: etagOf({ metageneration: bucket.metageneration }),
  };
}

/** @throws ApiError INVALID_ARGUMENT */
export function parsePolicy(body: Readonly<Record<string, unknown>>): IamPolicy {
  const asked = body['bindings'] ?? [];
  if (!Array.isArray(asked)) throw invalid('Invalid value for: bindings is not a list');
  const bindings = asked.map(parseBinding).filter(({ members }) => members.length > 0);
  const version = body['version'] ?? 1;
  if (version !== 1 && version !== 3) throw invalid(`Invalid argument: policy version ${shown(version)}.`);
  if (version !== 3 && bindings.some(({ condition }) => condition !== undefined)) {
    throw invalid('Invalid argument: a policy with conditions must have version 3.');
  }
  return { version, bindings };
}

function parseBinding(value: unknown): IamBinding {
  const { role, members, condition } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof role !== 'string' || !ROLE.test(role)) throw invalid(`Role ${shown(role)} is not valid.`);
  if (!Array.isArray(members)) throw invalid(`Invalid value for: members of ${role} is not a list`);
  for (const member of members as unknown[]) {
    // The member is not repeated: it may be a person.
    if (typeof member !== 'string' || !MEMBER.test(member)) throw invalid(`Invalid argument: a member of ${role}.`);
  }
  return {
    role,
    members: members as string[],
    ...(condition === undefined || condition === null ? {} : { condition }),
  };
}
