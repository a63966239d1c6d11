// Owns opening the original of a failed event, for the length of its way back to collect.
import { QUALITY_PURPOSE } from '#shared/catalog/platform.ts';
import { FAILED_ID, type FailedPlace } from '#shared/events/failed-queries.ts';
import type { PlainRow, PlainValue } from '#shared/gcp/query.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { parseTimestamp } from '#shared/platform/timestamp.ts';
import type { Keyrings } from '#shared/privacy/keys/keyrings.ts';
import { openSealed } from '#shared/privacy/opening.ts';
import { openFields } from '#shared/privacy/sealing.ts';

/** A row of `platform.failed_events`. */
export interface FailedRow extends FailedPlace {
  readonly sentAt: string | undefined;
  readonly type: string | undefined;
  readonly writeKey: string;
  readonly subject: string | undefined;
  readonly dayKey: string | undefined;
  readonly sealed: Buffer;
}

/** What opening comes to. */
export type OpenedOriginal =
  | { readonly kind: 'plain'; readonly event: unknown }
  /** Its subject was erased, or its day is over. */
  | { readonly kind: 'shredded' }
  | { readonly kind: 'corrupt' }
  /** It was too large to be kept whole, or was no JSON object. */
  | { readonly kind: 'unreadable' };

/** Reads a row; undefined for one that no collector made. */
export function failedRowOf(row: PlainRow): FailedRow | undefined {
  const [id, sealed] = [textOf(row['failed_id']) ?? '', textOf(row['sealed'])];
  const failedAtMs = parseTimestamp(textOf(row['failed_at']) ?? '');
  if (!FAILED_ID.test(id) || failedAtMs === undefined || sealed === undefined) return undefined;
  return {
    id,
    failedAtMs,
    sentAt: textOf(row['sent_at']),
    type: textOf(row['event_type']),
    writeKey: textOf(row['write_key']) ?? '',
    subject: textOf(row['subject']),
    dayKey: textOf(row['day_key']),
    sealed: Buffer.from(sealed, 'base64'),
  };
}

/** @throws PlatformError keys_unavailable, subject_busy, which pass */
export async function openOriginal(keyrings: Keyrings, row: FailedRow): Promise<OpenedOriginal> {
  const opened = await openRow(keyrings, row);
  if (opened.kind === 'retry') throw new PlatformError(opened.code);
  if (opened.kind !== 'plain') return opened;
  const { original } = opened.fields;
  if (typeof original !== 'string') return { kind: 'unreadable' };
  try {
    const event: unknown = JSON.parse(original);
    return typeof event === 'object' && event !== null ? { kind: 'plain', event } : { kind: 'unreadable' };
  } catch {
    return { kind: 'unreadable' };
  }
}

async function openRow(keyrings: Keyrings, { subject, dayKey, sealed }: FailedRow) {
  if (subject !== undefined) return openSealed(keyrings, { purpose: QUALITY_PURPOSE, token: subject, sealed });
  if (dayKey === undefined) return { kind: 'corrupt' } as const;
  const request = { subject: { kind: 'day', id: dayKey }, purpose: QUALITY_PURPOSE } as const;
  const used = await keyrings.use(request, ({ keys }) => openFields(keys, sealed));
  switch (used.kind) {
    case 'used':
      return used.result;
    case 'refused':
      return { kind: 'shredded' } as const;
    case 'damaged':
      return { kind: 'corrupt' } as const;
    case 'retry':
      return used;
  }
}

function textOf(value: PlainValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
