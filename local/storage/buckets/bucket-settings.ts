/** What callers may set on a bucket, and how a request changes it. Source: https://cloud.google.com/storage/docs/json_api/v1/buckets */
import { isObject } from '../../primitives/json-object.ts';
import { forbidden, invalid, notServed, shown } from '../errors.ts';
import { MAX_RETENTION_SECONDS, SOFT_DELETE_SECONDS, UNIFORM_ACCESS_REVERSIBLE_MS } from '../limits.ts';
import { changeLabels, type Labels } from './labels.ts';
import { type Lifecycle, parseLifecycle } from './lifecycle-rules.ts';
import { parseStorageClass } from './storage-class.ts';

/** As the resource shows them; the API's numbers of 64 bits are strings. */
export interface BucketSettings {
  readonly location: string;
  readonly storageClass: string;
  readonly softDeletePolicy: SoftDeletePolicy;
  readonly iamConfiguration: IamConfiguration;
  readonly retentionPolicy?: RetentionPolicy | undefined;
  readonly lifecycle?: Lifecycle | undefined;
  readonly labels?: Labels | undefined;
  readonly versioning?: { readonly enabled: boolean } | undefined;
  readonly defaultEventBasedHold?: boolean | undefined;
  /** Kept and shown, without effect here: billing, cors, encryption, logging, rpo, website, autoclass, … */
  readonly stored?: Readonly<Record<string, unknown>> | undefined;
}

interface SoftDeletePolicy {
  readonly retentionDurationSeconds: string;
  /** Absent while soft delete is off. */
  readonly effectiveTime?: string;
}

interface RetentionPolicy {
  readonly retentionPeriod: string;
  readonly effectiveTime: string;
  readonly isLocked?: true;
}

interface IamConfiguration {
  readonly uniformBucketLevelAccess: { readonly enabled: boolean; readonly lockedTime?: string };
  readonly publicAccessPrevention: 'inherited' | 'enforced';
}

type Fields = Readonly<Record<string, unknown>>;

interface Change {
  readonly bucket: string;
  readonly nowMs: number;
}

type Changer = (settings: BucketSettings, value: unknown, change: Change) => BucketSettings;

/** Fields that are kept and shown, and change nothing here. */
const STORED = [
  'autoclass',
  'billing',
  'cors',
  'customPlacementConfig',
  'encryption',
  'logging',
  'rpo',
  'website',
] as const;

const CHANGERS: Readonly<Record<string, Changer>> = {
  storageClass: (settings, value) => ({ ...settings, storageClass: parseStorageClass(value ?? 'STANDARD') }),
  labels: (settings, value) => ({ ...settings, labels: changeLabels(settings.labels, value) }),
  lifecycle: (settings, value) => ({ ...settings, lifecycle: parseLifecycle(settings.lifecycle, value) }),
  versioning: (settings, value) => ({ ...settings, versioning: changeVersioning(settings, value) }),
  defaultEventBasedHold: (settings, value) => ({ ...settings, defaultEventBasedHold: value === true }),
  softDeletePolicy: (settings, value, change) => ({
    ...settings,
    softDeletePolicy: changeSoftDelete(settings, value, change),
  }),
  retentionPolicy: (settings, value, change) => ({
    ...settings,
    retentionPolicy: changeRetention(settings, value, change),
  }),
  iamConfiguration: (settings, value, change) => ({
    ...settings,
    iamConfiguration: changeIamConfiguration(settings.iamConfiguration, value, change),
  }),
  hierarchicalNamespace: (settings, value) => {
    if (value !== null && fieldsOf('hierarchicalNamespace', value)['enabled'] === true) {
      throw notServed('buckets with a hierarchical namespace');
    }
    return settings;
  },
  ...Object.fromEntries(STORED.map((field) => [field, keep(field)])),
};

/** A new bucket's, before the request's own. Soft delete is on, as Google's default is. */
export function defaultSettings(location: string, nowMs: number): BucketSettings {
  return {
    location,
    storageClass: 'STANDARD',
    softDeletePolicy: softDeletePolicy(SOFT_DELETE_SECONDS.default, nowMs),
    iamConfiguration: { uniformBucketLevelAccess: { enabled: false }, publicAccessPrevention: 'inherited' },
  };
}

/**
 * Settings after a patch: fields left out stay, null puts the default back.
 * @throws ApiError for values that Google refuses
 */
export function changeSettings(settings: BucketSettings, body: Fields, change: Change): BucketSettings {
  let changed = settings;
  for (const [field, value] of Object.entries(body)) {
    changed = CHANGERS[field]?.(changed, value, change) ?? changed;
  }
  return changed;
}

