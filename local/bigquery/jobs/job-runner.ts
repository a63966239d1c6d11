/** Runs jobs: a few at once, each recorded before it starts and again when it has ended. */
import type { Warehouse } from '#lib/googlesql/engine/warehouse.ts';
import type { CloudClock } from '../../primitives/clock.ts';
import type { Log } from '../../primitives/log.ts';
import type { ErrorProto } from '../errors.ts';
import { MAX_RUNNING_JOBS } from '../limits.ts';
import { jobName, type JobRecord, type JobReference } from './job-record.ts';
import type { JobStore } from './job-store.ts';
import { STOPPED } from './job-error.ts';
import type { Work, WorkControl, WorkResult } from './work.ts';

export interface JobRunnerParts {
  readonly store: JobStore;
  readonly warehouse: Pick<Warehouse, 'cancel'>;
  readonly clock: CloudClock;
  readonly log: Log;
}

/** A job of this process that is not done. */
interface LiveJob {
  job: JobRecord;
  readonly work: Work;
  readonly ended: Promise<JobRecord>;
  readonly end: (job: JobRecord) => void;
  cancelled: boolean;
}

const INTERNAL: ErrorProto = {
  reason: 'internalError',
  message: 'An internal error occurred and the request could not be completed.',
};

/** Owns the jobs that are not done, until `stop`. */
export class JobRunner {
  readonly #parts: JobRunnerParts;
  readonly #live = new Map<string, LiveJob>();
  readonly #queue: LiveJob[] = [];
  readonly #running = new Set<Promise<void>>();
  /** Jobs that run or are being recorded before they do. */
  #places = 0;
  #stopping = false;

  constructor(parts: JobRunnerParts) {
    this.#parts = parts;
  }

  /**
   * Records a new job and starts it as soon as there is room; resolves with its first state once that is on disk.
   * @throws ApiError 409 when its id is taken
   */
  async submit(job: JobRecord, work: Work): Promise<JobRecord> {
    const { store, clock } = this.#parts;
    if (this.#places >= MAX_RUNNING_JOBS || this.#stopping) {
      await store.insert(job);
      this.resume(job, work);
      return job;
    }
    this.#places += 1;
    const first: JobRecord = { ...job, state: 'RUNNING', startedMs: clock.now() };
    try {
      await store.insert(first);
    } catch (error) {
      this.#leave();
      throw error;
    }
    this.#launch(this.#enter(first, work));
    return first;
  }

  /** Goes on with a job that is on record but not done. */
  resume(job: JobRecord, work: Work): void {
    this.#queue.push(this.#enter(job, work));
    this.#next();
  }

  /** The job as it is now: done, or as it is when `timeoutMs` have passed. */
  async wait(job: JobRecord, timeoutMs: number): Promise<JobRecord> {
    const entry = this.#live.get(jobName(job.ref));
    if (entry === undefined) return this.#parts.store.find(job.ref) ?? job;
    if (timeoutMs <= 0) return entry.job;
    const { clock } = this.#parts;
    const { promise, resolve } = Promise.withResolvers<null>();
    const timer = clock.at(clock.now() + timeoutMs, () => resolve(null));
    const ended = await Promise.race([entry.ended, promise]);
    timer.cancel();
    return ended ?? entry.job;
  }

  /** Asks a job to stop. It ends with the reason `stopped`, unless it was done sooner. */
  async cancel(ref: JobReference): Promise<void> {
    const entry = this.#live.get(jobName(ref));
    if (entry === undefined) return;
    entry.cancelled = true;
    if (entry.job.state === 'PENDING') await this.#finish(entry, { kind: 'failed', error: STOPPED });
    else await this.#parts.warehouse.cancel(jobName(ref));
  }

  /** Lets nothing start any more and stops what runs; such jobs stay unfinished on record. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const names = [...this.#live].filter(([, { job }]) => job.state === 'RUNNING').map(([name]) => name);
    await Promise.all(names.map((name) => this.#parts.warehouse.cancel(name)));
    await Promise.all(this.#running);
  }

  #enter(job: JobRecord, work: Work): LiveJob {
    const { promise, resolve } = Promise.withResolvers<JobRecord>();
    const entry: LiveJob = { job, work, ended: promise, end: resolve, cancelled: false };
    this.#live.set(jobName(job.ref), entry);
    return entry;
  }

  #next(): void {
    while (this.#queue.length > 0 && this.#places < MAX_RUNNING_JOBS && !this.#stopping) {
      const entry = this.#queue.shift();
      if (entry === undefined || entry.job.state === 'DONE') continue;
      this.#places += 1;
      this.#launch(entry);
    }
  }

  #launch(entry: LiveJob): void {
    const done = this.#run(entry).catch((error: unknown) => {
      this.#parts.log('ERROR', 'a job could not be recorded', { job: jobName(entry.job.ref), error: String(error) });
    });
    const tracked = done.finally(() => {
      this.#running.delete(tracked);
      this.#leave();
    });
    this.#running.add(tracked);
  }

  #leave(): void {
    this.#places -= 1;
    this.#next();
  }

  async #run(entry: LiveJob): Promise<void> {
    const { store, clock, log } = this.#parts;
    if (entry.job.state === 'PENDING') {
      entry.job = { ...entry.job, state: 'RUNNING', startedMs: clock.now() };
      await store.save(entry.job);
    }
    const stopped: WorkResult = { kind: 'failed', error: STOPPED };
    const result = entry.cancelled ? stopped : await attempt(entry, this.#control(entry), log);
    // On the way out a stopped job is left as it is: the next start decides what becomes of it.
    const leftBehind = this.#stopping && !entry.cancelled && result.kind === 'failed';
    if (leftBehind && result.error.reason === STOPPED.reason) return;
    await this.#finish(entry, result);
  }

  #control(entry: LiveJob): WorkControl {
    return {
      committing: async () => {
        entry.job = { ...entry.job, committing: true };
        await this.#parts.store.save(entry.job);
      },
    };
  }

  async #finish(entry: LiveJob, result: WorkResult): Promise<void> {
    const { store, clock } = this.#parts;
    const ended: JobRecord = { ...entry.job, state: 'DONE', endedMs: clock.now(), ...ending(entry.job, result) };
    await store.save(ended, result.kind === 'done' ? result.children : []);
    entry.job = ended;
    this.#live.delete(jobName(ended.ref));
    entry.end(ended);
  }
}

function ending(job: JobRecord, result: WorkResult): Pick<JobRecord, 'statistics' | 'rows' | 'errorResult' | 'errors'> {
  if (result.kind === 'done') {
    const { statistics, rows } = result;
    return { statistics: { ...job.statistics, ...statistics }, ...(rows === undefined ? {} : { rows }) };
  }
  const { error, errors } = result;
  return { statistics: job.statistics, errorResult: error, ...(errors === undefined ? {} : { errors }) };
}

/** Unexpected failures end the job; their text goes to the log only, without anything of the job's content. */
async function attempt(entry: LiveJob, control: WorkControl, log: Log): Promise<WorkResult> {
  try {
    return await entry.work(entry.job, control);
  } catch (error) {
    log('ERROR', 'a job failed unexpectedly', {
      job: jobName(entry.job.ref),
      stack: error instanceof Error ? (error.stack ?? error.name) : typeof error,
    });
    return { kind: 'failed', error: INTERNAL };
  }
}
