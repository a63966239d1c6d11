/** What a job is asked to do: REST `JobConfiguration`, read strictly. */
import type { JsonObject } from '#lib/googlesql/engine/definitions.ts';
import { z } from 'zod';
import { bigQueryError, invalid, notServed } from '../errors.ts';
import { checkJobId } from '../names.ts';
import { checkLabels } from '../wire/labels.ts';
import { anyObject, bool, decodeBody, int64, message, text } from '../wire/proto-json.ts';
import { copyShape, readCopy, type CopyPlan } from './copy-configuration.ts';
import { loadShape, readLoad, type LoadPlan } from './load-configuration.ts';
import { queryShape, readQuery, type QueryPlan } from './query-configuration.ts';

/** Source: https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobConfiguration */
const configurationShape = message({
  dryRun: bool.optional(),
  jobTimeoutMs: int64.optional(),
  labels: z.record(z.string(), text).optional(),
  reservation: text.optional(),
  query: queryShape.optional(),
  copy: copyShape.optional(),
  load: loadShape.optional(),
  extract: anyObject.optional(),
});

const jobShape = message({
  configuration: configurationShape,
  jobReference: message({ projectId: text.optional(), jobId: text.optional(), location: text.optional() }).optional(),
});

export type JobWork =
  | { readonly kind: 'query'; readonly query: QueryPlan }
  | { readonly kind: 'copy'; readonly copy: CopyPlan }
  | { readonly kind: 'load'; readonly load: LoadPlan };

export type JobPlan = JobWork & {
  readonly dryRun: boolean;
  readonly timeoutMs?: number;
  /** REST `configuration` as it was sent, with `jobType`. */
  readonly configuration: JsonObject;
};

export interface JobRequest {
  readonly plan: JobPlan;
  /** The id that the client chose. */
  readonly jobId?: string;
  readonly location?: string;
  /** E-mail address of whoever asks, when the request's token says. */
  readonly user?: string;
}

/**
 * The body of jobs.insert.
 * @param projectId the project of references without one
 * @throws ApiError `invalid`, `required` or `notImplemented`
 */
export function decodeJob(json: JsonObject, projectId: string): JobRequest {
  const body = decodeBody(jobShape, json, 'job');
  const { jobId, location } = body.jobReference ?? {};
  if (jobId !== undefined) checkJobId(jobId);
  return {
    plan: readConfiguration(json['configuration'], projectId),
    ...(jobId === undefined ? {} : { jobId }),
    ...(location === undefined ? {} : { location }),
  };
}

/** The plan of a configuration, from a request or from the history. @throws as `decodeJob` */
export function readConfiguration(json: unknown, projectId: string): JobPlan {
  const body = decodeBody(configurationShape, json, 'job.configuration');
  checkLabels(body.labels);
  const work = readWork(body, projectId);
  const timeoutMs = Number(body.jobTimeoutMs ?? 0);
  return {
    ...work,
    dryRun: body.dryRun ?? false,
    ...(timeoutMs > 0 ? { timeoutMs } : {}),
    // Decoded just above: it is an object.
    configuration: { ...(json as JsonObject), jobType: work.kind.toUpperCase() },
  };
}

function readWork(body: z.output<typeof configurationShape>, projectId: string): JobWork {
  const kinds = (['query', 'copy', 'load', 'extract'] as const).filter((kind) => body[kind] !== undefined);
  if (kinds.length === 0) throw bigQueryError('required', 'Required parameter is missing');
  if (kinds.length > 1)
    throw invalid('Only one of query, load, copy, extract may be specified in a job configuration.');
  if (body.query !== undefined) return { kind: 'query', query: readQuery(body.query, projectId) };
  if (body.copy !== undefined) return { kind: 'copy', copy: readCopy(body.copy, projectId) };
  if (body.load !== undefined) return { kind: 'load', load: readLoad(body.load, projectId) };
  throw notServed('Extract jobs are');
}
