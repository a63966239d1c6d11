import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditFact, encodeFact, publishedFacts, runEndedFact } from '#shared/metadata/facts.ts';
import { careOf, newCloser, parseCloser, seenCloser } from '#shared/metadata/closer-record.ts';
import { parseRunRecord, type RunRecord } from '#shared/metadata/run-record.ts';
import { partitionObject, partitionOfObject, slotObject } from '#shared/metadata/state-objects.ts';
import { parseId } from '#shared/platform/ids.ts';
import { LEASE_MS, START_GRACE_MS, WATCH_AFTER_MS } from '#shared/pipelines/run-timing.ts';
import type { Commit, PartitionRecord } from '#shared/pipelines/partition-record.ts';
import { id, key } from '#test/shared/pipelines/memory-view.ts';

const name = { endpoint: id('music.daily'), key: key('2026-08-01') };
const run = { ...name, run: 'r1' };
const AT = Date.UTC(2026, 7, 2, 1);

test('an object leads back to its partition, and no other object does', () => {
  assert.equal(partitionObject(name), 'partitions/music.daily/2026-08-01');
  assert.deepEqual(partitionOfObject('partitions/music.daily/2026-08-01'), name);
  for (const other of [
    'partitions/music.daily/',
    'partitions/Music/2026-08-01',
    'runs/music.daily/2026-08-01',
    'partitions/music.daily/2026-8-1',
  ])
    assert.equal(partitionOfObject(other), undefined);
  assert.ok(slotObject('default', 9) < slotObject('default', 10));
});

test('a fact told twice has one id, whoever tells it and when', () => {
  const record: PartitionRecord = {
    ...name,
    state: 'committing',
    generation: 1,
    rows: 4,
    inputs: [],
    attempt: 1,
    claim: {
      run: 'r1',
      reason: 'stale',
      claimedAt: '2026-08-02T00:59:00.000Z',
      leaseUntil: '2026-08-02T01:09:00.000Z',
      drives: 1,
      inputs: [{ endpoint: id('music.played'), key: key('2026-08-01T05'), generation: 3 }],
      catalog: parseId('catalog', 'a'.repeat(64))!,
    },
  };
  const commit: Commit = { generation: 2, staging: 's', rows: 5, codeDigest: 'c', copyAttempt: 1, jobId: 'j' };
  const [published, lineage, ...none] = publishedFacts(record, commit, AT);
  assert.deepEqual(none, []);
  assert.equal(publishedFacts(record, commit, AT + 1)[0]?.id, published?.id);
  assert.deepEqual(JSON.parse(encodeFact(published!).toString()), {
    fact_id: 'partition.published/music.daily/2026-08-01/2',
    kind: 'partition.published',
    at: '2026-08-02T01:00:00.000Z',
    endpoint: 'music.daily',
    partition_key: '2026-08-01',
    generation: 2,
    run: 'r1',
    body: '{"rows":5,"reason":"stale","claimedAt":"2026-08-02T00:59:00.000Z","codeDigest":"c"}',
  });
  assert.deepEqual(lineage?.body, { inputs: [{ endpoint: 'music.played', key: '2026-08-01T05', generation: 3 }] });
  const counts = { rows: 5, outside: 0, checks: [{ name: 'a', severity: 'warn' as const, count: 2 }] };
  assert.equal(auditFact(run, counts, AT).id, 'audit.counted/music.daily/2026-08-01/r1');
});

test('a run is stored as it ended, and told as a fact', () => {
  const record: RunRecord = {
    ...run,
    reason: 'due',
    outcome: 'failed',
    startedAt: '2026-08-02T00:59:00.000Z',
    endedAt: '2026-08-02T01:00:00.000Z',
    code: 'query_failed',
    message: 'no',
  };
  assert.deepEqual(parseRunRecord(Buffer.from(JSON.stringify(record))), record);
  assert.equal(parseRunRecord(Buffer.from('{}')), undefined);
  assert.equal(runEndedFact(run, record, AT).id, 'run.ended/music.daily/2026-08-01/r1');
});

test('a closer that never calls is replaced, one that called is asked after', () => {
  const closer = newCloser('c1', AT);
  assert.deepEqual(parseCloser(Buffer.from(JSON.stringify(closer))), closer);
  assert.equal(careOf(closer, AT + START_GRACE_MS - 1).kind, 'leave');
  assert.equal(careOf(closer, AT + START_GRACE_MS).kind, 'replace');
  const seen = seenCloser(closer, 'e1', AT + 1000);
  assert.equal(seenCloser(seen, 'e1', AT + 2000), seen, 'nothing is written while the lease is fresh');
  assert.notEqual(seenCloser(seen, 'e1', AT + LEASE_MS).leaseUntil, seen.leaseUntil);
  assert.equal(careOf(seen, AT + WATCH_AFTER_MS - 1).kind, 'leave');
  assert.deepEqual(careOf(seen, AT + WATCH_AFTER_MS), { kind: 'ask', execution: 'e1' });
});
