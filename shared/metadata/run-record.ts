// Owns what is kept of a run that has ended.
import { z } from 'zod';
import { parseJsonBytes } from '../platform/json-bytes.ts';
import { CLAIM_REASONS } from '../pipelines/partition-record.ts';

/** How a run may end: `nothing` when there was nothing new to publish, `waiting` when an input changed under it. */
export const RUN_OUTCOMES = ['published', 'nothing', 'waiting', 'failed'] as const;

const runRecord = z.strictObject({
  run: z.string(),
  endpoint: z.string(),
  key: z.string(),
  reason: z.enum(CLAIM_REASONS),
  outcome: z.enum(RUN_OUTCOMES),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  /** Of a published one. */
  generation: z.int().optional(),
  rows: z.int().optional(),
  /** Of a failed or waiting one. */
  code: z.string().optional(),
  message: z.string().optional(),
});

export type RunRecord = Readonly<z.output<typeof runRecord>>;

/** Reads a stored run; undefined when it is damaged. */
export function parseRunRecord(body: Uint8Array): RunRecord | undefined {
  return runRecord.safeParse(parseJsonBytes(body)).data;
}
