import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { readBatch } from '#shared/events/batch.ts';
import { readEnvelope, subjectIdOf } from '#shared/events/envelope.ts';
import { MAX_EVENTS_PER_BATCH } from '#shared/events/limits.ts';
import { isKept, type Verdict, wireVerdict } from '#shared/events/verdict.ts';

const good = {
  id: 'e1',
  type: 'music.Played',
  occurredAt: '2026-08-01T13:00:00.123456Z',
  userId: 'u1',
  data: { a: 1 },
};

function pathOf(change: { readonly [key: string]: unknown }): string | undefined {
  const result = readEnvelope({ ...good, ...change });
  assert.ok(result.kind === 'refused', JSON.stringify(change));
  assert.equal(result.rejection.code, 'invalid_envelope');
  return result.rejection.path;
}

test('an envelope is read with its times to the microsecond', () => {
  const result = readEnvelope({ ...good, anonymousId: 'v1', consent: { analytics: true }, context: { anything: [1] } });
  assert.deepEqual(result, {
    kind: 'read',
    envelope: {
      id: 'e1',
      type: 'music.Played',
      occurredAt: { epochMs: Date.UTC(2026, 7, 1, 13, 0, 0, 123), micros: 456 },
      userId: 'u1',
      anonymousId: 'v1',
      consent: { analytics: true },
      data: { a: 1 },
    },
  });
});

test('each field of the envelope is refused by its own name', () => {
  assert.equal(pathOf({ id: '' }), 'id');
  assert.equal(pathOf({ id: 'x'.repeat(101) }), 'id');
  assert.equal(pathOf({ id: 5 }), 'id');
  assert.equal(pathOf({ type: null }), 'type');
  assert.equal(pathOf({ occurredAt: '2026-08-01' }), 'occurredAt');
  assert.equal(pathOf({ occurredAt: 1_785_589_200 }), 'occurredAt');
  assert.equal(pathOf({ userId: '' }), 'userId');
  assert.equal(pathOf({ userId: 'x'.repeat(257) }), 'userId');
  assert.equal(pathOf({ anonymousId: ['a'] }), 'anonymousId');
  assert.equal(pathOf({ consent: ['analytics'] }), 'consent');
  assert.equal(pathOf({ consent: { analytics: 'yes' } }), 'consent');
  assert.equal(pathOf({ data: [] }), 'data');
  assert.equal(pathOf({ data: null }), 'data');
  assert.equal(pathOf({ userId: 'a\ud800' }), 'userId');
});

test('a user cannot pass for a visitor', () => {
  assert.equal(pathOf({ userId: 'anon:v1' }), 'userId');
  const visitor = readEnvelope({ ...good, userId: null, anonymousId: 'v1' });
  assert.ok(visitor.kind === 'read');
  assert.equal(subjectIdOf(visitor.envelope), 'anon:v1');
  const both = readEnvelope({ ...good, anonymousId: 'v1' });
  assert.ok(both.kind === 'read');
  assert.equal(subjectIdOf(both.envelope), 'u1');
});

test('no JSON makes the readers throw, and no refusal quotes it', () => {
  const canary = 'alice@example.com';
  const anyValue = fc.oneof(fc.jsonValue(), fc.constant(canary), fc.constant({ [canary]: canary }));
  const anyEvent = fc.record(
    {
      id: anyValue,
      type: anyValue,
      occurredAt: anyValue,
      userId: anyValue,
      anonymousId: anyValue,
      consent: anyValue,
      data: anyValue,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(anyEvent, anyValue), (value) => {
      const result = readEnvelope(JSON.parse(JSON.stringify(value)));
      if (result.kind === 'refused') assert.ok(!JSON.stringify(result.rejection).includes(canary));
    }),
    { numRuns: 1000 },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.jsonValue().map((value) => Buffer.from(JSON.stringify({ events: [], sentAt: value, [canary]: 1 }))),
      ),
      (body) => {
        const result = readBatch(body);
        if (result.kind === 'refused') assert.ok(!result.message.includes(canary));
      },
    ),
    { numRuns: 1000 },
  );
});

test('a batch is read from UTF-8 JSON within its count', () => {
  const read = (body: unknown): ReturnType<typeof readBatch> => readBatch(Buffer.from(JSON.stringify(body)));
  assert.deepEqual(read({ sentAt: '2026-08-01T13:00:00Z', import: '0198f6d2-7b1c', events: [1] }), {
    kind: 'read',
    batch: { sentAtMs: Date.UTC(2026, 7, 1, 13), importId: '0198f6d2-7b1c', events: [1] },
    writeKey: undefined,
  });
  assert.equal(read({ events: [] }).kind, 'read');
  for (const bad of [
    [],
    null,
    'x',
    {},
    { events: {} },
    { events: [], sentAt: 'now' },
    { events: [], import: '../x' },
    { events: [], import: 5 },
  ]) {
    const result = read(bad);
    assert.ok(result.kind === 'refused' && result.code === 'malformed_body', JSON.stringify(bad));
  }
  const many = read({ events: Array(MAX_EVENTS_PER_BATCH + 1).fill(0) });
  assert.ok(many.kind === 'refused' && many.code === 'too_many_events');
  assert.match(many.message, /2501 events; 2500 are allowed/);
  assert.equal(readBatch(Buffer.from([0x7b, 0xff, 0x7d])).kind, 'refused');
});

test('a verdict has its documented form on the wire', () => {
  const cases: readonly (readonly [Verdict, object])[] = [
    [
      { kind: 'accepted', ignored: 0 },
      { id: 'e1', status: 'accepted' },
    ],
    [
      { kind: 'accepted', ignored: 2 },
      { id: 'e1', status: 'accepted', hint: '2 fields are not declared and were not stored.' },
    ],
    [{ kind: 'duplicate' }, { id: 'e1', status: 'duplicate' }],
    [
      { kind: 'rejected', code: 'out_of_range', path: 'data.ms', hint: 'Send less.' },
      { id: 'e1', status: 'rejected', code: 'out_of_range', path: 'data.ms', hint: 'Send less.' },
    ],
    [
      { kind: 'retry', code: 'publish_failed' },
      { id: 'e1', status: 'retry', code: 'publish_failed', hint: 'Send it again after Retry-After.' },
    ],
  ];
  for (const [verdict, wire] of cases) assert.deepEqual(wireVerdict('e1', verdict), wire);
  assert.equal(wireVerdict(undefined, { kind: 'rejected', code: 'invalid_envelope' }).id, null);
});

test('what a subject refused leaves no record', () => {
  assert.ok(isKept('wrong_type'));
  for (const code of ['consent_missing', 'consent_refused', 'subject_erased', 'purpose_withdrawn'] as const)
    assert.ok(!isKept(code));
});
