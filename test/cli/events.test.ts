/** What `trib events` asks with: times as people say them, and watching events land in any order. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { sinceOf } from '#cli/events/since.ts';
import { Seen, tailSql } from '#cli/events/tail-query.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';

const NOW = Date.UTC(2026, 7, 1, 12);

test('since is a time, or how long ago', () => {
  assert.equal(sinceOf('90m', NOW), '2026-08-01T10:30:00.000Z');
  assert.equal(sinceOf('14d', NOW), '2026-07-18T12:00:00.000Z');
  assert.equal(sinceOf('PT30S', NOW), '2026-08-01T11:59:30.000Z');
  assert.equal(sinceOf('P1M', NOW), '2026-07-01T12:00:00.000Z');
  assert.equal(sinceOf('2026-08-01T15:00:00+02:00', NOW), '2026-08-01T13:00:00.000Z');
  for (const wrong of ['', 'yesterday', '5', '1w', "' OR TRUE"]) {
    assert.throws(
      () => sinceOf(wrong, NOW),
      (error) => error instanceof PlatformError && error.code === 'usage',
    );
  }
});

test('each event is shown once, in whatever order and however often it is found, if no more than ten seconds late', () => {
  const arrivals = fc.array(fc.record({ id: fc.nat({ max: 30 }), lateMs: fc.nat({ max: 9999 }) }), { maxLength: 60 });
  fc.assert(
    fc.property(arrivals, (found) => {
      const seen = new Seen(formatTimestamp(NOW));
      const first = new Map<number, number>();
      const shown: unknown[] = [];
      const inTime = new Set<string>();
      let [asked, newestMs] = [seen.since, NOW];
      for (const { id, lateMs } of found) {
        // The newest moves on by a second a look; an event stays where it first was.
        const atMs = first.get(id) ?? newestMs + 1000 - lateMs;
        first.set(id, atMs);
        newestMs = Math.max(newestMs, atMs);
        asked = seen.since;
        const row = {
          received_at: formatTimestamp(atMs),
          event_type: 't',
          event_id: String(id),
          event: '{"a":1,"hour":"x"}',
        };
        if (row.received_at < asked) continue;
        inTime.add(String(id));
        shown.push(...seen.take([row, row]).map((each) => each['event_id']));
      }
      assert.deepEqual(new Set(shown), inTime);
      assert.equal(shown.length, inTime.size);
    }),
  );
});

test('a line shows what is particular to an event, and no blob', () => {
  const seen = new Seen(formatTimestamp(NOW));
  const event = { track_id: 't', country: null, sealed: 'AQ==', subject: 'abc', boot: 'b', attributes: '{}' };
  const [row] = seen.take([
    { received_at: formatTimestamp(NOW), event_type: 't', event_id: '1', event: JSON.stringify(event) },
  ]);
  assert.equal(row?.['event'], '{"track_id":"t"}');
  const sql = tailSql(
    [
      { dataset: 'raw', table: 'a_b' },
      { dataset: 'raw', table: 'c_d' },
    ],
    seen.since,
  );
  assert.match(sql, /`raw\.a_b` WHERE received_at >= TIMESTAMP '2026-08-01T12:00:00\.000Z'[^]*UNION ALL[^]*`raw\.c_d`/);
});
