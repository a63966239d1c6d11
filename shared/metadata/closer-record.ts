// Owns who closes an event type: one at a time, for as long as it gives signs of life.
import { z } from 'zod';
import { parseJsonBytes } from '../platform/json-bytes.ts';
import { formatTimestamp, parseTimestamp } from '../platform/timestamp.ts';
import { LEASE_MS, START_GRACE_MS, WATCH_AFTER_MS } from '../pipelines/run-timing.ts';

const closerRecord = z.strictObject({
  /** Names this closer; whoever calls with another name has been replaced. */
  closer: z.string(),
  startedAt: z.iso.datetime(),
  leaseUntil: z.iso.datetime(),
  /** The execution that closes; none until it has called. */
  execution: z.string().optional(),
});

export type CloserRecord = Readonly<z.output<typeof closerRecord>>;

/** Reads a stored closer; undefined when it is damaged. */
export function parseCloser(body: Uint8Array): CloserRecord | undefined {
  return closerRecord.safeParse(parseJsonBytes(body)).data;
}

/** A closer that starts now. */
export function newCloser(closer: string, nowMs: number): CloserRecord {
  return { closer, startedAt: formatTimestamp(nowMs), leaseUntil: formatTimestamp(nowMs + LEASE_MS) };
}

/** The record of a closer that has just called; the same one while its lease has most of its time left. */
export function seenCloser(record: CloserRecord, execution: string, nowMs: number): CloserRecord {
  const leaseLeftMs = (parseTimestamp(record.leaseUntil) ?? 0) - nowMs;
  if (record.execution === execution && leaseLeftMs > LEASE_MS / 2) return record;
  return { ...record, execution, leaseUntil: formatTimestamp(nowMs + LEASE_MS) };
}

/** What is to be done about a closer. */
export type CloserCare =
  | { readonly kind: 'leave' }
  /** It never called: another one takes its place. */
  | { readonly kind: 'replace' }
  /** It is old enough to ask whether its execution still lives. */
  | { readonly kind: 'ask'; readonly execution: string };

/** What a closer asks for at a moment. */
export function careOf({ startedAt, execution }: CloserRecord, nowMs: number): CloserCare {
  const ageMs = nowMs - (parseTimestamp(startedAt) ?? 0);
  if (execution === undefined) return { kind: ageMs >= START_GRACE_MS ? 'replace' : 'leave' };
  return ageMs >= WATCH_AFTER_MS ? { kind: 'ask', execution } : { kind: 'leave' };
}
