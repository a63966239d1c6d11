// Owns the base: the one list of what a project needs once, laid by Terraform on Google and by `trib up` on a local cloud.
import { PEOPLE_ROLES, serviceAccountEmail } from '../roles.ts';
import {
  AUDIT_JOB_NAME,
  BUCKET_NAMES,
  type BucketName,
  bucketName,
  DATASET_NAMES,
  type DatasetName,
  DRIFT_JOB_NAME,
  FUNCTION_NAMES,
  type FunctionName,
  HEARTBEAT_JOB_NAME,
  KEY_NAMES,
  KEY_RING_NAME,
  type KeyName,
  PROOF_JOB_NAME,
  REVEAL_CONNECTION_NAME,
  ROTATION_JOB_NAME,
  SERVICE_ACCOUNT_NAMES,
  type ServiceAccountName,
  TICK_JOB_NAME,
} from './names.ts';

/** Where the base is laid. */
export interface Place {
  readonly projectId: string;
  readonly region: string;
}

export type BaseResource =
  | { readonly kind: 'service-account'; readonly accountId: string; readonly displayName: string }
  | {
      readonly kind: 'bucket';
      readonly name: string;
      readonly location: string;
      readonly softDeleteSeconds: number;
      readonly versioning: boolean;
      /** Objects older than this are deleted. */
      readonly deleteAfterDays?: number;
    }
  | { readonly kind: 'key-ring'; readonly name: string; readonly location: string }
  | {
      readonly kind: 'crypto-key';
      readonly name: KeyName;
      readonly keyRing: string;
      readonly purpose: 'ENCRYPT_DECRYPT' | 'ASYMMETRIC_SIGN';
      readonly algorithm: 'GOOGLE_SYMMETRIC_ENCRYPTION' | 'EC_SIGN_P256_SHA256';
      readonly destroyAfterSeconds: number;
    }
  | {
      readonly kind: 'dataset';
      readonly name: DatasetName;
      readonly location: string;
      readonly description: string;
      /** Tables are deleted this long after they were made. */
      readonly tableExpirationMs?: number;
    }
  | { readonly kind: 'connection'; readonly name: string; readonly location: string }
  | ({ readonly kind: 'function' } & FunctionShape)
  | {
      readonly kind: 'scheduler-job';
      readonly name: string;
      readonly schedule: string;
      readonly timeZone: string;
      readonly workflow: string;
      readonly serviceAccount: string;
    }
  | { readonly kind: 'grant'; readonly on: GrantTarget; readonly role: string; readonly serviceAccount: string };

export interface FunctionShape {
  readonly name: FunctionName;
  readonly serviceAccount: string;
  readonly memory: string;
  readonly cpu: string;
  readonly timeoutSeconds: number;
  readonly concurrency: number;
  readonly minInstances: number;
  readonly maxInstances: number;
}

/** What a role is granted on: as narrow as Google allows for it. */
export type GrantTarget =
  | { readonly kind: 'project' }
  | { readonly kind: 'bucket'; readonly name: BucketName }
  | { readonly kind: 'crypto-key'; readonly name: KeyName }
  | { readonly kind: 'service-account'; readonly name: ServiceAccountName };

const DAY_SECONDS = 24 * 3600;

/** The whole list, in an order in which it can be laid. */
export function baseResources(place: Place): readonly BaseResource[] {
  return [
    ...serviceAccounts(),
    ...buckets(place),
    ...keys(place),
    ...datasets(place),
    // As its account BigQuery calls the endpoint of the remote functions that open values.
    { kind: 'connection', name: REVEAL_CONNECTION_NAME, location: place.region },
    ...functions(place),
    ...grants(place),
    ...schedules(place),
  ];
}

/**
 * What starts by the clock: the tick and a heartbeat each minute; once an hour a look for what somebody changed by hand, and the
 * audit of the books; once a day a look at the epochs, and a drill of erasure.
 */
function schedules(place: Place): BaseResource[] {
  const job = (name: string, workflow: string, schedule: string): BaseResource => ({
    kind: 'scheduler-job',
    name,
    schedule,
    timeZone: 'Etc/UTC',
    workflow,
    serviceAccount: serviceAccountEmail('scheduler', place.projectId),
  });
  return [
    job(TICK_JOB_NAME, 'tick', '* * * * *'),
    job(DRIFT_JOB_NAME, 'mend-drift', '17 * * * *'),
    job(HEARTBEAT_JOB_NAME, 'heartbeat', '* * * * *'),
    job(AUDIT_JOB_NAME, 'audit', '25 * * * *'),
    job(ROTATION_JOB_NAME, 'rotate-epoch', '41 2 * * *'),
    job(PROOF_JOB_NAME, 'prove-privacy', '11 3 * * *'),
  ];
}

function serviceAccounts(): BaseResource[] {
  const functions = SERVICE_ACCOUNT_NAMES.map((name) => ({ name, displayName: `Tributary ${name}` }));
  const people = PEOPLE_ROLES.map((name) => ({ name, displayName: `Tributary role: ${name}` }));
  return [...functions, ...people].map(({ name, displayName }) => ({
    kind: 'service-account',
    accountId: `tributary-${name}`,
    displayName,
  }));
}

function buckets(place: Place): BaseResource[] {
  const rules: Record<BucketName, { readonly deleteAfterDays?: number }> = {
    state: {},
    keys: {},
    exports: { deleteAfterDays: 7 },
  };
  return BUCKET_NAMES.map((name) => ({
    kind: 'bucket',
    name: bucketName(name, place.projectId),
    location: place.region,
    // What is overwritten must be gone: soft delete (7 days by default) and versions would keep shredded keys readable.
    softDeleteSeconds: 0,
    versioning: false,
    ...rules[name],
  }));
}

