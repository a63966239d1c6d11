// Owns how the record of a partition may change: every command against every state, so that two writers never both win.
import { publishJobId } from '../catalog/names.ts';
import { formatTimestamp } from '../platform/timestamp.ts';
import {
  type Claim,
  type Commit,
  type Failure,
  type FailureClass,
  newRecord,
  type PartitionName,
  type PartitionRecord,
  type PartitionState,
} from './partition-record.ts';
import { MAX_ATTEMPTS, retryDelayMs } from './run-timing.ts';

/** What can be asked of a partition. A run that no longer holds it is refused whatever it asks. */
export type PartitionCommand =
  /** There is work for it, or there is again: an import touched it. */
  | { readonly kind: 'expect' }
  /** An input it is made of changed, or is about to. */
  | { readonly kind: 'restate' }
  /** A run takes it; one that `replaces` names has been found abandoned. */
  | { readonly kind: 'claim'; readonly claim: Claim; readonly replaces?: string | undefined }
  /** The execution that drives the run has called. */
  | { readonly kind: 'begin'; readonly run: string; readonly execution: string; readonly leaseUntil: string }
  /** The run's work is started once more, because whatever drove it is gone. */
  | { readonly kind: 'drive'; readonly run: string; readonly leaseUntil: string }
  /** The run is alive. */
  | { readonly kind: 'extend'; readonly run: string; readonly leaseUntil: string }
  /** The staged rows are good: from here on they are copied, and nothing else happens. */
  | { readonly kind: 'commit'; readonly run: string; readonly staged: Staged }
  /** The copy job was seen ended with an error that another one may not have. */
  | { readonly kind: 'copy-again'; readonly run: string; readonly jobId: string }
  /** The copy job was seen ended with an error that every other one would have. */
  | { readonly kind: 'abandon'; readonly run: string; readonly jobId: string; readonly failure: RunFailure }
  /** The copy job was seen ended well. */
  | { readonly kind: 'publish'; readonly run: string; readonly jobId: string; readonly nowMs: number }
  /** The run found nothing that the published generation does not have. */
  | { readonly kind: 'nothing'; readonly run: string }
  | { readonly kind: 'fail'; readonly run: string; readonly failure: RunFailure }
  /** A person decided that it is not to be built. */
  | { readonly kind: 'skip' };

/** What a commit is about to publish. */
export type Staged = Pick<Commit, 'staging' | 'rows' | 'late' | 'future' | 'codeDigest'>;

/** Why a run failed. */
export interface RunFailure {
  readonly class: FailureClass;
  readonly code: string;
  /** Nothing of a person in it. */
  readonly message: string;
  readonly nowMs: number;
}

/** Why a command was refused. */
export type Refusal =
  /** Another run holds the partition. */
  | 'busy'
  /** The run does not hold the partition, or no longer. */
  | 'superseded'
  /** Only the commit under way may be driven on. */
  | 'committing'
  /** The command makes no sense in this state. */
  | 'out-of-place';

export type Transition =
  | { readonly kind: 'next'; readonly record: PartitionRecord }
  /** It has been done before. */
  | { readonly kind: 'unchanged'; readonly record: PartitionRecord }
  | { readonly kind: 'refused'; readonly why: Refusal };

/** What becomes of a record, or of a partition without one, by a command. */
export function transition(
  name: PartitionName,
  before: PartitionRecord | undefined,
  command: PartitionCommand,
): Transition {
  const record = before ?? newRecord(name);
  switch (command.kind) {
    case 'expect':
      return before === undefined ? next(record) : expect(record);
    case 'restate':
      return before === undefined ? refused('out-of-place') : restate(record);
    case 'skip':
      return skip(record);
    case 'claim':
      return claim(record, command.claim, command.replaces);
    default:
      return before === undefined ? refused('superseded') : byRun(record, command);
  }
}

type RunCommand = Extract<PartitionCommand, { readonly run: string }>;

function byRun(record: PartitionRecord, command: RunCommand): Transition {
  if (command.kind === 'publish' && record.run === command.run && record.claim === undefined) return unchanged(record);
  const { claim } = record;
  if (claim === undefined || claim.run !== command.run) return refused('superseded');
  return record.commit === undefined
    ? whileRunning({ ...record, claim }, command)
    : whileCommitting({ ...record, claim, commit: record.commit }, command);
}

type Running = PartitionRecord & { readonly claim: Claim };
type Committing = Running & { readonly commit: Commit };

function whileRunning(record: Running, command: RunCommand): Transition {
  switch (command.kind) {
    case 'begin':
    case 'drive':
    case 'extend':
      return next({ ...record, claim: kept(record.claim, command) });
    case 'commit':
      return next({ ...record, state: 'committing', commit: commitOf(record, command.staged) });
    case 'nothing':
      return record.generation === 0 ? refused('out-of-place') : next(rested(record, record.after ?? 'published'));
    case 'fail':
      return next(failed(record, command.failure));
    case 'copy-again':
    case 'abandon':
    case 'publish':
      return refused('out-of-place');
  }
}

function whileCommitting(record: Committing, command: RunCommand): Transition {
  switch (command.kind) {
    case 'begin':
    case 'drive':
    case 'extend':
      return next({ ...record, claim: kept(record.claim, command) });
    case 'commit':
      return record.commit.staging === command.staged.staging ? unchanged(record) : refused('committing');
    case 'copy-again':
      return record.commit.jobId === command.jobId
        ? next({ ...record, commit: withAttempt(record, record.commit, record.commit.copyAttempt + 1) })
        : unchanged(record);
    case 'abandon':
      if (record.commit.jobId !== command.jobId) return refused('committing');
      return next({ ...failed(record, command.failure), copies: record.commit.copyAttempt });
    case 'publish':
      return record.commit.jobId === command.jobId ? next(published(record, command.nowMs)) : refused('committing');
    case 'nothing':
    case 'fail':
      return refused('committing');
  }
}