/** Settings after an update (PUT): fields left out go back to their defaults. */
export function replaceSettings(settings: BucketSettings, body: Fields, change: Change): BucketSettings {
  const cleared = Object.fromEntries(
    Object.keys(CHANGERS)
      .filter((field) => field !== 'storageClass')
      // A retention policy that is sent again keeps its start and its lock.
      .filter((field) => field !== 'retentionPolicy' || (body[field] ?? null) === null)
      .map((field) => [field, null]),
  );
  return changeSettings(changeSettings(settings, cleared, change), body, change);
}

function keep(field: string): Changer {
  return (settings, value) => {
    const { [field]: _before, ...others } = settings.stored ?? {};
    return { ...settings, stored: value === null ? others : { ...others, [field]: value } };
  };
}

function changeVersioning(settings: BucketSettings, value: unknown): BucketSettings['versioning'] {
  if (value === null) return undefined;
  const enabled = fieldsOf('versioning', value)['enabled'];
  return typeof enabled === 'boolean' ? { enabled } : settings.versioning;
}

function changeSoftDelete(settings: BucketSettings, value: unknown, change: Change): SoftDeletePolicy {
  if (value === null) return softDeletePolicy(SOFT_DELETE_SECONDS.default, change.nowMs);
  const asked = fieldsOf('softDeletePolicy', value)['retentionDurationSeconds'];
  if (asked === undefined || asked === null) return settings.softDeletePolicy;
  const seconds = int64('retentionDurationSeconds', asked);
  if (seconds !== 0 && (seconds < SOFT_DELETE_SECONDS.min || seconds > SOFT_DELETE_SECONDS.max)) {
    throw invalid('Soft delete policy must have a retention duration between 7 days and 90 days.');
  }
  return softDeletePolicy(seconds, change.nowMs);
}

function softDeletePolicy(seconds: number, nowMs: number): SoftDeletePolicy {
  const retentionDurationSeconds = String(seconds);
  return seconds === 0
    ? { retentionDurationSeconds }
    : { retentionDurationSeconds, effectiveTime: new Date(nowMs).toISOString() };
}

function changeRetention(settings: BucketSettings, value: unknown, change: Change): RetentionPolicy | undefined {
  const before = settings.retentionPolicy;
  if (value === null) {
    if (before?.isLocked !== true) return undefined;
    throw forbidden(
      `Bucket '${change.bucket}' has a locked Retention Policy which cannot be removed.`,
      'retentionPolicyNotMet',
    );
  }
  const asked = fieldsOf('retentionPolicy', value)['retentionPeriod'];
  if (asked === undefined || asked === null) return before;
  const period = int64('retentionPeriod', asked);
  if (period < 1 || period > MAX_RETENTION_SECONDS) {
    throw invalid('Retention policy must have a retention period greater than 0 and less than 100 years.');
  }
  if (before?.isLocked === true && period < Number(before.retentionPeriod)) {
    throw forbidden(`Cannot reduce retention duration of a locked Retention Policy for bucket '${change.bucket}'.`);
  }
  return { effectiveTime: new Date(change.nowMs).toISOString(), ...before, retentionPeriod: String(period) };
}

function changeIamConfiguration(before: IamConfiguration, value: unknown, change: Change): IamConfiguration {
  const asked = fieldsOf('iamConfiguration', value ?? {});
  const enabled = fieldsOf('uniformBucketLevelAccess', asked['uniformBucketLevelAccess'] ?? {})['enabled'];
  const prevention = asked['publicAccessPrevention'] ?? (value === null ? 'inherited' : before.publicAccessPrevention);
  if (prevention !== 'inherited' && prevention !== 'enforced' && prevention !== 'unspecified') {
    throw invalid(`Invalid value for: ${shown(prevention)} is not a valid value`);
  }
  return {
    uniformBucketLevelAccess: changeUniformAccess(before, value === null ? false : enabled, change),
    publicAccessPrevention: prevention === 'enforced' ? 'enforced' : 'inherited',
  };
}

function changeUniformAccess(
  { uniformBucketLevelAccess: before }: IamConfiguration,
  enabled: unknown,
  change: Change,
): IamConfiguration['uniformBucketLevelAccess'] {
  if (typeof enabled !== 'boolean' || enabled === before.enabled) return before;
  if (enabled) {
    return { enabled, lockedTime: new Date(change.nowMs + UNIFORM_ACCESS_REVERSIBLE_MS).toISOString() };
  }
  if (before.lockedTime !== undefined && Date.parse(before.lockedTime) <= change.nowMs) {
    throw invalid('Cannot disable uniform bucket-level access because it has been enabled for more than 90 days.');
  }
  return { enabled };
}

/** @throws ApiError INVALID_ARGUMENT when it is not an object */
export function fieldsOf(name: string, value: unknown): Fields {
  if (isObject(value)) return value;
  throw invalid(`Parse Error: Invalid value for field '${name}': expected an object.`);
}

function int64(name: string, value: unknown): number {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
  throw invalid(`Parse Error: Invalid value for TYPE_INT64 field: '${name}'.`);
}
