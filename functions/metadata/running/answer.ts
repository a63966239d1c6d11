// Owns what a run's workflow is told to do next.
import type { JobBody } from '#shared/pipelines/job-bodies.ts';
import type { RunName } from '#shared/pipelines/job-names.ts';
import { stagingTableOf } from '#shared/pipelines/job-names.ts';
import type { Place } from '#shared/platform/base/resources.ts';

/** A table as BigQuery's REST API names it. */
interface TableReference {
  readonly projectId: string;
  readonly datasetId: string;
  readonly tableId: string;
}

/** The next step of a run. Asked twice, it is answered alike. */
export type RunStep =
  | { readonly step: 'stage'; readonly job: JobBody; readonly audit: JobBody }
  | { readonly step: 'commit'; readonly job: JobBody }
  /** The run is over; what it staged, if named, is to be dropped. */
  | { readonly step: 'none'; readonly reason: string; readonly drop?: TableReference };

/** The run is over, and its staging table is of no more use. */
export function overAndDrop({ projectId }: Place, run: RunName, reason: string): RunStep {
  const { dataset, table } = stagingTableOf(run);
  return { step: 'none', reason, drop: { projectId, datasetId: dataset, tableId: table } };
}

/** The run is over; its staging table, if any, is kept until it expires, for who wants to see what was wrong. */
export function over(reason: string): RunStep {
  return { step: 'none', reason };
}
