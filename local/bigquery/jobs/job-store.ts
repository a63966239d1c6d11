/** The history of jobs: every state that somebody was told is on disk before they are. */
import type { SqlValue, Store } from '../../primitives/store.ts';
import { bigQueryError } from '../errors.ts';
import { JOB_HISTORY_MS, REQUEST_ID_WINDOW_MS } from '../limits.ts';
import { jobName, type JobRecord, type JobReference, type JobState } from './job-record.ts';

export const JOB_TABLE = `
CREATE TABLE jobs (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  project TEXT NOT NULL, location TEXT NOT NULL, id TEXT NOT NULL,
  state TEXT NOT NULL, created_ms INTEGER NOT NULL, parent TEXT NOT NULL, request TEXT,
  record TEXT NOT NULL,
  UNIQUE (project, id, location)) STRICT;
CREATE INDEX jobs_by_project ON jobs (project, parent, sequence);
CREATE INDEX jobs_by_time ON jobs (created_ms);
CREATE INDEX jobs_by_request ON jobs (project, request) WHERE request IS NOT NULL;
CREATE INDEX jobs_unfinished ON jobs (sequence) WHERE state <> 'DONE'`;

export interface JobFilter {
  readonly projectId: string;
  /** '' for jobs that are not statements of a script. */
  readonly parentJobId: string;
  readonly states: readonly JobState[];
  readonly minCreatedMs: number;
  readonly maxCreatedMs: number;
  /** Jobs before this place of the list, newest first; Infinity for all. */
  readonly beforeSequence: number;
  readonly limit: number;
}

export interface JobStore {
  /** Resolves once the job is on disk. @throws ApiError 409 when its id is taken in its location */
  insert(job: JobRecord): Promise<void>;
  /** Resolves once all of it is on disk; `children` are new. */
  save(job: JobRecord, children?: readonly JobRecord[]): Promise<void>;
  /** Without a location, the job of that id in the US or the EU multi-region, as Google looks. */
  find(ref: {
    readonly projectId: string;
    readonly jobId: string;
    readonly location: string | undefined;
  }): JobRecord | undefined;
  /** The newest job of a request id, within its window. */
  findRequest(projectId: string, requestId: string, nowMs: number): JobRecord | undefined;
  list(filter: JobFilter): readonly { readonly sequence: number; readonly job: JobRecord }[];
  /** Jobs that were not done, oldest first. */
  unfinished(): JobRecord[];
  /** Forgets a job and the jobs of its statements. */
  remove(ref: JobReference): void;
  /** Forgets jobs older than the history. */
  prune(nowMs: number): void;
}

const ONE = 'project = ? AND id = ? AND location = ?';

export function createJobStore(store: Store): JobStore {
  return {
    insert: (job) => store.together(() => add(store, job)),
    save: (job, children = []) =>
      store.together(() => {
        update(store, job);
        for (const child of children) add(store, child);
      }),
    find({ projectId, jobId, location }) {
      const places = location === undefined ? IMPLIED_LOCATIONS : [location];
      for (const place of places) {
        const [job] = records(store, `SELECT * FROM jobs WHERE ${ONE}`, projectId, jobId, place);
        if (job !== undefined) return job;
      }
      return undefined;
    },
    findRequest(projectId, requestId, nowMs) {
      const sql =
        'SELECT * FROM jobs WHERE project = ? AND request = ? AND created_ms > ? ORDER BY sequence DESC LIMIT 1';
      return records(store, sql, projectId, requestId, nowMs - REQUEST_ID_WINDOW_MS)[0];
    },
    list: (filter) => list(store, filter),
    unfinished: () => records(store, `SELECT * FROM jobs WHERE state <> 'DONE' ORDER BY sequence`),
    remove({ projectId, location, jobId }) {
      const statements = '(id = ? OR parent = ?)';
      const sql = `DELETE FROM jobs WHERE project = ? AND location = ? AND ${statements}`;
      store.run(sql, projectId, location, jobId, jobId);
    },
    prune(nowMs) {
      store.run(`DELETE FROM jobs WHERE created_ms < ? AND state = 'DONE'`, nowMs - JOB_HISTORY_MS);
    },
  };
}

/** Where a job is looked for when the request names no location. Source: REST reference of jobs.get */
const IMPLIED_LOCATIONS = ['US', 'EU'];

interface Row {
  readonly sequence: number;
  readonly record: string;
}

function records(store: Store, sql: string, ...values: SqlValue[]): JobRecord[] {
  // Written by `add` and `update` of this file.
  return store.all<Row>(sql, ...values).map((row) => JSON.parse(row.record) as JobRecord);
}

function add(store: Store, job: JobRecord): void {
  const { projectId, location, jobId } = job.ref;
  if (store.get(`SELECT 1 FROM jobs WHERE ${ONE}`, projectId, jobId, location) !== undefined) {
    throw bigQueryError('duplicate', `Already Exists: Job ${jobName(job.ref)}`);
  }
  store.run(
    'INSERT INTO jobs (project, location, id, state, created_ms, parent, request, record) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    projectId,
    location,
    jobId,
    job.state,
    job.createdMs,
    job.parentJobId ?? '',
    job.request?.id ?? null,
    JSON.stringify(job),
  );
}

function update(store: Store, job: JobRecord): void {
  const { projectId, location, jobId } = job.ref;
  const sql = `UPDATE jobs SET state = ?, record = ? WHERE ${ONE}`;
  store.run(sql, job.state, JSON.stringify(job), projectId, jobId, location);
}

function list(store: Store, filter: JobFilter): { sequence: number; job: JobRecord }[] {
  const marks = filter.states.map(() => '?').join(', ');
  const rows = store.all<Row>(
    `SELECT sequence, record FROM jobs
     WHERE project = ? AND parent = ? AND sequence < ? AND created_ms BETWEEN ? AND ? AND state IN (${marks})
     ORDER BY sequence DESC LIMIT ?`,
    filter.projectId,
    filter.parentJobId,
    Math.min(filter.beforeSequence, Number.MAX_SAFE_INTEGER),
    filter.minCreatedMs,
    Math.min(filter.maxCreatedMs, Number.MAX_SAFE_INTEGER),
    ...filter.states,
    filter.limit,
  );
  return rows.map((row) => ({ sequence: row.sequence, job: JSON.parse(row.record) as JobRecord }));
}
