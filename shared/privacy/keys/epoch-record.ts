// Owns the stored record of an epoch: a keyset wrapped under a KMS key version of its own, and where that version is in its life.
import { z } from 'zod';
import { canonicalJson } from '../../platform/canonical-json.ts';
import { formatTimestamp } from '../../platform/timestamp.ts';

export const EPOCH_FORMAT = 'epoch/v1';
export const EPOCH_ID_PATTERN = /^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:\.[0-9]{2})?$/;
const MAX_EPOCH_BYTES = 16 * 1024;

/**
 * `open`: new secrets are wrapped under the newest open epoch. `closing`: its keyrings are being moved on; still unwraps.
 * `destroyed`: the key version is gone, and with it every copy of what it wrapped.
 */
const states = ['open', 'closing', 'destroyed'] as const;

const epochRecord = z.strictObject({
  format: z.literal(EPOCH_FORMAT),
  /** UTC date on which the epoch was opened, `2026-11-21`; another one on the same day is `2026-11-21.01`. Ids sort by time. */
  id: z.string().regex(EPOCH_ID_PATTERN),
  state: z.enum(states),
  createdAtMs: z.int().min(0),
  /** Resource name of the KMS key version that wraps the keyset, and nothing else. */
  keyVersion: z.string().min(1).max(512),
  /** KMS Encrypt of the serialised keyset without associated data, as KEYS.KEYSET_CHAIN expects it. */
  wrapped: z.base64().max(4096),
});

export type EpochRecord = Readonly<z.infer<typeof epochRecord>>;

/**
 * The id of an epoch that is opened now, after the one given if any: the UTC date, so that two processes that open one at once open the
 * same.
 */
export function epochIdAt(nowMs: number, after = ''): string {
  const date = formatTimestamp(nowMs).slice(0, 10);
  if (after < date) return date;
  const [day = date, number = '00'] = after.split('.');
  return `${day}.${String(Number(number) + 1).padStart(2, '0')}`;
}

export function encodeEpoch(record: EpochRecord): Buffer {
  return Buffer.from(canonicalJson(record), 'utf8');
}

/** Reads a stored record; undefined when it is damaged. */
export function parseEpoch(bytes: Buffer): EpochRecord | undefined {
  if (bytes.length > MAX_EPOCH_BYTES) return undefined;
  try {
    const result = epochRecord.safeParse(JSON.parse(bytes.toString('utf8')));
    return result.success ? result.data : undefined;
  } catch {
    // No JSON at all is as damaged as a wrong form.
    return undefined;
  }
}
