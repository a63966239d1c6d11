/** What a client may set on a key, checked: rotation, destruction delay, labels. */
import { fromDuration, fromTimestamp } from '../host/messages.ts';
import { DESTROY_SCHEDULED_MS, LABELS, ROTATION_PERIOD_MS } from './limits.ts';
import type { Purpose } from './algorithms.ts';
import { invalid, unserved } from './refusals.ts';

/** A google.protobuf.Timestamp or Duration as handlers see it. */
interface SecondsAndNanos {
  readonly seconds: string;
  readonly nanos: number;
}

/** A google.cloud.kms.v1.CryptoKey as a client sends it. */
export interface CryptoKeyInput {
  readonly name: string;
  readonly purpose: string;
  readonly nextRotationTime: SecondsAndNanos | null;
  readonly rotationPeriod?: SecondsAndNanos | null;
  readonly versionTemplate: { readonly protectionLevel: string; readonly algorithm: string } | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly importOnly: boolean;
  readonly destroyScheduledDuration: SecondsAndNanos | null;
  readonly cryptoKeyBackend: string;
  readonly keyAccessJustificationsPolicy: object | null;
}

export interface Rotation {
  readonly periodMs: number | null;
  readonly nextMs: number | null;
}

/** @throws ApiError INVALID_ARGUMENT */
export function checkedRotation(rotation: Rotation, purpose: Purpose, nowMs: number): Rotation {
  const { periodMs, nextMs } = rotation;
  if (periodMs === null && nextMs === null) return rotation;
  if (purpose !== 'ENCRYPT_DECRYPT') {
    throw invalid(`Automatic rotation is supported only for keys with purpose ENCRYPT_DECRYPT, not ${purpose}.`);
  }
  if (periodMs !== null && (periodMs < ROTATION_PERIOD_MS.min || periodMs > ROTATION_PERIOD_MS.max)) {
    throw invalid('crypto_key.rotation_period must be at least 24 hours and at most 876,000 hours.');
  }
  if (nextMs === null) throw invalid('crypto_key.next_rotation_time must be set if crypto_key.rotation_period is set.');
  if (nextMs <= nowMs) throw invalid('crypto_key.next_rotation_time must be in the future.');
  return rotation;
}

export function rotationOf(key: CryptoKeyInput): Rotation {
  return {
    periodMs: fromDuration(key.rotationPeriod) ?? null,
    nextMs: fromTimestamp(key.nextRotationTime) ?? null,
  };
}

/** @throws ApiError INVALID_ARGUMENT */
export function destroyScheduledMs(key: CryptoKeyInput): number {
  const asked = fromDuration(key.destroyScheduledDuration) ?? DESTROY_SCHEDULED_MS.default;
  if (asked < DESTROY_SCHEDULED_MS.min || asked > DESTROY_SCHEDULED_MS.max) {
    throw invalid('crypto_key.destroy_scheduled_duration must be at least 24 hours and at most 120 days.');
  }
  return asked;
}

/** @throws ApiError INVALID_ARGUMENT */
export function checkedLabels(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const entries = Object.entries(labels);
  if (entries.length > LABELS.maxCount) throw invalid(`A key can have at most ${LABELS.maxCount} labels.`);
  for (const [key, value] of entries) {
    if (!LABELS.key.test(key)) throw invalid(`Invalid label key "${key}".`);
    if (!LABELS.value.test(value)) throw invalid(`Invalid value of label "${key}".`);
  }
  return labels;
}

/** @throws ApiError UNIMPLEMENTED for what needs hardware, imports or an external key manager */
export function refuseUnserved(key: CryptoKeyInput): void {
  const level = key.versionTemplate?.protectionLevel ?? 'PROTECTION_LEVEL_UNSPECIFIED';
  if (level !== 'PROTECTION_LEVEL_UNSPECIFIED' && level !== 'SOFTWARE') throw unserved(`protection level ${level}`);
  if (key.importOnly) throw unserved('keys for imported versions only');
  if (key.cryptoKeyBackend !== '') throw unserved('crypto_key_backend');
  if (key.keyAccessJustificationsPolicy !== null) throw unserved('key access justifications policies');
}
