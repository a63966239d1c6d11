// Owns the stored report of one boot of the collector about one hour: what it has acknowledged, and whether more may come.
import { z } from 'zod';
import { canonicalJson } from '../platform/canonical-json.ts';
import { type BootId, type EventTypeId, parseId } from '../platform/ids.ts';
import { parseJsonBytes } from '../platform/json-bytes.ts';
import { grainOf, type PartitionKey, parsePartitionKey } from '../pipelines/partition-key.ts';
import { type BooksByType, booksRecord, readBooks } from './books.ts';
import { type KeyUsage, keyUsageRecord } from './key-usage.ts';
import { parseRanges, type SequenceRanges } from './sequence-ranges.ts';

/**
 * Created, with no types and not final, before the boot's first publish in the hour; so a closer that finds no report of a boot
 * may know that it published nothing there.
 *
 * Sequences count from 1 for each boot and event type and are never used again. One that is in no range of a final report is
 * void: it was given to an event whose publish nobody acknowledged. Its sender was told to send again, so closing waits for
 * no void sequence; should its message have landed all the same (only the reply was lost), it is one more twin by event id.
 */
export interface CollectorReport {
  /** By when the collector received the events. */
  readonly hour: PartitionKey;
  readonly boot: BootId;
  readonly final: boolean;
  readonly types: ReadonlyMap<EventTypeId, SequenceRanges>;
  /** What became of the events of the hour; completeness does not need it. */
  readonly books?: BooksByType | undefined;
  /** Who sent them. */
  readonly usage?: readonly KeyUsage[] | undefined;
}

/** What the reports of all hours begin with. */
export const REPORTS_PREFIX = 'collectors/';

/** What the reports of an hour begin with. */
export function reportPrefix(hour: PartitionKey): string {
  return `${REPORTS_PREFIX}${hour}/`;
}

/** The object of the state bucket that holds a report. */
export function reportObject(hour: PartitionKey, boot: BootId): string {
  return `${reportPrefix(hour)}${boot}`;
}

/** `{hour, boot, final, types: {"<type>": [[from, to], …]}, books?: {"<type>": {received, …}}, usage?: [{writeKey, …}]}` */
export function encodeReport({ hour, boot, final, types, books, usage }: CollectorReport): string {
  return canonicalJson({
    hour,
    boot,
    final,
    types: Object.fromEntries(types),
    ...(books === undefined ? {} : { books: Object.fromEntries(books) }),
    ...(usage === undefined ? {} : { usage: [...usage] }),
  });
}

const report = z.object({
  hour: z.string(),
  boot: z.string(),
  final: z.boolean(),
  types: z.record(z.string(), z.unknown()),
  books: z.record(z.string(), booksRecord).optional(),
  usage: z.array(keyUsageRecord).optional(),
});

/** Reads a stored report; undefined when it is damaged. */
export function parseReport(body: Uint8Array): CollectorReport | undefined {
  const result = report.safeParse(parseJsonBytes(body));
  if (!result.success) return undefined;
  const [hour, boot] = [parsePartitionKey(result.data.hour), parseId('boot', result.data.boot)];
  if (hour === undefined || grainOf(hour) !== 'hour' || boot === undefined) return undefined;
  const types = new Map<EventTypeId, SequenceRanges>();
  for (const [name, stored] of Object.entries(result.data.types)) {
    const [type, ranges] = [parseId('eventType', name), parseRanges(stored)];
    if (type === undefined || ranges === undefined) return undefined;
    types.set(type, ranges);
  }
  const { final, books, usage } = result.data;
  return {
    hour,
    boot,
    final,
    types,
    ...(books === undefined ? {} : { books: readBooks(books) }),
    ...(usage === undefined ? {} : { usage }),
  };
}