function keys(place: Place): BaseResource[] {
  const symmetric = { purpose: 'ENCRYPT_DECRYPT', algorithm: 'GOOGLE_SYMMETRIC_ENCRYPTION' } as const;
  const signing = { purpose: 'ASYMMETRIC_SIGN', algorithm: 'EC_SIGN_P256_SHA256' } as const;
  return [
    { kind: 'key-ring', name: KEY_RING_NAME, location: place.region },
    ...KEY_NAMES.map((name) => ({
      kind: 'crypto-key' as const,
      name,
      keyRing: KEY_RING_NAME,
      ...(name === 'certificate' ? signing : symmetric),
      // The least that KMS allows, and only settable at creation: https://cloud.google.com/kms/docs/destroy-restore
      destroyAfterSeconds: DAY_SECONDS,
    })),
  ];
}

function datasets(place: Place): BaseResource[] {
  const rules: Record<DatasetName, { readonly description: string; readonly tableExpirationMs?: number }> = {
    raw: { description: 'Events as they arrived, sealed, before their partitions are closed.' },
    staging: {
      description: 'Partitions being built, before they are audited and published.',
      tableExpirationMs: DAY_SECONDS * 1000,
    },
    platform: { description: 'Facts about the platform itself: runs, partitions, lineage, audits, erasures.' },
  };
  return DATASET_NAMES.map((name) => ({ kind: 'dataset', name, location: place.region, ...rules[name] }));
}

type Scaling = Omit<FunctionShape, 'name' | 'serviceAccount'>;

/** Memory, concurrency and bounds by the kind of work: collect is the only one that must not start cold. */
const SCALING: Record<FunctionName, Scaling> = {
  collect: { memory: '512Mi', cpu: '1', timeoutSeconds: 60, concurrency: 80, minInstances: 1, maxInstances: 100 },
  metadata: { memory: '512Mi', cpu: '1', timeoutSeconds: 300, concurrency: 80, minInstances: 0, maxInstances: 10 },
  privacy: { memory: '512Mi', cpu: '1', timeoutSeconds: 300, concurrency: 40, minInstances: 0, maxInstances: 10 },
  operator: { memory: '1Gi', cpu: '1', timeoutSeconds: 3600, concurrency: 1, minInstances: 0, maxInstances: 1 },
};

function functions(place: Place): BaseResource[] {
  return FUNCTION_NAMES.map((name) => ({
    kind: 'function',
    name,
    serviceAccount: serviceAccountEmail(name, place.projectId),
    ...SCALING[name],
  }));
}

function grants(place: Place): BaseResource[] {
  const grant = (name: ServiceAccountName, role: string, on: GrantTarget): BaseResource => ({
    kind: 'grant',
    on,
    role,
    serviceAccount: serviceAccountEmail(name, place.projectId),
  });
  const project: GrantTarget = { kind: 'project' };
  const bucket = (name: BucketName): GrantTarget => ({ kind: 'bucket', name });
  const key = (name: KeyName): GrantTarget => ({ kind: 'crypto-key', name });
  return [
    grant('collect', 'roles/storage.objectUser', bucket('keys')),
    grant('collect', 'roles/storage.objectUser', bucket('state')),
    // The boot guard reads the bucket's own settings.
    grant('collect', 'roles/storage.legacyBucketReader', bucket('keys')),
    grant('collect', 'roles/cloudkms.cryptoKeyEncrypterDecrypter', key('subject-kek')),
    grant('collect', 'roles/cloudkms.cryptoKeyEncrypterDecrypter', key('platform-kek')),
    grant('collect', 'roles/pubsub.publisher', project),
    grant('metadata', 'roles/storage.objectUser', bucket('state')),
    grant('metadata', 'roles/bigquery.dataViewer', project),
    grant('metadata', 'roles/bigquery.jobUser', project),
    grant('metadata', 'roles/workflows.invoker', project),
    grant('metadata', 'roles/pubsub.publisher', project),
    grant('privacy', 'roles/storage.objectUser', bucket('keys')),
    grant('privacy', 'roles/storage.legacyBucketReader', bucket('keys')),
    grant('privacy', 'roles/storage.objectUser', bucket('state')),
    grant('privacy', 'roles/storage.objectUser', bucket('exports')),
    grant('privacy', 'roles/cloudkms.cryptoKeyEncrypterDecrypter', key('subject-kek')),
    // The rotation of epochs makes, disables and destroys versions of this one key.
    grant('privacy', 'roles/cloudkms.admin', key('subject-kek')),
    grant('privacy', 'roles/cloudkms.cryptoKeyEncrypterDecrypter', key('platform-kek')),
    grant('privacy', 'roles/cloudkms.signerVerifier', key('certificate')),
    grant('privacy', 'roles/bigquery.dataEditor', project),
    grant('privacy', 'roles/bigquery.jobUser', project),
    // It asks for the account of the connection, the only one that it answers values to in SQL.
    grant('privacy', 'roles/bigquery.connectionUser', project),
    grant('privacy', 'roles/workflows.invoker', project),
    grant('privacy', 'roles/pubsub.publisher', project),
    grant('operator', 'roles/storage.objectUser', bucket('state')),
    grant('operator', 'roles/bigquery.admin', project),
    grant('operator', 'roles/pubsub.admin', project),
    grant('operator', 'roles/workflows.admin', project),
    grant('operator', 'roles/iam.serviceAccountUser', { kind: 'service-account', name: 'workflows' }),
    grant('workflows', 'roles/bigquery.jobUser', project),
    grant('workflows', 'roles/bigquery.dataEditor', project),
    grant('workflows', 'roles/workflows.invoker', project),
    grant('workflows', 'roles/logging.logWriter', project),
    grant('scheduler', 'roles/workflows.invoker', project),
  ];
}
