// Owns the live record of one partition: what is stored of it, and the short form that a listing of the bucket shows.
import { z } from 'zod';
import { type EndpointId, parseId } from '../platform/ids.ts';
import { parsePartitionKey, type PartitionKey } from './partition-key.ts';

/** What a stored partition may be. One that is only `expected` has no record. */
export const PARTITION_STATES = [
  /** There is work for it: an import touched it, or what it was built of was not there. */
  'waiting',
  /** A run builds it in staging. */
  'running',
  /** Its staged rows are being copied into its table. Only that may be driven on, by whoever. */
  'committing',
  'published',
  /** Published, but made of generations that have been superseded. */
  'stale',
  'failed',
  /** Publishes nothing, and keeps nobody waiting. */
  'skipped',
] as const;
export type PartitionState = (typeof PARTITION_STATES)[number];

/** Why a run was claimed. `erasure`: what it published holds values of somebody who was erased. */
export const CLAIM_REASONS = ['due', 'stale', 'import', 'manual', 'retry', 'erasure'] as const;
export type ClaimReason = (typeof CLAIM_REASONS)[number];

/** What a failure asks for: waiting takes no attempt, a transient one is tried again, a permanent one needs a person. */
export const FAILURE_CLASSES = ['waiting', 'transient', 'permanent'] as const;
export type FailureClass = (typeof FAILURE_CLASSES)[number];

const time = z.iso.datetime();
const endpointId = z.string().transform((text, context) => parseId('endpoint', text) ?? refuse(context, 'endpoint'));
const catalogDigest = z.string().transform((text, context) => parseId('catalog', text) ?? refuse(context, 'digest'));
const partitionKey = z.string().transform((text, context) => parsePartitionKey(text) ?? refuse(context, 'key'));
const count = z.int().min(0);

const inputPin = z.strictObject({ endpoint: endpointId, key: partitionKey, generation: count });

const claim = z.strictObject({
  run: z.string(),
  reason: z.enum(CLAIM_REASONS),
  claimedAt: time,
  leaseUntil: time,
  /** How often its work was started: by the claim, and again whenever it was found abandoned. */
  drives: count,
  /** The execution that drives it; none until it has called. */
  execution: z.string().optional(),
  inputs: z.array(inputPin),
  /** Of a closing whose deadline had passed: events that were acknowledged and had not landed. */
  incomplete: count.optional(),
  /** The catalog whose query it runs, so that it stays the same query over every repetition. */
  catalog: catalogDigest,
});

const commit = z.strictObject({
  generation: count,
  staging: z.string(),
  rows: count,
  /** Of a closing: rows that came too late for their own partition. */
  late: count.optional(),
  /** Of a closing: rows whose clients said that they happened after they arrived. */
  future: count.optional(),
  /** SHA-256 of the query and contract that made the staged rows. */
  codeDigest: z.string(),
  copyAttempt: count,
  jobId: z.string(),
});

const failure = z.strictObject({
  class: z.enum(FAILURE_CLASSES),
  code: z.string(),
  message: z.string(),
  run: z.string(),
  at: time,
  /** When it is tried again; never without. */
  retryAt: time.optional(),
  attempts: count,
});

/** What the bucket holds of a partition. */
export const partitionRecord = z.strictObject({
  endpoint: endpointId,
  key: partitionKey,
  state: z.enum(PARTITION_STATES),
  /** How often it was published; 0 when never. Only grows. */
  generation: count,
  rows: count,
  publishedAt: time.optional(),
  codeDigest: z.string().optional(),
  /** The run that made the published generation. */
  run: z.string().optional(),
  /** What the published generation is made of. */
  inputs: z.array(inputPin),
  /** Runs claimed since it was last published. */
  attempt: count,
  /** Copy jobs made for the next generation by commits that were given up: their ids are spent. */
  copies: count.optional(),
  /** What it becomes once the run under way has published: something changed too late for that run. */
  after: z.enum(['waiting', 'stale']).optional(),
  claim: claim.optional(),
  commit: commit.optional(),
  failure: failure.optional(),
});

export type PartitionRecord = Readonly<z.output<typeof partitionRecord>>;
export type Claim = Readonly<z.output<typeof claim>>;
export type Commit = Readonly<z.output<typeof commit>>;
export type Failure = Readonly<z.output<typeof failure>>;
/** A generation of a partition that a run reads. */
export type InputPin = Readonly<z.output<typeof inputPin>>;

/** Names a partition. */
export interface PartitionName {
  readonly endpoint: EndpointId;
  readonly key: PartitionKey;
}

/** A record before anything has happened to its partition. */
export function newRecord({ endpoint, key }: PartitionName): PartitionRecord {
  return { endpoint, key, state: 'waiting', generation: 0, rows: 0, inputs: [], attempt: 0 };
}

/** Reads a stored record; undefined when it is none. */
export function parsePartitionRecord(json: unknown): PartitionRecord | undefined {
  return partitionRecord.safeParse(json).data;
}

function refuse(context: z.RefinementCtx, what: string): never {
  context.addIssue({ code: 'custom', message: `not a partition record: ${what}` });
  return z.NEVER;
}
