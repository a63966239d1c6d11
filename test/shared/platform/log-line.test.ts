import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatLogLine, type LogFields } from '#shared/platform/log-line.ts';

const entry = { severity: 'INFO', message: 'batch answered', epochMs: 1_785_589_200_000, service: 'collect' } as const;

test('a line has the field names of Cloud Logging', () => {
  const line = formatLogLine({
    ...entry,
    fields: { count: 20, event_type: 'listening.TrackPlayed' },
    trace: 'projects/p/traces/t',
  });
  assert.deepEqual(JSON.parse(line), {
    severity: 'INFO',
    message: 'batch answered',
    time: '2026-08-01T13:00:00.000Z',
    service: 'collect',
    'logging.googleapis.com/trace': 'projects/p/traces/t',
    count: 20,
    event_type: 'listening.TrackPlayed',
  });
});

test('a field that is not declared is dropped, even when a cast let it in', () => {
  const fields = { count: 1, email: 'alice@example.com' } as LogFields;
  assert.ok(!formatLogLine({ ...entry, fields }).includes('alice'));
});

test('a value that is no name is withheld, because it might be what somebody sent', () => {
  for (const value of [
    'alice@example.com',
    'Alice Smith',
    '83.149.9.216',
    '2001:db8::1',
    'a\nb',
    '',
    'x'.repeat(201),
  ]) {
    assert.equal(
      (JSON.parse(formatLogLine({ ...entry, fields: { route: value } })) as LogFields).route,
      '[withheld]',
      value,
    );
  }
  const wrongKind = { count: 'alice' } as unknown as LogFields;
  assert.ok(!formatLogLine({ ...entry, fields: wrongKind }).includes('alice'));
});

test('routes, partitions, paths and endpoints pass', () => {
  const fields = {
    route: '/v1/events',
    partition: '2026-08-01T13',
    path: 'data.items[3].sku',
    endpoint: 'web.page_requested',
  };
  const line = JSON.parse(formatLogLine({ ...entry, fields })) as LogFields;
  for (const [name, value] of Object.entries(fields)) assert.equal((line as Record<string, unknown>)[name], value);
});
