/** Jobs: create, get, list, update, delete, pause, resume, run. */
import { randomBytes } from 'node:crypto';
import { type GrpcMethod, unary } from '../host/service.ts';
import type { CloudClock } from '../primitives/clock.ts';
import { pageSize, pageStart, toPage } from '../primitives/pages.ts';
import type { Store } from '../primitives/store.ts';
import { checkedSpec, type JobInput } from './job-spec.ts';
import { findJob, type JobRow, specOf, toJob, toJobInput } from './job-store.ts';
import { PAGE_SIZE } from './limits.ts';
import { withMasked } from './masks.ts';
import { failedPrecondition, invalid, jobExists, jobNotFound } from './refusals.ts';
import { nextMs, type Runner } from './runner.ts';

export interface JobParts {
  readonly store: Store;
  readonly clock: CloudClock;
  readonly runner: Runner;
}

interface NameRequest {
  readonly name: string;
}

interface ListJobsRequest {
  readonly parent: string;
  readonly pageSize: number;
  readonly pageToken: string;
}

interface UpdateJobRequest {
  readonly job: JobInput | null;
  readonly updateMask: { readonly paths: readonly string[] } | null;
}

const PARENT = /^projects\/(?<project>[^/]+)\/locations\/[^/]+$/;
const NAME = /^(?<parent>projects\/(?<project>[^/]+)\/locations\/[^/]+)\/jobs\/[A-Za-z0-9_-]{1,500}$/;

export function jobMethods(parts: JobParts): Record<string, GrpcMethod> {
  const { store, clock, runner } = parts;
  return {
    CreateJob: unary((request: { readonly parent: string; readonly job: JobInput | null }) => {
      const name = createJob(parts, request);
      runner.changed();
      return toJob(store, requireJob(store, name));
    }),

    GetJob: unary(({ name }: NameRequest) => toJob(store, requireJob(store, name))),

    ListJobs: unary((request: ListJobsRequest) => listJobs(store, request)),

    UpdateJob: unary((request: UpdateJobRequest) => {
      const name = updateJob(parts, request);
      runner.changed();
      return toJob(store, requireJob(store, name));
    }),

    DeleteJob: unary(({ name }: NameRequest) => {
      store.run('DELETE FROM jobs WHERE name = ?', requireJob(store, name).name);
      runner.changed();
      return {};
    }),

    PauseJob: unary(({ name }: NameRequest) => {
      const job = requireJob(store, name);
      if (job.state !== 'ENABLED') throw invalidState(job, 'paused', 'ENABLED');
      store.transaction(() => {
        store.run("UPDATE jobs SET state = 'PAUSED', next_ms = NULL WHERE name = ?", name);
        store.run('DELETE FROM executions WHERE job = ? AND retry_ms IS NOT NULL', name);
      });
      runner.changed();
      return toJob(store, requireJob(store, name));
    }),

    ResumeJob: unary(({ name }: NameRequest) => {
      const job = requireJob(store, name);
      if (job.state !== 'PAUSED') throw invalidState(job, 'resumed', 'PAUSED');
      const next = nextMs(specOf(job), clock.now());
      store.run("UPDATE jobs SET state = 'ENABLED', next_ms = ? WHERE name = ?", next, name);
      runner.changed();
      return toJob(store, requireJob(store, name));
    }),

    RunJob: unary(({ name }: NameRequest) => {
      runner.force(requireJob(store, name));
      return toJob(store, requireJob(store, name));
    }),
  };
}

function createJob(
  { store, clock }: JobParts,
  request: { readonly parent: string; readonly job: JobInput | null },
): string {
  const project = PARENT.exec(request.parent)?.groups?.['project'];
  if (project === undefined) {
    throw invalid('The parent must be formatted: "projects/<PROJECT_ID>/locations/<LOCATION_ID>".');
  }
  if (request.job === null) throw invalid('A job is required.');
  const name = request.job.name === '' ? `${request.parent}/jobs/${randomBytes(10).toString('hex')}` : request.job.name;
  if (parsedName(name).parent !== request.parent) throw invalid(`The job ${name} is not in ${request.parent}.`);
  const spec = checkedSpec(request.job, project);
  const nowMs = clock.now();
  const inserted = store.run(
    `INSERT INTO jobs (name, parent, spec, state, update_ms, next_ms) VALUES (?, ?, ?, 'ENABLED', ?, ?)
     ON CONFLICT DO NOTHING`,
    name,
    request.parent,
    JSON.stringify(spec),
    nowMs,
    nextMs(spec, nowMs),
  );
  if (inserted === 0) throw jobExists(name);
  return name;
}

/** Without a mask, everything that a client can write is replaced. A paused job stays paused. */
function updateJob({ store, clock }: JobParts, request: UpdateJobRequest): string {
  if (request.job === null) throw invalid('A job is required.');
  const { name } = request.job;
  const { project } = parsedName(name);
  const job = requireJob(store, name);
  const paths = request.updateMask?.paths ?? [];
  const input = paths.length === 0 ? request.job : withMasked(toJobInput(job), request.job, paths);
  const spec = checkedSpec(input, project);
  const nowMs = clock.now();
  store.run(
    'UPDATE jobs SET spec = ?, update_ms = ?, next_ms = ? WHERE name = ?',
    JSON.stringify(spec),
    nowMs,
    job.state === 'PAUSED' ? null : nextMs(spec, nowMs),
    name,
  );
  return name;
}

function listJobs(store: Store, request: ListJobsRequest): object {
  if (!PARENT.test(request.parent)) {
    throw invalid('The parent must be formatted: "projects/<PROJECT_ID>/locations/<LOCATION_ID>".');
  }
  const size = pageSize(request.pageSize, PAGE_SIZE);
  const rows = store.all<JobRow>(
    'SELECT * FROM jobs WHERE parent = ? AND name > ? ORDER BY name LIMIT ?',
    request.parent,
    pageStart(request.pageToken),
    size + 1,
  );
  const page = toPage(rows, size, (row) => row.name);
  return { jobs: page.items.map((row) => toJob(store, row)), nextPageToken: page.nextPageToken };
}

function requireJob(store: Store, name: string): JobRow {
  parsedName(name);
  const job = findJob(store, name);
  if (job === undefined) throw jobNotFound();
  return job;
}

function parsedName(name: string): { readonly parent: string; readonly project: string } {
  const groups = NAME.exec(name)?.groups;
  if (groups === undefined) {
    throw invalid('Job name must be formatted: "projects/<PROJECT_ID>/locations/<LOCATION_ID>/jobs/<JOB_ID>".');
  }
  return { parent: groups['parent'] ?? '', project: groups['project'] ?? '' };
}

function invalidState(job: JobRow, verb: string, needed: JobRow['state']): Error {
  return failedPrecondition(`Job ${job.name} cannot be ${verb}: its state is ${job.state}, not ${needed}.`);
}
