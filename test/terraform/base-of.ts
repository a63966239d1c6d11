// Owns what a resource of Terraform is in the words of the base, so that both lists can be compared.
import type { BaseResource, GrantTarget } from '#shared/platform/base/resources.ts';
import type { HclValue } from './expression.ts';
import type { Computed, ResourceInstance } from './expand.ts';

/** Resources that only Google needs, and why a local cloud has none. */
export const GOOGLE_ONLY: Readonly<Record<string, string>> = {
  google_project_service: 'a local cloud serves every API',
  google_storage_bucket_object: 'a local platform runs its functions from their source',
  google_cloud_run_v2_service_iam_member: 'a local function answers every caller, and verifies it itself',
  google_bigquery_dataset_iam_member: "a local cloud has no agents of Google's",
  google_logging_project_exclusion: 'a local cloud logs no requests',
  google_logging_project_sink: 'the logs of a local platform are files of its data folder',
  google_monitoring_notification_channel: 'a local platform has nobody on call',
  google_monitoring_alert_policy: 'a local platform has nobody on call',
};

/** The same by address, where the type also serves the base. */
export const GOOGLE_ONLY_ADDRESSES: Readonly<Record<string, string>> = {
  'google_bigquery_dataset.logs': 'the logs of a local platform are files of its data folder',
  'google_storage_bucket.code': 'a local platform runs its functions from their source',
  'google_project_iam_member.dead_letters': "a local cloud has no agents of Google's",
};

type Values = Readonly<Record<string, HclValue>>;

const PROJECT = 'test-project';

/** What Google makes of the names of a resource. */
export const computed: Computed = (type, values) => {
  const text = (name: string): string => textAt(values, name);
  switch (type) {
    case 'google_service_account': {
      const email = `${text('account_id')}@${PROJECT}.iam.gserviceaccount.com`;
      return { email, member: `serviceAccount:${email}`, name: `projects/${PROJECT}/serviceAccounts/${email}` };
    }
    case 'google_kms_key_ring':
      return { id: `projects/${PROJECT}/locations/${text('location')}/keyRings/${text('name')}` };
    case 'google_kms_crypto_key':
      return { id: `${text('key_ring')}/cryptoKeys/${text('name')}` };
    case 'google_logging_project_sink':
      return { writer_identity: 'serviceAccount:service-1@gcp-sa-logging.iam.gserviceaccount.com' };
    case 'google_bigquery_connection':
      return { cloud_resource: [{ service_account_id: 'bqcx-1-abcd@gcp-sa-bigquery-condel.iam.gserviceaccount.com' }] };
    default:
      return { id: `made-up-id-of-${type}` };
  }
};

/** The resources of the base that one of Terraform lays: several for a binding of several members. */
export function baseOf({ address, type, values }: ResourceInstance): readonly BaseResource[] {
  const text = (name: string): string => textAt(values, name);
  const block = (name: string): Values => {
    const [first] = (values[name] ?? []) as readonly Values[];
    if (first === undefined) throw new Error(`${address} has no block ${name}`);
    return first;
  };
  switch (type) {
    case 'google_service_account':
      return [{ kind: 'service-account', accountId: text('account_id'), displayName: text('display_name') }];
    case 'google_storage_bucket':
      return [
        {
          kind: 'bucket',
          name: text('name'),
          location: text('location'),
          softDeleteSeconds: Number(block('soft_delete_policy')['retention_duration_seconds']),
          versioning: block('versioning')['enabled'] === true,
          ...lifecycleOf(values['lifecycle_rule'] as readonly Values[]),
        },
      ];
    case 'google_kms_key_ring':
      return [{ kind: 'key-ring', name: text('name'), location: text('location') }];
    case 'google_kms_crypto_key':
      return [
        {
          kind: 'crypto-key',
          name: text('name') as 'certificate',
          keyRing: text('key_ring').split('/').at(-1) ?? '',
          purpose: text('purpose') as 'ENCRYPT_DECRYPT',
          algorithm: block('version_template')['algorithm'] as 'GOOGLE_SYMMETRIC_ENCRYPTION',
          destroyAfterSeconds: Number(text('destroy_scheduled_duration').replace(/s$/, '')),
        },
      ];
    case 'google_bigquery_dataset':
      return [datasetOf(values, text)];
    case 'google_bigquery_connection':
      return [{ kind: 'connection', name: text('connection_id'), location: text('location') }];
    case 'google_cloudfunctions2_function':
      return [functionOf(text('name'), block('service_config'))];
    case 'google_cloud_scheduler_job':
      return [scheduleOf(text, block('http_target'))];
    default:
      return grantsOf(type, values, text);
  }
}

