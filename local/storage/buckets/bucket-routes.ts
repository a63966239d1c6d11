/** Methods on buckets. Source: https://cloud.google.com/storage/docs/json_api/v1/buckets */
import type { RestReply, RestRequest } from '../../host/service.ts';
import { pageStart, toPage } from '../../primitives/pages.ts';
import type { Endpoint } from '../endpoints.ts';
import { conditionNotMet, conflict, invalid, notServed, NotModified, required } from '../errors.ts';
import { pageLimit } from '../objects/list-route.ts';
import { judge, parsePreconditions } from '../objects/preconditions.ts';
import { flag, integer } from '../parameters.ts';
import type { StorageParts } from '../parts.ts';
import { type Bucket, bucketResource, projectNumber } from './bucket.ts';
import { bucketName } from './bucket-name.ts';
import { type BucketSettings, changeSettings, defaultSettings, replaceSettings } from './bucket-settings.ts';
import { parsePolicy, policyResource } from './iam-policy.ts';
import { parseLocation } from './storage-class.ts';

/** Called when a bucket is gone, with what belonged to it alone. */
export type RemoveBucket = (bucket: Bucket) => Promise<void>;

export function bucketEndpoints(parts: StorageParts, removeBucket: RemoveBucket): Endpoint[] {
  const path = '/b/{bucket}';
  const find = ({ params }: RestRequest): Bucket => parts.buckets.require(params['bucket'] ?? '');
  return [
    { method: 'GET', path, id: 'buckets.get', handle: (request) => get(find(request), request) },
    { method: 'GET', path: '/b', id: 'buckets.list', handle: (request) => list(parts, request) },
    { method: 'POST', path: '/b', id: 'buckets.insert', handle: (request) => insert(parts, request) },
    {
      method: 'PATCH',
      path,
      id: 'buckets.patch',
      handle: (request) => change(parts, request, changeSettings),
    },
    { method: 'PUT', path, id: 'buckets.update', handle: (request) => change(parts, request, replaceSettings) },
    {
      method: 'DELETE',
      path,
      id: 'buckets.delete',
      async handle(request) {
        const bucket = find(request);
        checkConditions(bucket, request);
        if (!parts.objects.isEmpty(bucket.id)) throw conflict('The bucket you tried to delete is not empty.');
        await removeBucket(bucket);
        return { status: 204 };
      },
    },
    {
      method: 'POST',
      path: `${path}/lockRetentionPolicy`,
      id: 'buckets.lockRetentionPolicy',
      handle: (request) => lockRetentionPolicy(parts, find(request), request),
    },
    {
      method: 'GET',
      path: `${path}/storageLayout`,
      id: 'buckets.getStorageLayout',
      handle: (request) => ({ json: storageLayout(find(request)) }),
    },
    {
      method: 'GET',
      path: `${path}/iam`,
      id: 'buckets.getIamPolicy',
      handle: (request) => ({ json: policyResource(find(request)) }),
    },
    { method: 'PUT', path: `${path}/iam`, id: 'buckets.setIamPolicy', handle: (request) => setPolicy(parts, request) },
    {
      method: 'GET',
      path: `${path}/iam/testPermissions`,
      id: 'buckets.testIamPermissions',
      handle(request) {
        find(request);
        // Every caller is the project's owner.
        const permissions = request.query.getAll('permissions');
        return { json: { kind: 'storage#testIamPermissionsResponse', permissions } };
      },
    },
    {
      method: 'GET',
      path: '/projects/{project}/serviceAccount',
      id: 'projects.serviceAccount.get',
      handle: ({ params }) => ({ json: serviceAgent(params['project'] ?? '') }),
    },
  ];
}

function get(bucket: Bucket, request: RestRequest): RestReply {
  if (flag(request.query, 'softDeleted')) throw notServed('softDeleted in storage.buckets.get');
  checkConditions(bucket, request);
  return { json: bucketResource(bucket, request.origin) };
}

/** A "not match" that matches is answered 304, also for changes. */
function checkConditions(bucket: Bucket, request: RestRequest): void {
  const verdict = judge(parsePreconditions(request.query, 'if'), bucket);
  if (verdict === 'failed') throw conditionNotMet();
  if (verdict === 'matched') throw new NotModified();
}

