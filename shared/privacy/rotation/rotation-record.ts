// Owns the record of a rotation: how far an epoch is on its way from being the one that wraps to being destroyed.
import { z } from 'zod';
import { canonicalJson } from '../../platform/canonical-json.ts';
import { parseJsonBytes } from '../../platform/json-bytes.ts';
import { EPOCH_ID_PATTERN } from '../keys/epoch-record.ts';

/**
 * The states in order. From `proved` and `checked` a keyring that still names the epoch leads back to `spread`, with the key version
 * enabled again: nothing is destroyed that somebody needs.
 */
export const ROTATION_STATES = {
  opened: 'A successor is open, and every process wraps under it within a minute.',
  spread: 'Every process does; the keyrings are being moved on.',
  rewrapped: 'Every keyring, and every key of a request, was moved on.',
  proved: 'A full scan has found none that names the epoch.',
  disabled: 'The key version is disabled: whoever still needs it is found now, while it can be enabled again.',
  checked: 'After a day of that, another full scan has found none either.',
  scheduled: 'The key version is scheduled for destruction.',
  destroyed: 'The key version is destroyed, and with it every copy of what it wrapped.',
  told: 'Every certificate about keys of the epoch has its addendum.',
} as const satisfies Readonly<Record<string, string>>;

export type RotationState = keyof typeof ROTATION_STATES;

const count = z.int().min(0);
const timeMs = z.int().min(0);

const rotationRecord = z.strictObject({
  format: z.literal('rotation/v1'),
  /** The epoch that ends, its key version, and the epoch that follows. */
  epoch: z.string().regex(EPOCH_ID_PATTERN),
  keyVersion: z.string(),
  successor: z.string().regex(EPOCH_ID_PATTERN),
  state: z.custom<RotationState>((value) => typeof value === 'string' && Object.hasOwn(ROTATION_STATES, value)),
  startedAtMs: timeMs,
  /** When it came into its state. */
  sinceMs: timeMs,
  /** How far the present scan is: everything up to this name is done. */
  cursor: z.string(),
  /** Keyrings moved on, and keyrings that the last full scan looked at. */
  moved: count,
  scanned: count,
  /** Of the present scan: names that still lead to the epoch. */
  naming: count,
  /** How often a scan found one that should not have been there. */
  setBack: count,
  destroyedAtMs: timeMs.optional(),
  addenda: count,
});

export type RotationRecord = Readonly<z.infer<typeof rotationRecord>>;

/** A rotation that begins. */
export function newRotation(
  about: Pick<RotationRecord, 'epoch' | 'keyVersion' | 'successor'>,
  nowMs: number,
): RotationRecord {
  const counts = { moved: 0, scanned: 0, naming: 0, setBack: 0, addenda: 0 };
  return {
    format: 'rotation/v1',
    ...about,
    state: 'opened',
    startedAtMs: nowMs,
    sinceMs: nowMs,
    cursor: '',
    ...counts,
  };
}

/** The record in another state, at the beginning of its scan if it has one. */
export function inState(record: RotationRecord, state: RotationState, nowMs: number): RotationRecord {
  return { ...record, state, sinceMs: nowMs, cursor: '' };
}

/** What a full scan found: nothing, and it goes on; or something, and it is moved on again. */
export function afterScan(record: RotationRecord, next: 'proved' | 'checked', nowMs: number): RotationRecord {
  if (record.naming === 0) return inState(record, next, nowMs);
  return { ...inState(record, 'spread', nowMs), naming: 0, setBack: record.setBack + 1 };
}

export function encodeRotation(record: RotationRecord): string {
  return canonicalJson(record);
}

/** Reads a stored record; undefined when it is damaged. */
export function parseRotation(bytes: Buffer): RotationRecord | undefined {
  const result = rotationRecord.safeParse(parseJsonBytes(bytes));
  return result.success ? result.data : undefined;
}
