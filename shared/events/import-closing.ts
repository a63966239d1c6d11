// Owns what finishing a historical import closes: every partition from the first to the last that it touched.
import { boundsOf, keyAt, keysBetween, type PartitionKey } from '../pipelines/partition-key.ts';
import type { EventGrain } from './placement.ts';

/** The times of the first and last event of one type that an import brought, in epoch milliseconds. */
export interface ImportSpan {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** What is closed for an import, and what is left to the clock. */
export interface ImportClosing {
  /** Partitions that have ended, in order, empty ones among them: consumers wait for each. */
  readonly close: readonly PartitionKey[];
  /** Partitions that have not ended; when they do, closing takes the rows of the import too. */
  readonly leave: readonly PartitionKey[];
}

/** The span that holds another instant too. */
export function widen(span: ImportSpan | undefined, epochMs: number): ImportSpan {
  if (span === undefined) return { firstMs: epochMs, lastMs: epochMs };
  return { firstMs: Math.min(span.firstMs, epochMs), lastMs: Math.max(span.lastMs, epochMs) };
}

/** The partitions that an import touched, as they stand at `nowMs`. */
export function importClosing({ firstMs, lastMs }: ImportSpan, grain: EventGrain, nowMs: number): ImportClosing {
  const touched = [...keysBetween(keyAt(grain, firstMs), keyAt(grain, lastMs))];
  const ended = touched.filter((key) => boundsOf(key).endMs <= nowMs);
  return { close: ended, leave: touched.slice(ended.length) };
}
