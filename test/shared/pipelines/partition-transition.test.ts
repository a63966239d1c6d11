import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { type EndpointId, parseId } from '#shared/platform/ids.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';
import { parsePartitionKey } from '#shared/pipelines/partition-key.ts';
import {
  type Claim,
  newRecord,
  parsePartitionRecord,
  type PartitionName,
  type PartitionRecord,
} from '#shared/pipelines/partition-record.ts';
import { labelsOf, readSummary, summaryOf } from '#shared/pipelines/partition-summary.ts';
import { type PartitionCommand, type Transition, transition } from '#shared/pipelines/partition-transition.ts';
import { MAX_ATTEMPTS, retryDelayMs } from '#shared/pipelines/run-timing.ts';

const NOW_MS = Date.UTC(2026, 7, 1, 12);
const NAME: PartitionName = {
  endpoint: parseId('endpoint', 'listening.daily_plays') as EndpointId,
  key: parsePartitionKey('2026-07-31')!,
};
const CATALOG = parseId('catalog', 'a'.repeat(64))!;
const RUNS = ['r1', 'r2', 'r3'] as const;

function claimOf(run: string, reason: Claim['reason'] = 'manual', nowMs = NOW_MS): Claim {
  return {
    run,
    reason,
    claimedAt: formatTimestamp(nowMs),
    leaseUntil: formatTimestamp(nowMs + 600_000),
    drives: 1,
    inputs: [],
    catalog: CATALOG,
  };
}

function staged(run: string): { staging: string; rows: number; codeDigest: string } {
  return { staging: `staging.${run}`, rows: 7, codeDigest: 'c' };
}

/** The record after commands that must all be taken. */
function after(...commands: readonly PartitionCommand[]): PartitionRecord {
  let record: PartitionRecord | undefined;
  for (const command of commands) {
    const result = transition(NAME, record, command);
    assert.notEqual(result.kind, 'refused', `${command.kind} after ${record?.state ?? 'nothing'}`);
    record = result.kind === 'refused' ? record : result.record;
  }
  assert.ok(record !== undefined);
  return record;
}

const claim = (run: string, reason: Claim['reason'] = 'due'): PartitionCommand => ({
  kind: 'claim',
  claim: claimOf(run, reason),
});
const commit = (run: string): PartitionCommand => ({ kind: 'commit', run, staged: staged(run) });
const publish = (run: string, jobId: string): PartitionCommand => ({ kind: 'publish', run, jobId, nowMs: NOW_MS });
const fail = (run: string, kind: 'waiting' | 'transient' | 'permanent'): PartitionCommand => ({
  kind: 'fail',
  run,
  failure: { class: kind, code: 'query_failed', message: 'no', nowMs: NOW_MS },
});

const JOB = 'publish_listening__daily_plays_2026-07-31_1_1';

test('a partition is claimed, committed and published, and says what it is made of', () => {
  const record = after(claim('r1'), commit('r1'), publish('r1', JOB));
  assert.deepEqual(record, {
    ...NAME,
    state: 'published',
    generation: 1,
    rows: 7,
    publishedAt: '2026-08-01T12:00:00.000Z',
    codeDigest: 'c',
    run: 'r1',
    inputs: [],
    attempt: 0,
  });
});

test('whoever holds a partition is not pushed aside, unless found abandoned', () => {
  const record = after(claim('r1'));
  assert.deepEqual(transition(NAME, record, claim('r2')), { kind: 'refused', why: 'busy' });
  const over = transition(NAME, record, { kind: 'claim', claim: claimOf('r2'), replaces: 'r1' });
  assert.equal(over.kind === 'next' && over.record.claim?.run, 'r2');
  const late = transition(NAME, over.kind === 'next' ? over.record : undefined, commit('r1'));
  assert.deepEqual(late, { kind: 'refused', why: 'superseded' });
});

test('a commit under way can only be driven on', () => {
  const record = after(claim('r1'), commit('r1'));
  const refused: readonly PartitionCommand[] = [
    claim('r2'),
    { kind: 'claim', claim: claimOf('r2'), replaces: 'r1' },
    fail('r1', 'permanent'),
    { kind: 'nothing', run: 'r1' },
    { kind: 'skip' },
    publish('r1', 'publish_listening__daily_plays_2026-07-31_1_2'),
    { kind: 'commit', run: 'r1', staged: staged('r2') },
  ];
  for (const command of refused) assert.equal(transition(NAME, record, command).kind, 'refused', command.kind);
  const again = transition(NAME, record, { kind: 'copy-again', run: 'r1', jobId: JOB });
  assert.equal(again.kind === 'next' && again.record.commit?.jobId, 'publish_listening__daily_plays_2026-07-31_1_2');
});

test('the id of a copy job is spent once it was made, even when its commit was given up', () => {
  const record = after(
    claim('r1'),
    commit('r1'),
    { kind: 'abandon', run: 'r1', jobId: JOB, failure: { class: 'permanent', code: 'x', message: 'y', nowMs: NOW_MS } },
    claim('r2', 'manual'),
    commit('r2'),
  );
  assert.equal(record.commit?.jobId, 'publish_listening__daily_plays_2026-07-31_1_2');
});