function expect(record: PartitionRecord): Transition {
  if (record.state === 'waiting') return unchanged(record);
  return record.claim === undefined ? next(rested(record, 'waiting')) : afterwards(record, 'waiting');
}

function restate(record: PartitionRecord): Transition {
  switch (record.state) {
    case 'running':
    case 'committing':
      return afterwards(record, 'stale');
    case 'published':
      return next(rested(record, 'stale'));
    case 'failed':
      // What failed on one generation of an input may do well on the next.
      return next(rested(record, record.generation === 0 ? 'waiting' : 'stale'));
    case 'waiting':
    case 'stale':
    case 'skipped':
      return unchanged(record);
  }
}

function skip(record: PartitionRecord): Transition {
  if (record.claim !== undefined) return refused(record.commit === undefined ? 'busy' : 'committing');
  return record.state === 'skipped' ? unchanged(record) : next(rested(record, 'skipped'));
}

function claim(record: PartitionRecord, taken: Claim, replaces: string | undefined): Transition {
  if (record.claim?.run === taken.run) return unchanged(record);
  if (record.commit !== undefined) return refused('committing');
  if (record.claim !== undefined && record.claim.run !== replaces) return refused('busy');
  if (!mayClaim(record, taken)) return refused('out-of-place');
  const { after: _after, ...rest } = record;
  return next({ ...rest, state: 'running', attempt: record.attempt + 1, claim: taken });
}

/** A person may have anything built again, and so may an erasure; by itself only what asks for it is. */
function mayClaim({ state, failure }: PartitionRecord, { reason, claimedAt }: Claim): boolean {
  if (reason === 'manual' || reason === 'erasure') return true;
  if (state === 'waiting' || state === 'stale' || state === 'running') return true;
  return state === 'failed' && reason === 'retry' && failure?.retryAt !== undefined && failure.retryAt <= claimedAt;
}

function kept(before: Claim, command: Extract<RunCommand, { readonly kind: 'begin' | 'drive' | 'extend' }>): Claim {
  const { leaseUntil } = command;
  if (command.kind === 'begin') return { ...before, leaseUntil, execution: command.execution };
  if (command.kind === 'extend') return { ...before, leaseUntil };
  const { execution: _gone, ...rest } = before;
  return { ...rest, leaseUntil, drives: before.drives + 1 };
}

function commitOf(record: PartitionRecord, staged: Staged): Commit {
  // An id of a copy job is never used for two staging tables: a stalled writer that repeats its insert finds its own job.
  return withAttempt(record, { ...staged, generation: record.generation + 1 }, (record.copies ?? 0) + 1);
}

function withAttempt(
  { endpoint, key }: PartitionRecord,
  commit: Omit<Commit, 'copyAttempt' | 'jobId'>,
  copyAttempt: number,
): Commit {
  return { ...commit, copyAttempt, jobId: publishJobId(endpoint, key, commit.generation, copyAttempt) };
}

function published(record: Committing, nowMs: number): PartitionRecord {
  const { endpoint, key, claim, commit, after } = record;
  return {
    endpoint,
    key,
    state: after ?? 'published',
    generation: commit.generation,
    rows: commit.rows,
    publishedAt: formatTimestamp(nowMs),
    codeDigest: commit.codeDigest,
    run: claim.run,
    inputs: claim.inputs,
    attempt: 0,
  };
}

function failed(record: Running, { class: kind, code, message, nowMs }: RunFailure): PartitionRecord {
  const attempts = (record.failure?.attempts ?? 0) + (kind === 'waiting' ? 0 : 1);
  const state = kind === 'waiting' || record.after !== undefined ? restingState(record) : 'failed';
  const seed = `${record.endpoint} ${record.key} ${attempts}`;
  const again = kind === 'transient' && attempts < MAX_ATTEMPTS;
  const failure: Failure = {
    class: kind,
    code,
    message,
    run: record.claim.run,
    at: formatTimestamp(nowMs),
    ...(again ? { retryAt: formatTimestamp(nowMs + retryDelayMs(attempts, seed)) } : {}),
    attempts,
  };
  return { ...rested(record, state), failure };
}

/** Where a partition goes that was not built after all, and is to be. */
function restingState({ generation, after, claim }: Running): PartitionState {
  if (generation === 0) return 'waiting';
  return after ?? (claim.reason === 'import' ? 'waiting' : 'stale');
}

function afterwards(record: PartitionRecord, after: 'waiting' | 'stale'): Transition {
  // Work for the partition itself outranks work because of an input: both end in a build that sees all there is.
  const kept = record.after === 'waiting' ? 'waiting' : after;
  return record.after === kept ? unchanged(record) : next({ ...record, after: kept });
}

/** A record with nothing under way. */
function rested(record: PartitionRecord, state: PartitionState): PartitionRecord {
  const { claim: _claim, commit: _commit, after: _after, failure: _failure, ...rest } = record;
  return { ...rest, state };
}

function next(record: PartitionRecord): Transition {
  return { kind: 'next', record };
}

function unchanged(record: PartitionRecord): Transition {
  return { kind: 'unchanged', record };
}

function refused(why: Refusal): Transition {
  return { kind: 'refused', why };
}
