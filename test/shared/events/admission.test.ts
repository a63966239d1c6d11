import assert from 'node:assert/strict';
import { test } from 'node:test';
import { admit, type AdmissionRules, admissionRulesOf } from '#shared/events/admission.ts';
import { type Envelope, readEnvelope } from '#shared/events/envelope.ts';
import { FAILED_EVENT_COLUMNS, failedEventRow } from '#shared/events/failed-event.ts';
import { rawRow, settle } from '#shared/events/raw-row.ts';
import { compileValidator } from '#shared/events/validator.ts';
import { rawColumns } from '#shared/catalog/event-columns.ts';
import { durationOf } from '#shared/platform/duration.ts';
import { parseId } from '#shared/platform/ids.ts';
import { compiled, eventTypeOf, filesWith, PLAYED } from '../catalog/declarations.ts';

const eventType = eventTypeOf(PLAYED);
const catalog = compiled(filesWith({}));
const { platform } = catalog;
const purpose = platform.purposes[eventType.purpose]!;
const rules: AdmissionRules = {
  eventType,
  purpose,
  retention: durationOf(eventType.retention),
  validate: compileValidator(eventType),
};
const receivedAtMs = Date.UTC(2026, 7, 1, 13);
const arrival = { receivedAtMs, historical: false };

function envelope(change: { readonly [key: string]: unknown } = {}): Envelope {
  const result = readEnvelope({
    id: 'e1',
    type: 'music.Played',
    occurredAt: '2026-08-01T12:59:00.000001Z',
    userId: 'u1',
    consent: { analytics: true },
    data: { track: 't', ms: 5, email: 'a@example.com', ip: '192.0.2.17' },
    ...change,
  });
  assert.ok(result.kind === 'read');
  return result.envelope;
}

function codeOf(change: { readonly [key: string]: unknown }, changed: Partial<AdmissionRules> = {}): string {
  const result = admit(envelope(change), arrival, { ...rules, ...changed });
  return result.kind === 'rejected' ? `${result.code} ${result.path ?? ''}` : result.kind;
}

test('an event is judged by subject, consent, age and data, in this order', () => {
  assert.equal(codeOf({}), 'admitted');
  assert.equal(codeOf({ userId: null }), 'missing_subject userId');
  assert.equal(codeOf({ userId: null, anonymousId: 'v1' }), 'admitted');
  assert.equal(codeOf({ consent: null }), 'consent_missing consent');
  assert.equal(codeOf({ consent: { account: true } }), 'consent_missing consent');
  assert.equal(codeOf({ consent: { analytics: false } }), 'consent_refused consent');
  assert.equal(codeOf({ occurredAt: '2024-08-01T12:59:00Z' }), 'too_old occurredAt');
  assert.equal(codeOf({ data: { track: 5 } }), 'wrong_type data.track');
  assert.equal(
    codeOf({ userId: null, consent: null, occurredAt: '2024-08-01T12:59:00Z', data: {} }),
    'missing_subject userId',
  );
});

test('of a sampled type the events of some subjects are kept, whole and always the same', () => {
  const sampled = { eventType: { ...eventType, sampling: 0.25 } };
  const users = Array.from({ length: 4000 }, (_, index) => `user-${index}`);
  const kept = users.filter((userId) => codeOf({ userId }, sampled) === 'admitted');
  assert.ok(Math.abs(kept.length - 1000) < 120, `${kept.length} of 4000`);
  for (const userId of kept.slice(0, 50)) assert.equal(codeOf({ userId, id: 'other' }, sampled), 'admitted');
  const larger = { eventType: { ...eventType, sampling: 0.5 } };
  assert.ok(kept.every((userId) => codeOf({ userId }, larger) === 'admitted'));
  const left = users.find((userId) => !kept.includes(userId));
  // Ahead of the data: what is kept of failed events is a sample, too.
  assert.equal(codeOf({ userId: left, data: {} }, sampled), 'not_sampled ');
});

test('of a sampled type about nobody some events are kept', () => {
  const sampled = { eventType: { ...eventType, subject: 'none' as const, sampling: 0.5 } };
  const kept = Array.from({ length: 1000 }, (_, index) => codeOf({ id: `e${index}` }, sampled));
  const count = kept.filter((code) => code === 'admitted').length;
  assert.ok(Math.abs(count - 500) < 80, `${count} of 1000`);
});

