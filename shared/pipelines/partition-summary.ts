// Owns the short form of a partition's record that its labels carry, so that a listing of the bucket is enough to decide by.
import type { Labels } from '../platform/object-store.ts';
import { parseTimestamp } from '../platform/timestamp.ts';
import { PARTITION_STATES, type PartitionRecord, type PartitionState } from './partition-record.ts';

/** What decisions and lists need of a partition; times in epoch milliseconds. */
export interface PartitionSummary {
  readonly state: PartitionState;
  readonly generation: number;
  readonly rows: number;
  /** The run under way; else the one that published it. */
  readonly run?: string | undefined;
  readonly publishedMs?: number | undefined;
  readonly claimedMs?: number | undefined;
  readonly leaseMs?: number | undefined;
  readonly execution?: string | undefined;
  readonly failedMs?: number | undefined;
  readonly retryMs?: number | undefined;
  readonly failureCode?: string | undefined;
}

/** The summary of a record. */
export function summaryOf(record: PartitionRecord): PartitionSummary {
  const { claim, failure } = record;
  return {
    state: record.state,
    generation: record.generation,
    rows: record.rows,
    run: claim?.run ?? record.run,
    publishedMs: milliseconds(record.publishedAt),
    claimedMs: milliseconds(claim?.claimedAt),
    leaseMs: milliseconds(claim?.leaseUntil),
    execution: claim?.execution,
    failedMs: milliseconds(failure?.at),
    retryMs: milliseconds(failure?.retryAt),
    failureCode: failure?.code,
  };
}

/** A summary as the labels of its object: names and values are plain text. */
export function labelsOf(summary: PartitionSummary): Labels {
  const labels: Record<string, string> = {};
  for (const [name, label] of Object.entries(LABELS)) {
    const value = summary[name as keyof PartitionSummary];
    if (value !== undefined) labels[label] = String(value);
  }
  return labels;
}

/** Reads a summary out of labels; undefined when they are not those of a partition. */
export function readSummary(labels: Labels): PartitionSummary | undefined {
  const state = PARTITION_STATES.find((known) => known === labels[LABELS.state]);
  const [generation, rows] = [number(labels[LABELS.generation]), number(labels[LABELS.rows])];
  if (state === undefined || generation === undefined || rows === undefined) return undefined;
  return {
    state,
    generation,
    rows,
    run: labels[LABELS.run],
    publishedMs: number(labels[LABELS.publishedMs]),
    claimedMs: number(labels[LABELS.claimedMs]),
    leaseMs: number(labels[LABELS.leaseMs]),
    execution: labels[LABELS.execution],
    failedMs: number(labels[LABELS.failedMs]),
    retryMs: number(labels[LABELS.retryMs]),
    failureCode: labels[LABELS.failureCode],
  };
}

/** Custom metadata travels in headers, too, which have no capitals. */
const LABELS = {
  state: 'state',
  generation: 'generation',
  rows: 'rows',
  run: 'run',
  publishedMs: 'published_ms',
  claimedMs: 'claimed_ms',
  leaseMs: 'lease_ms',
  execution: 'execution',
  failedMs: 'failed_ms',
  retryMs: 'retry_ms',
  failureCode: 'failure_code',
} as const satisfies { readonly [Name in keyof PartitionSummary]-?: string };

function milliseconds(time: string | undefined): number | undefined {
  return time === undefined ? undefined : parseTimestamp(time);
}

function number(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}