test('what changes under a run is built again after it', () => {
  const stale = after(claim('r1'), commit('r1'), { kind: 'restate' }, publish('r1', JOB));
  assert.equal(stale.state, 'stale');
  const touched = after(claim('r1'), { kind: 'expect' }, { kind: 'restate' }, commit('r1'), publish('r1', JOB));
  assert.equal(touched.state, 'waiting');
  assert.equal(after(claim('r1'), { kind: 'expect' }, claim('r1')).after, 'waiting');
});

test('failures: waiting takes no attempt, transient ones come back later each time, permanent ones stay', () => {
  const waiting = after(claim('r1'), fail('r1', 'waiting'));
  assert.equal(waiting.state, 'waiting');
  assert.equal(waiting.failure?.attempts, 0);
  let record = after(claim('r1'), fail('r1', 'transient'));
  assert.equal(record.state, 'failed');
  for (let attempt = 2; attempt < MAX_ATTEMPTS; attempt += 1) {
    const retryMs = Date.parse(record.failure?.retryAt ?? '');
    assert.ok(retryMs > NOW_MS);
    const early = transition(NAME, record, { kind: 'claim', claim: claimOf('rx', 'retry') });
    assert.deepEqual(early, { kind: 'refused', why: 'out-of-place' });
    const taken = transition(NAME, record, { kind: 'claim', claim: claimOf('rx', 'retry', retryMs) });
    assert.ok(taken.kind === 'next');
    const again = transition(NAME, taken.record, fail('rx', 'transient'));
    assert.ok(again.kind === 'next');
    record = again.record;
    assert.equal(record.failure?.attempts, attempt);
  }
  const permanent = after(claim('r1'), fail('r1', 'permanent'));
  assert.equal(permanent.failure?.retryAt, undefined);
  assert.equal(after(claim('r1'), fail('r1', 'permanent'), { kind: 'restate' }).state, 'waiting');
});

test('pauses grow fourfold to a quarter of an hour, and are the same whoever computes them', () => {
  const delays = [1, 2, 3, 4, 5, 6].map((attempts) => retryDelayMs(attempts, 'x'));
  assert.deepEqual(
    delays,
    [...delays].sort((a, b) => a - b),
  );
  assert.ok((delays[0] ?? 0) >= 2000 && (delays[0] ?? 0) <= 2500);
  assert.ok((delays[5] ?? 0) <= 15 * 60_000 * 1.25);
  assert.equal(retryDelayMs(3, 'x'), retryDelayMs(3, 'x'));
});

test('a run that found nothing new leaves the generation as it is', () => {
  const record = after(claim('r1'), commit('r1'), publish('r1', JOB), { kind: 'expect' }, claim('r2', 'import'), {
    kind: 'nothing',
    run: 'r2',
  });
  assert.deepEqual([record.state, record.generation, record.run], ['published', 1, 'r1']);
  assert.deepEqual(transition(NAME, after(claim('r1')), { kind: 'nothing', run: 'r1' }), {
    kind: 'refused',
    why: 'out-of-place',
  });
});

const run = fc.constantFrom(...RUNS);
const anyCommand: fc.Arbitrary<PartitionCommand> = fc.oneof(
  fc.constant<PartitionCommand>({ kind: 'expect' }),
  fc.constant<PartitionCommand>({ kind: 'restate' }),
  fc.constant<PartitionCommand>({ kind: 'skip' }),
  fc.record({
    kind: fc.constant('claim' as const),
    claim: fc
      .tuple(run, fc.constantFrom('due', 'manual', 'retry', 'import', 'stale'))
      .map(([r, reason]) => claimOf(r, reason)),
    replaces: fc.option(run, { nil: undefined }),
  }),
  fc.record({
    kind: fc.constant('begin' as const),
    run,
    execution: fc.constantFrom('e1', 'e2'),
    leaseUntil: fc.constant('2026-08-01T13:00:00.000Z'),
  }),
  fc.record({
    kind: fc.constantFrom('drive' as const, 'extend' as const),
    run,
    leaseUntil: fc.constant('2026-08-01T14:00:00.000Z'),
  }),
  run.map((r): PartitionCommand => commit(r)),
  run.map((r): PartitionCommand => ({ kind: 'nothing', run: r })),
  fc.tuple(run, fc.constantFrom('waiting', 'transient', 'permanent')).map(([r, kind]) => fail(r, kind as 'waiting')),
);

test('every command is answered in every state, and what comes of it is a whole record', () => {
  fc.assert(
    fc.property(fc.array(anyCommand, { maxLength: 30 }), (commands) => {
      let record: PartitionRecord | undefined;
      for (const command of commands) {
        const result = transition(NAME, record, command);
        if (result.kind === 'refused') continue;
        check(record, result, command);
        record = result.record;
      }
    }),
  );
});

