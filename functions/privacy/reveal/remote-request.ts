// Owns what BigQuery sends to the endpoint of a remote function, read into rows to be opened.
import { z } from 'zod';
import { flatName } from '#shared/catalog/names.ts';
import type { EndpointId } from '#shared/platform/ids.ts';

/** Source: https://cloud.google.com/bigquery/docs/remote-functions#input_format */
export const remoteRequest = z.object({
  requestId: z.string().max(200),
  caller: z.string().max(2000).describe('//bigquery.googleapis.com/projects/…/jobs/PROJECT:LOCATION.JOB'),
  sessionUser: z.string().max(500).describe('Who runs the query.'),
  userDefinedContext: z.object({ purpose: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/) }),
  calls: z
    .array(z.array(z.string().nullable()).length(4))
    .describe('[token, sealed (base64), field, reason] of each row.'),
});

export type RemoteRequest = z.output<typeof remoteRequest>;

/** One row. What is NULL in it was NULL in the query. */
export interface RemoteRow {
  readonly token: string | null;
  /** Base64. */
  readonly sealed: string | null;
  readonly field: string;
  readonly reason: string | undefined;
}

/** The rows of a request, in its order. */
export function rowsOf({ calls }: RemoteRequest): readonly RemoteRow[] {
  return calls.map(([token = null, sealed = null, field, reason]) => ({
    token,
    sealed,
    field: field ?? '',
    reason: reason ?? undefined,
  }));
}

/** The job of a request, `project:location.id`. */
export function jobOf({ caller }: Pick<RemoteRequest, 'caller'>): string {
  return caller.slice(caller.lastIndexOf('/') + 1);
}

/** A partition's key and a run, as they stand behind the endpoint's name in the id of the job that stages it. */
const KEY_AND_RUN = /^(?:all|\d{4}-(?:W\d{2}|\d{2}(?:-\d{2}(?:T\d{2})?)?))_[^_]+$/;

/** The endpoint, one of those given, whose run a job is; undefined when it is none of theirs. */
export function stagedEndpoint(job: string, endpoints: readonly EndpointId[]): EndpointId | undefined {
  const id = job.slice(job.lastIndexOf('.') + 1);
  return endpoints.find((endpoint) => {
    const prefix = `stage_${flatName(endpoint)}_`;
    return id.startsWith(prefix) && KEY_AND_RUN.test(id.slice(prefix.length));
  });
}