function list(parts: StorageParts, { query, origin }: RestRequest): RestReply {
  const project = query.get('project');
  if (project === null || project === '') throw required('project');
  if (flag(query, 'softDeleted')) throw notServed('softDeleted in storage.buckets.list');
  const prefix = query.get('prefix') ?? '';
  const start = pageStart(query.get('pageToken') ?? undefined);
  const found = [...parts.buckets.all()]
    .filter((bucket) => bucket.project === project && bucket.name.startsWith(prefix) && bucket.name > start)
    .sort((left, right) => (left.name < right.name ? -1 : 1));
  const page = toPage(found, pageLimit(query), (bucket) => bucket.name);
  return {
    json: {
      kind: 'storage#buckets',
      ...(page.nextPageToken === '' ? {} : { nextPageToken: page.nextPageToken }),
      ...(page.items.length === 0 ? {} : { items: page.items.map((bucket) => bucketResource(bucket, origin)) }),
    },
  };
}

async function insert(parts: StorageParts, request: RestRequest): Promise<RestReply> {
  const body = await request.json();
  const project = request.query.get('project');
  if (project === null || project === '') throw required('project');
  if (flag(request.query, 'enableObjectRetention')) {
    throw notServed('enableObjectRetention in storage.buckets.insert');
  }
  const name = bucketName(body['name']);
  const nowMs = parts.clock.now();
  const defaults = defaultSettings(parseLocation(body['location']), nowMs);
  const settings = changeSettings(defaults, body, { bucket: name, nowMs });
  if (request.query.has('predefinedAcl')) refuseAcl(settings);
  const bucket = parts.buckets.create(name, project, settings);
  parts.upkeep.plan();
  return { json: bucketResource(bucket, request.origin) };
}

function refuseAcl(settings: BucketSettings): void {
  if (!settings.iamConfiguration.uniformBucketLevelAccess.enabled) return;
  throw invalid(
    'Cannot use ACL API to update bucket policy when uniform bucket-level access is enabled. Read more at https://cloud.google.com/storage/docs/uniform-bucket-level-access',
  );
}

async function change(parts: StorageParts, request: RestRequest, apply: typeof changeSettings): Promise<RestReply> {
  const body = await request.json();
  const bucket = parts.buckets.require(request.params['bucket'] ?? '');
  checkConditions(bucket, request);
  // A change of nothing leaves even the metageneration alone.
  if (Object.keys(body).length === 0) return { json: bucketResource(bucket, request.origin) };
  const settings = apply(bucket.settings, body, { bucket: bucket.name, nowMs: parts.clock.now() });
  const changed = parts.buckets.change(bucket, { settings });
  parts.upkeep.plan();
  return { json: bucketResource(changed, request.origin) };
}

function lockRetentionPolicy(parts: StorageParts, bucket: Bucket, request: RestRequest): RestReply {
  if (integer(request.query, 'ifMetagenerationMatch') === undefined) throw required('ifMetagenerationMatch');
  const policy = bucket.settings.retentionPolicy;
  if (policy === undefined || policy.isLocked === true) {
    throw invalid(`Bucket '${bucket.name}' does not have an unlocked retention policy.`);
  }
  checkConditions(bucket, request);
  const settings = { ...bucket.settings, retentionPolicy: { ...policy, isLocked: true as const } };
  return { json: bucketResource(parts.buckets.change(bucket, { settings }), request.origin) };
}

async function setPolicy(parts: StorageParts, request: RestRequest): Promise<RestReply> {
  const body = await request.json();
  const bucket = parts.buckets.require(request.params['bucket'] ?? '');
  const { etag } = policyResource(bucket) as { readonly etag: string };
  const sent = body['etag'];
  if (typeof sent === 'string' && sent !== '' && sent !== etag) throw conditionNotMet();
  return { json: policyResource(parts.buckets.change(bucket, { policy: parsePolicy(body) })) };
}

function storageLayout(bucket: Bucket): object {
  const { name, location, locationType } = bucketResource(bucket, '') as Readonly<Record<string, unknown>>;
  return {
    kind: 'storage#storageLayout',
    bucket: name,
    location,
    locationType,
    hierarchicalNamespace: { enabled: false },
  };
}

/** The account that Google's own side of Cloud Storage uses for a project. */
function serviceAgent(project: string): object {
  return {
    kind: 'storage#serviceAccount',
    email_address: `service-${projectNumber(project)}@gs-project-accounts.iam.gserviceaccount.com`,
  };
}
