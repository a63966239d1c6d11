/** Gathers the rows of a load job: a small addition in memory, everything else in a hidden table. */
import type { TableRef } from '#lib/googlesql/engine/definitions.ts';
import type { Warehouse } from '#lib/googlesql/engine/warehouse.ts';
import type { ErrorProto } from '../errors.ts';
import type { LoadPlan } from '../jobs/load-configuration.ts';
import type { JobRecord } from '../jobs/job-record.ts';
import { queryError } from '../jobs/job-error.ts';
import type { LoadTarget } from './load-target.ts';
import { readRows } from './row-reader.ts';
import type { Staging } from './staging.ts';

/** Rows that are handed to the engine at once: this many, or this many bytes. */
const MAX_BATCH_ROWS = 5_000;
const MAX_BATCH_BYTES = 4 * 1024 * 1024;
/** Bad records that a job's errors describe one by one. */
const MAX_DESCRIBED_ERRORS = 5;

export interface LoadSource {
  /** Its URI, for errors; content that came with the request has none. */
  readonly name: string | undefined;
  readonly content: AsyncIterable<Uint8Array>;
}

export interface LoadCounts {
  readonly rows: number;
  readonly badRecords: number;
  readonly files: number;
  readonly fileBytes: number;
}

export type Gathered =
  | { readonly kind: 'refused'; readonly error: ErrorProto; readonly errors?: readonly ErrorProto[] }
  | { readonly kind: 'staged'; readonly table: TableRef; readonly counts: LoadCounts }
  | { readonly kind: 'held'; readonly rows: readonly Uint8Array[]; readonly counts: LoadCounts };

export interface GatherParts {
  readonly warehouse: Warehouse;
  readonly staging: Staging;
}

export interface GatherTask {
  readonly job: JobRecord;
  readonly plan: LoadPlan;
  readonly target: Extract<LoadTarget, { kind: 'target' }>;
  readonly sources: AsyncIterable<LoadSource>;
}

/** How far the gathering is. */
interface Progress {
  table: TableRef | undefined;
  held: Uint8Array[];
  heldBytes: number;
  /** The source being read. */
  file: string | undefined;
  readonly counts: { rows: number; badRecords: number; files: number; fileBytes: number };
  /** The first bad records. */
  readonly described: ErrorProto[];
  /** What the engine refused altogether. */
  failure: ErrorProto | undefined;
}

interface Refusal {
  readonly error: ErrorProto;
  readonly errors?: readonly ErrorProto[];
}

/** Reads all sources. Nothing of it is in the destination when this resolves. */
export async function gatherRows(parts: GatherParts, task: GatherTask): Promise<Gathered> {
  const progress: Progress = {
    table: undefined,
    held: [],
    heldBytes: 0,
    file: undefined,
    counts: { rows: 0, badRecords: 0, files: 0, fileBytes: 0 },
    described: [],
    failure: undefined,
  };
  try {
    for await (const source of task.sources) {
      progress.file = source.name;
      progress.counts.files += 1;
      await gatherSource(parts, task, progress, source.content);
      const refused = refusal(task.plan, progress);
      if (refused !== undefined) return await giveUp(parts, progress, refused);
    }
    return await complete(parts, task, progress);
  } catch (error) {
    if (progress.table !== undefined) await parts.staging.drop(progress.table);
    throw error;
  }
}

async function gatherSource(
  parts: GatherParts,
  task: GatherTask,
  progress: Progress,
  content: AsyncIterable<Uint8Array>,
): Promise<void> {
  const counted = counting(content, progress);
  for await (const batch of readRows(task.plan.format, task.target.recordFields, counted)) {
    for (const message of batch.bad) reject(progress, message);
    for (const row of batch.rows) {
      progress.held.push(row);
      progress.heldBytes += row.length;
      if (isFull(progress)) await flush(parts, task, progress);
    }
    if (refusal(task.plan, progress) !== undefined) return;
  }
}

async function* counting(content: AsyncIterable<Uint8Array>, { counts }: Progress): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    counts.fileBytes += chunk.length;
    yield chunk;
  }
}

function isFull({ held, heldBytes }: Progress): boolean {
  return held.length >= MAX_BATCH_ROWS || heldBytes >= MAX_BATCH_BYTES;
}

/** Hands what is held to the engine. */
async function flush(parts: GatherParts, task: GatherTask, progress: Progress): Promise<void> {
  const into = await stagingTable(parts, task, progress);
  const rows = progress.held;
  progress.held = [];
  progress.heldBytes = 0;
  if (into === undefined || rows.length === 0) return;
  const outcome = await parts.warehouse.appendRows(into, rows, {
    ignoreUnknownValues: task.plan.ignoreUnknownValues,
    skipInvalidRows: true,
  });
  if (outcome.kind === 'failed') {
    progress.failure = queryError(outcome.error);
    return;
  }
  progress.counts.rows += outcome.value.appended;
  for (const { errors } of outcome.value.rowErrors) reject(progress, errors[0]?.message ?? '');
}

async function stagingTable(
  { staging }: GatherParts,
  { job, target }: GatherTask,
  progress: Progress,
): Promise<TableRef | undefined> {
  if (progress.table !== undefined) return progress.table;
  const created = await staging.create(job.ref, { fields: target.fields, ...target.layout });
  if (created.kind === 'failed') progress.failure = queryError(created.error);
  else progress.table = created.value;
  return progress.table;
}

function reject(progress: Progress, message: string): void {
  progress.counts.badRecords += 1;
  if (progress.described.length >= MAX_DESCRIBED_ERRORS) return;
  progress.described.push(readingError(progress, message));
}

function readingError({ file }: Progress, message: string): ErrorProto {
  const location = file === undefined ? {} : { location: file };
  return { reason: 'invalid', ...location, message: `Error while reading data, error message: ${message}` };
}

/** Why the job cannot go on; undefined while it can. */
function refusal(plan: LoadPlan, progress: Progress): Refusal | undefined {
  const { failure, counts, held, described } = progress;
  if (failure !== undefined) return { error: failure };
  if (counts.badRecords <= plan.maxBadRecords) return undefined;
  const format = plan.format.kind === 'csv' ? 'CSV' : 'JSON';
  const read = counts.rows + counts.badRecords + held.length;
  const error = readingError(
    progress,
    `${format} table encountered too many errors, giving up. Rows: ${read}; errors: ${counts.badRecords}. Please look into the errors[] collection for more details.`,
  );
  return { error, errors: [error, ...described] };
}

async function complete(parts: GatherParts, task: GatherTask, progress: Progress): Promise<Gathered> {
  const { plan, target } = task;
  // Rows without mistakes can go into an existing table by one atomic append, if they are few.
  const mayHold = target.exists && plan.writeDisposition !== 'WRITE_TRUNCATE' && plan.maxBadRecords === 0;
  if (mayHold && progress.table === undefined) {
    const { held, counts } = progress;
    return { kind: 'held', rows: held, counts: { ...counts, rows: held.length } };
  }
  await flush(parts, task, progress);
  const refused = refusal(plan, progress);
  if (refused !== undefined) return giveUp(parts, progress, refused);
  const table = await stagingTable(parts, task, progress);
  if (table === undefined) return giveUp(parts, progress, { error: progress.failure ?? INTERNAL });
  return { kind: 'staged', table, counts: progress.counts };
}

async function giveUp({ staging }: GatherParts, { table }: Progress, refused: Refusal): Promise<Gathered> {
  if (table !== undefined) await staging.drop(table);
  return { kind: 'refused', ...refused };
}

const INTERNAL: ErrorProto = { reason: 'internalError', message: 'An internal error occurred.' };
