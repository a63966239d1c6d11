// Owns the stored records of a historical import: the import itself, and the receipts that say which events belong to it.
import { z } from 'zod';
import { canonicalJson } from '../platform/canonical-json.ts';
import { type BootId, type EventTypeId, ID_RULES, type ImportId, parseId } from '../platform/ids.ts';
import { parseJsonBytes } from '../platform/json-bytes.ts';
import { formatTimestamp, parseTimestamp } from '../platform/timestamp.ts';
import type { ImportSpan } from './import-closing.ts';
import { parseRanges, type SequenceRanges } from './sequence-ranges.ts';

/**
 * `open` takes batches. `finishing`: takes none any more, its partitions are about to be closed. `finished`: they are.
 */
const STATES = ['open', 'finishing', 'finished'] as const;

const importRecord = z.object({
  id: z.string().regex(ID_RULES.import.pattern),
  state: z.enum(STATES),
  openedAt: z.string(),
  finishedAt: z.string().optional(),
  /** Name of the write key that opened it; only the same may send to it and finish it. */
  writeKey: z.string(),
});

export type ImportRecord = Readonly<Omit<z.infer<typeof importRecord>, 'id'>> & { readonly id: ImportId };

/** What one acknowledged batch brought of one event type. */
export interface ReceivedOfType extends ImportSpan {
  readonly ranges: SequenceRanges;
}

/**
 * What one batch brought, written before the batch is answered: an import is complete when everything in its receipts has
 * landed.
 */
export interface ImportReceipt {
  readonly boot: BootId;
  readonly types: ReadonlyMap<EventTypeId, ReceivedOfType>;
}

const IMPORT_PREFIX = 'imports/';

/** The object of the state bucket that holds an import. */
export function importObject(id: ImportId): string {
  return `${IMPORT_PREFIX}${id}`;
}

/** What the receipts of an import begin with. */
export function receiptPrefix(id: ImportId): string {
  return `${importObject(id)}/receipts/`;
}

/** The object of one receipt; `number` counts the receipts of a boot. */
export function receiptObject(id: ImportId, boot: BootId, number: number): string {
  return `${receiptPrefix(id)}${boot}-${number}`;
}

export function encodeImport(record: ImportRecord): string {
  return canonicalJson(record);
}

/** Reads a stored import; undefined when it is damaged. */
export function parseImport(body: Uint8Array): ImportRecord | undefined {
  const result = importRecord.safeParse(parseJsonBytes(body));
  const id = result.success ? parseId('import', result.data.id) : undefined;
  return result.success && id !== undefined ? { ...result.data, id } : undefined;
}

/** `{boot, types: {"<type>": {ranges: [[from, to], …], minTime, maxTime}}}`, times as RFC 3339. */
export function encodeReceipt({ boot, types }: ImportReceipt): string {
  const stored = [...types].map(([type, { ranges, firstMs, lastMs }]) => [
    type,
    { ranges, minTime: formatTimestamp(firstMs), maxTime: formatTimestamp(lastMs) },
  ]);
  return canonicalJson({ boot, types: Object.fromEntries(stored) });
}

const receipt = z.object({
  boot: z.string(),
  types: z.record(z.string(), z.object({ ranges: z.unknown(), minTime: z.string(), maxTime: z.string() })),
});

/** Reads a stored receipt; undefined when it is damaged. */
export function parseReceipt(body: Uint8Array): ImportReceipt | undefined {
  const result = receipt.safeParse(parseJsonBytes(body));
  const boot = result.success ? parseId('boot', result.data.boot) : undefined;
  if (!result.success || boot === undefined) return undefined;
  const types = new Map<EventTypeId, ReceivedOfType>();
  for (const [name, stored] of Object.entries(result.data.types)) {
    const [type, ranges] = [parseId('eventType', name), parseRanges(stored.ranges)];
    const [firstMs, lastMs] = [parseTimestamp(stored.minTime), parseTimestamp(stored.maxTime)];
    if (type === undefined || ranges === undefined || firstMs === undefined || lastMs === undefined) return undefined;
    types.set(type, { ranges, firstMs, lastMs });
  }
  return { boot, types };
}
