/** Runs load jobs: reads content into rows, gathers them, and writes them to the destination in one step. */
import type { TableRef } from '#lib/googlesql/engine/definitions.ts';
import type { Warehouse } from '#lib/googlesql/engine/warehouse.ts';
import type { Outbound } from '../../primitives/outbound.ts';
import type { ErrorProto } from '../errors.ts';
import type { LoadPlan } from '../jobs/load-configuration.ts';
import type { JobRecord } from '../jobs/job-record.ts';
import { queryError } from '../jobs/job-error.ts';
import type { WorkControl, WorkResult } from '../jobs/work.ts';
import { type Gathered, gatherRows, type LoadSource } from './gathering.ts';
import { loadTarget } from './load-target.ts';
import type { Staging } from './staging.ts';
import { findObjects, readObject } from './storage-objects.ts';

export interface LoadWork {
  /** A job whose content is in Cloud Storage. */
  work(job: JobRecord, plan: LoadPlan, control: WorkControl): Promise<WorkResult>;
  /** Takes in the content of a job that comes with its request; nothing is in the destination yet. */
  take(job: JobRecord, plan: LoadPlan, content: AsyncIterable<Uint8Array>): Promise<TakenLoad>;
}

/** Content that was read: what is left to do when the job's turn comes, and how to give it up. */
export interface TakenLoad {
  readonly finish: (control: WorkControl) => Promise<WorkResult>;
  readonly discard: () => Promise<void>;
}

export interface LoadWorkParts {
  readonly warehouse: Warehouse;
  readonly staging: Staging;
  readonly outbound: Outbound;
}

export function createLoadWork(parts: LoadWorkParts): LoadWork {
  const gather = async (job: JobRecord, plan: LoadPlan, sources: AsyncIterable<LoadSource>): Promise<Gathered> => {
    const target = await loadTarget(parts.warehouse, plan);
    if (target.kind === 'refused') return { kind: 'refused', error: target.error };
    return gatherRows(parts, { job, plan, target, sources });
  };
  const finish = (plan: LoadPlan, gathered: Gathered, control: WorkControl): Promise<WorkResult> =>
    commit(parts, plan, gathered, control);

  return {
    async work(job, plan, control) {
      const objects = await findObjects(parts.outbound, plan.sourceUris);
      if (objects.kind === 'refused') return { kind: 'failed', error: objects.error };
      async function* sources(): AsyncGenerator<LoadSource> {
        for (const object of objects.kind === 'found' ? objects.objects : []) {
          yield { name: object.uri, content: readObject(parts.outbound, object) };
        }
      }
      return finish(plan, await gather(job, plan, sources()), control);
    },
    async take(job, plan, content) {
      async function* sources(): AsyncGenerator<LoadSource> {
        yield { name: undefined, content };
      }
      const gathered = await gather(job, plan, sources());
      return {
        finish: (control) => finish(plan, gathered, control),
        discard: async () => {
          if (gathered.kind === 'staged') await parts.staging.drop(gathered.table);
        },
      };
    },
  };
}

async function commit(
  parts: LoadWorkParts,
  plan: LoadPlan,
  gathered: Gathered,
  control: WorkControl,
): Promise<WorkResult> {
  if (gathered.kind === 'refused') {
    return {
      kind: 'failed',
      error: gathered.error,
      ...(gathered.errors === undefined ? {} : { errors: gathered.errors }),
    };
  }
  await control.committing();
  const failure =
    gathered.kind === 'staged'
      ? await copyInto(parts, plan, gathered.table)
      : await appendInto(parts, plan, gathered.rows);
  if (failure !== undefined) return { kind: 'failed', error: failure };
  const { rows, badRecords, files, fileBytes } = gathered.counts;
  return {
    kind: 'done',
    statistics: {
      load: {
        inputFiles: String(files),
        inputFileBytes: String(fileBytes),
        outputRows: String(rows),
        outputBytes: String(fileBytes),
        badRecords: String(badRecords),
      },
    },
  };
}

async function copyInto(parts: LoadWorkParts, plan: LoadPlan, table: TableRef): Promise<ErrorProto | undefined> {
  const { destination, createDisposition, writeDisposition } = plan;
  const copied = await parts.warehouse.copy({ sources: [table], destination, createDisposition, writeDisposition });
  await parts.staging.drop(table);
  return copied.kind === 'failed' ? queryError(copied.error) : undefined;
}

async function appendInto(
  parts: LoadWorkParts,
  plan: LoadPlan,
  rows: readonly Uint8Array[],
): Promise<ErrorProto | undefined> {
  if (rows.length === 0) return undefined;
  const { ignoreUnknownValues } = plan;
  const outcome = await parts.warehouse.appendRows(plan.destination, rows, {
    ignoreUnknownValues,
    skipInvalidRows: false,
  });
  if (outcome.kind === 'failed') return queryError(outcome.error);
  const [first] = outcome.value.rowErrors;
  if (first === undefined) return undefined;
  return { reason: 'invalid', message: `Error while reading data, error message: ${first.errors[0]?.message ?? ''}` };
}