test('the rules of a catalog are found by the name of the event type', () => {
  const all = admissionRulesOf(catalog);
  assert.deepEqual([...all.keys()], ['music.Played']);
  const found = all.get('music.Played');
  assert.ok(found !== undefined);
  assert.equal(admit(envelope(), arrival, found).kind, 'admitted');
});

test('a purpose without consent takes silence and obeys a no', () => {
  const account = { purpose: { ...purpose, consentRequired: false } };
  assert.equal(codeOf({ consent: null }, account), 'admitted');
  assert.equal(codeOf({ consent: { analytics: false } }, account), 'consent_refused consent');
});

test('an event type about nobody needs no subject and keeps none', () => {
  const result = admit(envelope(), arrival, { ...rules, eventType: { ...eventType, subject: 'none' } });
  assert.ok(result.kind === 'admitted');
  assert.equal(result.subjectId, undefined);
});

test('a row has only columns of its table, and nothing that was sent of the person', () => {
  const admitted = admit(envelope(), arrival, rules);
  assert.ok(admitted.kind === 'admitted');
  for (const pending of admitted.data.pending) settle(pending, pending.action === 'ip-prefix' ? '192.0.2.0/24' : null);
  const row = rawRow({
    eventType,
    occurredAt: envelope().occurredAt,
    sentAt: '2026-08-01T12:59:59.000Z',
    eventTimeMs: admitted.eventTimeMs,
    receivedAtMs,
    late: false,
    future: admitted.future,
    byBot: false,
    identity: {
      eventId: 'EVENT',
      fingerprint: 'PRINT',
      subject: 'SUBJECT',
      visitor: null,
      sealed: new Uint8Array([1, 2, 3]),
    },
    stamp: { boot: parseId('boot', 'boot-aaaa')!, sequence: 7 },
    data: admitted.data,
  });
  assert.deepEqual(row, {
    received_at: '2026-08-01T13:00:00.000Z',
    event_id: 'EVENT',
    event_type: 'music.Played',
    schema_version: eventType.declaration.slice(0, 12),
    occurred_at: '2026-08-01T12:59:00.000001Z',
    event_time: '2026-08-01T12:59:00.000Z',
    late: false,
    future: false,
    by_bot: false,
    fingerprint: 'PRINT',
    boot: 'boot-aaaa',
    sent_at: '2026-08-01T12:59:59.000Z',
    sequence: 7,
    subject: 'SUBJECT',
    sealed: 'AQID',
    track: 't',
    ms: 5,
    ip: '192.0.2.0/24',
  });
  const columns = new Set(rawColumns(eventType.fields, platform).map(({ name }) => name));
  for (const column of Object.keys(row)) assert.ok(columns.has(column), column);
  assert.ok(!/u1|a@example\.com|192\.0\.2\.17|"e1"/.test(JSON.stringify(row)));
});

test('a failed event says why and where, and keeps the original only sealed', () => {
  const row = failedEventRow({
    id: 'boot-1',
    failedAtMs: receivedAtMs,
    sentAtMs: receivedAtMs,
    sdk: 'tributary-js/0.1.0',
    release: '9.4.12',
    eventType: eventType.id,
    code: 'wrong_type',
    path: 'data.track',
    declaration: eventType.declaration,
    writeKeyId: 'key-1',
    sealed: new Uint8Array([9]),
    key: { kind: 'subject', token: 'TOKEN' },
  });
  assert.deepEqual(row, {
    failed_id: 'boot-1',
    sent_at: '2026-08-01T13:00:00.000Z',
    sdk: 'tributary-js/0.1.0',
    release: '9.4.12',
    failed_at: '2026-08-01T13:00:00.000Z',
    code: 'wrong_type',
    write_key: 'key-1',
    sealed: 'CQ==',
    event_type: 'music.Played',
    path: 'data.track',
    declaration: eventType.declaration,
    subject: 'TOKEN',
  });
  const unread = failedEventRow({
    id: 'boot-1',
    failedAtMs: receivedAtMs,
    code: 'invalid_envelope',
    writeKeyId: 'key-1',
    sealed: new Uint8Array([9]),
    key: { kind: 'day', day: '2026-08-01' },
  });
  assert.equal(unread['day_key'], '2026-08-01');
  const columns = new Set(FAILED_EVENT_COLUMNS.map(({ name }) => name));
  for (const column of [...Object.keys(row), ...Object.keys(unread)]) assert.ok(columns.has(column), column);
});