function check(
  before: PartitionRecord | undefined,
  result: Exclude<Transition, { kind: 'refused' }>,
  command: PartitionCommand,
): void {
  const { record } = result;
  const stored: unknown = JSON.parse(JSON.stringify(record));
  assert.deepEqual(parsePartitionRecord(stored), stored);
  const summary = summaryOf(record);
  assert.deepEqual(readSummary(labelsOf(summary)), summary);
  assert.equal(record.claim !== undefined, record.state === 'running' || record.state === 'committing');
  assert.equal(record.commit !== undefined, record.state === 'committing');
  assert.ok(record.after === undefined || record.claim !== undefined);
  assert.equal(record.generation, before?.generation ?? 0);
  if (before?.state === 'committing') assert.equal(record.state, 'committing');
  if (result.kind === 'unchanged') assert.deepEqual(record, before ?? newRecord(NAME));
  // Whatever is repeated because its answer was lost changes nothing more, or is refused.
  const again = transition(NAME, record, command);
  if (again.kind === 'next' && command.kind !== 'drive') assert.deepEqual(again.record, record, command.kind);
}

/**
 * Writers that stall anywhere: each step takes a decision, and whatever a writer was about to do to the warehouse may be done
 * at any later step, or never. A copy job is made once for an id; the table holds what the last copy job that ran left there.
 */
test('a stalled writer never overwrites a newer generation, whatever is delayed, repeated or lost', () => {
  const step = fc.record({ actor: fc.nat(5), does: fc.nat(9), pick: fc.nat(20) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 150 }), (steps) => {
      const world = createWarehouse();
      let runs = 0;
      for (const { does, pick } of steps) {
        const { record } = world;
        const held = record?.claim?.run;
        if (does === 0) world.apply(claim(`run${(runs += 1)}`, 'manual'));
        else if (does === 1) world.apply({ kind: 'claim', claim: claimOf(`run${(runs += 1)}`), replaces: held });
        else if (does === 2 && held !== undefined) world.apply(commit(held));
        else if (does === 3) world.intend();
        else if (does === 4 || does === 5) world.insert(pick);
        else if (does === 6) world.runJob(pick, 'well');
        else if (does === 7) world.runJob(pick, 'badly');
        else if (does === 8) world.drive();
        else world.apply({ kind: 'restate' });
        world.check();
      }
    }),
    { numRuns: 500 },
  );
});

interface Job {
  readonly staging: string;
  state: 'pending' | 'done' | 'failed';
}

function createWarehouse() {
  const jobs = new Map<string, Job>();
  const intended: { id: string; staging: string }[] = [];
  const stagingOf = new Map<string, string>();
  let table: string | undefined;
  let record: PartitionRecord | undefined;
  let generation = 0;
  let content: string | undefined;
  const world = {
    get record() {
      return record;
    },
    apply(command: PartitionCommand) {
      const result = transition(NAME, record, command);
      if (result.kind !== 'refused') record = result.record;
    },
    /** A writer reads the commit and goes off to insert its job. */
    intend() {
      if (record?.commit !== undefined) intended.push({ id: record.commit.jobId, staging: record.commit.staging });
    },
    insert(pick: number) {
      const job = intended[pick % Math.max(intended.length, 1)];
      if (job !== undefined && !jobs.has(job.id)) jobs.set(job.id, { staging: job.staging, state: 'pending' });
    },
    runJob(pick: number, how: 'well' | 'badly') {
      const pending = [...jobs.values()].filter(({ state }) => state === 'pending');
      const job = pending[pick % Math.max(pending.length, 1)];
      if (job === undefined) return;
      job.state = how === 'well' ? 'done' : 'failed';
      if (how === 'well') table = job.staging;
    },
    /** Whoever drives the commit looks at its job. */
    drive() {
      const commit = record?.commit;
      const held = record?.claim?.run;
      if (commit === undefined || held === undefined) return;
      const job = jobs.get(commit.jobId);
      if (job?.state === 'done') world.apply(publish(held, commit.jobId));
      else if (job?.state === 'failed' && commit.copyAttempt < 3)
        world.apply({ kind: 'copy-again', run: held, jobId: commit.jobId });
      else if (job?.state === 'failed') {
        const failure = { class: 'transient' as const, code: 'x', message: 'y', nowMs: NOW_MS };
        world.apply({ kind: 'abandon', run: held, jobId: commit.jobId, failure });
      }
    },
    check() {
      if (record === undefined) return;
      if (record.generation !== generation) {
        assert.equal(record.generation, generation + 1);
        ({ generation } = record);
        content = `staging.${record.run}`;
      }
      if (record.commit !== undefined) {
        const known = stagingOf.get(record.commit.jobId);
        assert.ok(known === undefined || known === record.commit.staging, 'one id, one staging table');
        stagingOf.set(record.commit.jobId, record.commit.staging);
      } else {
        assert.equal(table, content, 'the table holds the published generation');
      }
    },
  };
  return world;
}
