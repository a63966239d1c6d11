import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { freshnessOf } from '#shared/metadata/freshness.ts';
import { lateFrom, nextOfCalendar, upstreamOf } from '#shared/metadata/next-change.ts';
import type { Endpoint } from '#shared/catalog/endpoint.ts';
import type { Moment } from '#shared/pipelines/horizon.ts';
import {
  at,
  catalogWith,
  dailyPipeline,
  endpointIn,
  moment,
  pipeline,
  type Stored,
} from '#test/shared/pipelines/memory-view.ts';

const SLO = 'slo: {deadline: "06:00", timezone: Europe/Stockholm, objective: 0.99}';
const catalog = catalogWith(
  dailyPipeline(`schedule: "30 6 * * 1-5"\noffset: PT1H7S\n${SLO}`),
  pipeline('music/copy', 'music.daily'),
);
const FIRST = { 'music.played': '2026-08-01T00:10:00Z' };
const START_MS = at('2026-08-01T00:00:00Z');
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function until(now: Moment, endpoint: Endpoint): number {
  const { missing } = freshnessOf(now, endpoint);
  return Math.min(
    lateFrom(missing?.promisedMs, now.nowMs),
    ...[endpoint, ...upstreamOf(catalog, endpoint)].map((one) => nextOfCalendar(one, now)),
  );
}

function storedUntil(count: number, gaps: readonly number[]): Stored {
  const hours = Array.from({ length: count }, (_, index) => index).filter((index) => !gaps.includes(index));
  const published = hours.map((index) => [
    `music.played ${new Date(START_MS + index * HOUR_MS).toISOString().slice(0, 13)}`,
    { publishedMs: START_MS },
  ]);
  return { ...Object.fromEntries(published), 'music.daily 2026-08-02': { state: 'failed', generation: 0 } };
}

test('what is said of an endpoint stays true until a calendar or a promise makes a difference', () => {
  // Published up to some hour, with gaps, and looked at in the hours or days after it.
  const published = fc.record({
    until: fc.integer({ min: 0, max: 72 }),
    gaps: fc.array(fc.integer({ min: 0, max: 71 }), { maxLength: 3 }),
  });
  const aheadMs = fc.oneof(fc.integer({ min: 0, max: 3 * HOUR_MS }), fc.integer({ min: 0, max: 5 * DAY_MS }));
  fc.assert(
    fc.property(
      published,
      aheadMs,
      fc.integer({ min: 0, max: 999 }),
      fc.constantFrom('music.played', 'music.daily', 'music.copy'),
      ({ until: count, gaps }, ahead, thousandths, name) => {
        const nowMs = START_MS + count * HOUR_MS + ahead;
        const now = moment(catalog, new Date(nowMs).toISOString(), storedUntil(count, gaps), FIRST);
        const endpoint = endpointIn(catalog, name);
        const untilMs = until(now, endpoint);
        assert.ok(untilMs > now.nowMs);
        const laterMs = now.nowMs + Math.floor((thousandths / 1000) * (untilMs - now.nowMs));
        assert.deepEqual(freshnessOf({ ...now, nowMs: laterMs }, endpoint), freshnessOf(now, endpoint));
      },
    ),
    { numRuns: 400 },
  );
});

test('a calendar makes a difference when a partition ends and when one falls due, and `all` only once', () => {
  const daily = endpointIn(catalog, 'music.daily');
  const next = (text: string): string =>
    new Date(nextOfCalendar(daily, moment(catalog, text, {}, FIRST))).toISOString();
  assert.equal(next('2026-08-03T12:00:00Z'), '2026-08-04T00:00:00.000Z');
  // Monday's partition is due by Tuesday's schedule.
  assert.equal(next('2026-08-04T06:29:59Z'), '2026-08-04T06:30:00.000Z');
  const all = { ...endpointIn(catalog, 'music.daily'), grain: 'all' } as Endpoint;
  assert.equal(nextOfCalendar(all, moment(catalog, '2026-08-04T07:00:00Z', {}, FIRST)), Infinity);
});

test('upstream is everything that an endpoint is made of, however far away, once', () => {
  const ids = upstreamOf(catalog, endpointIn(catalog, 'music.copy')).map(({ id }) => id);
  assert.deepEqual(ids.toSorted(), ['music.daily', 'music.played']);
  assert.deepEqual(upstreamOf(catalog, endpointIn(catalog, 'music.played')), []);
});