/** An argument that is a text, a number or a flag, as text. */
export function textAt(values: Values, name: string): string {
  const value = values[name];
  if (value === undefined || value === null || typeof value === 'object') throw new Error(`${name} is no text`);
  return String(value);
}

function lifecycleOf(rules: readonly Values[] | undefined): { readonly deleteAfterDays?: number } {
  const [rule] = rules ?? [];
  if (rule === undefined) return {};
  const [action] = rule['action'] as readonly Values[];
  const [condition] = rule['condition'] as readonly Values[];
  if (action?.['type'] !== 'Delete') throw new Error('the base knows no lifecycle action but Delete');
  return { deleteAfterDays: Number(condition?.['age']) };
}

function datasetOf(values: Values, text: (name: string) => string): BaseResource {
  const expiration = values['default_table_expiration_ms'] ?? null;
  return {
    kind: 'dataset',
    name: text('dataset_id') as 'raw',
    location: text('location'),
    description: text('description'),
    ...(expiration === null ? {} : { tableExpirationMs: Number(expiration) }),
  };
}

function functionOf(name: string, config: Values): BaseResource {
  return {
    kind: 'function',
    name: name as 'collect',
    serviceAccount: textAt(config, 'service_account_email'),
    memory: textAt(config, 'available_memory'),
    cpu: textAt(config, 'available_cpu'),
    timeoutSeconds: Number(config['timeout_seconds']),
    concurrency: Number(config['max_instance_request_concurrency']),
    minInstances: Number(config['min_instance_count']),
    maxInstances: Number(config['max_instance_count']),
  };
}

function scheduleOf(text: (name: string) => string, target: Values): BaseResource {
  const [token] = target['oauth_token'] as readonly Values[];
  const workflow = /\/workflows\/([^/]+)\/executions$/.exec(textAt(target, 'uri'))?.[1] ?? '';
  return {
    kind: 'scheduler-job',
    name: text('name'),
    schedule: text('schedule'),
    timeZone: text('time_zone'),
    workflow,
    serviceAccount: textAt(token ?? {}, 'service_account_email'),
  };
}

function grantsOf(type: string, values: Values, text: (name: string) => string): readonly BaseResource[] {
  const members = (values['members'] ?? [values['member']]) as readonly string[];
  const on = targetOf(type, text);
  return members.map((member) => {
    if (!member.startsWith('serviceAccount:')) throw new Error(`the base grants nothing to ${member}`);
    return { kind: 'grant', on, role: text('role'), serviceAccount: member.slice('serviceAccount:'.length) };
  });
}

function targetOf(type: string, text: (name: string) => string): GrantTarget {
  switch (type) {
    case 'google_project_iam_member':
      return { kind: 'project' };
    case 'google_storage_bucket_iam_binding':
      return { kind: 'bucket', name: text('bucket').split('-tributary-')[1] as 'state' };
    case 'google_kms_crypto_key_iam_binding':
      return { kind: 'crypto-key', name: text('crypto_key_id').split('/').at(-1) as 'certificate' };
    case 'google_service_account_iam_member': {
      const account = /serviceAccounts\/tributary-([a-z]+)@/.exec(text('service_account_id'))?.[1];
      return { kind: 'service-account', name: account as 'workflows' };
    }
    default:
      throw new Error(`${type} is not known to the base, and not said to be Google's only`);
  }
}
