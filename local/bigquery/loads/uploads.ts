/** jobs.insert with content: multipart and resumable uploads of load jobs, read into rows while they arrive. */
import { randomUUID } from 'node:crypto';
import { PassThrough } from 'node:stream';
import type { JsonObject } from '#lib/googlesql/engine/definitions.ts';
import type { RestReply, RestRequest, RestRoute } from '../../host/service.ts';
import { parseContentRange } from '../../storage/uploads/content-range.ts';
import { boundaryOf, parseRelated } from '../../storage/uploads/multipart-related.ts';
import { bigQueryError, invalid } from '../errors.ts';
import { decodeJob, type JobPlan } from '../jobs/job-configuration.ts';
import { draftJob, type JobDeskParts } from '../jobs/job-desk.ts';
import { jobName, type JobRecord } from '../jobs/job-record.ts';
import { jobResource } from '../jobs/job-resource.ts';
import { MAX_WAIT_MS, UPLOAD_SESSION_MS } from '../limits.ts';
import { pathParameter, textParameter } from '../wire/routes.ts';
import type { TakenLoad } from './load-work.ts';

/** Source: the mediaUpload paths of jobs.insert in the API's discovery document */
const PATHS = [
  '/upload/bigquery/v2/projects/{projectId}/jobs',
  '/resumable/upload/bigquery/v2/projects/{projectId}/jobs',
];

export function uploadRoutes(parts: JobDeskParts): RestRoute[] {
  const sessions = createSessions(parts);
  const route = (method: 'POST' | 'PUT', path: string, handle: RestRoute['handle']): RestRoute => ({
    method,
    path,
    id: 'bigquery.jobs.insert',
    errors: 'legacy',
    handle,
  });
  return PATHS.flatMap((path) => [
    route('POST', path, (request) => post(parts, sessions, request)),
    route('PUT', path, (request) => sessions.put(request)),
  ]);
}

async function post(parts: JobDeskParts, sessions: Sessions, request: RestRequest): Promise<RestReply> {
  const type = textParameter(request, 'uploadType');
  if (type === 'resumable') return sessions.open(request);
  if (type !== 'multipart') throw invalid(`Invalid upload type: ${type ?? ''}`, 'uploadType');
  const boundary = boundaryOf(request.headers['content-type']);
  const { metadata, bytes } = await parseRelated(request.stream as AsyncIterable<Buffer>, boundary);
  const upload = await draftUpload(parts, pathParameter(request, 'projectId'), metadata);
  const taken = await parts.loads.take(upload.job, upload.load, bytes);
  return { json: await finishUpload(parts, upload, taken) };
}

interface Upload {
  readonly job: JobRecord;
  readonly load: Extract<JobPlan, { kind: 'load' }>['load'];
}

async function draftUpload(parts: JobDeskParts, projectId: string, metadata: JsonObject): Promise<Upload> {
  const request = decodeJob(metadata, projectId);
  const { plan } = request;
  if (plan.kind !== 'load') throw invalid('Only load jobs can be uploaded.');
  if (plan.load.sourceUris.length > 0) throw invalid('Load configuration cannot have both content and source URIs.');
  const job = await draftJob(parts, projectId, request);
  if (parts.store.find(job.ref) !== undefined) {
    throw bigQueryError('duplicate', `Already Exists: Job ${jobName(job.ref)}`);
  }
  return { job, load: plan.load };
}

/** The content is not kept anywhere: the job is answered only once it is done, so that none is promised and lost. */
async function finishUpload(parts: JobDeskParts, { job }: Upload, taken: TakenLoad): Promise<JsonObject> {
  const opened = await parts.runner
    .submit(job, (_job, control) => taken.finish(control))
    .catch(async (error: unknown) => {
      await taken.discard();
      throw error;
    });
  return jobResource(await parts.runner.wait(opened, MAX_WAIT_MS));
}

interface Session {
  readonly upload: Upload;
  readonly content: PassThrough;
  readonly taken: Promise<TakenLoad>;
  received: number;
  finished: Promise<JsonObject> | undefined;
}

interface Sessions {
  open(request: RestRequest): Promise<RestReply>;
  put(request: RestRequest): Promise<RestReply>;
}

function createSessions(parts: JobDeskParts): Sessions {
  const sessions = new Map<string, Session>();

  const abandon = (id: string): void => {
    const session = sessions.get(id);
    sessions.delete(id);
    if (session !== undefined && session.finished === undefined) session.content.destroy(new Error('abandoned'));
  };

  return {
    async open(request) {
      const projectId = pathParameter(request, 'projectId');
      const upload = await draftUpload(parts, projectId, await request.json());
      const content = new PassThrough();
      const taken = parts.loads.take(upload.job, upload.load, content);
      // What is wrong with the content is reported where the upload ends; until then nobody reads the rest of it.
      content.on('error', () => undefined);
      void taken.catch(() => undefined).finally(() => content.destroy());
      const id = randomUUID();
      sessions.set(id, { upload, content, taken, received: 0, finished: undefined });
      parts.clock.at(parts.clock.now() + UPLOAD_SESSION_MS, () => abandon(id));
      const place = `${request.origin}/upload/bigquery/v2/projects/${projectId}/jobs`;
      return {
        headers: { location: `${place}?uploadType=resumable&upload_id=${id}`, 'x-guploader-uploadid': id },
        body: '',
      };
    },
    async put(request) {
      const session = sessions.get(textParameter(request, 'upload_id') ?? '');
      if (session === undefined) throw bigQueryError('notFound', 'Not Found');
      const range = parseContentRange(request.headers['content-range']);
      if (session.finished === undefined && range.kind === 'bytes') {
        if (range.start !== session.received) return incomplete(session);
        for await (const chunk of request.stream as AsyncIterable<Buffer>) await write(session, chunk);
      }
      const open = request.headers['content-range'] !== undefined && range.total !== session.received;
      if (session.finished === undefined && open) return incomplete(session);
      session.finished ??= complete(parts, session);
      return { json: await session.finished };
    },
  };
}

function incomplete({ received }: Session): RestReply {
  return { status: 308, headers: received === 0 ? {} : { range: `bytes=0-${received - 1}` }, body: '' };
}

async function write(session: Session, chunk: Buffer): Promise<void> {
  session.received += chunk.length;
  if (session.content.destroyed || session.content.write(chunk)) return;
  await new Promise<void>((resolve) => {
    session.content.once('drain', resolve).once('close', resolve);
  });
}

async function complete(parts: JobDeskParts, session: Session): Promise<JsonObject> {
  if (!session.content.destroyed) session.content.end();
  return finishUpload(parts, session.upload, await session.taken);
}
