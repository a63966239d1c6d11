import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { ApiError } from '#local/primitives/errors.ts';
import { checkSchedule, inTimeZone, nextRunMs } from '#local/scheduler/schedule.ts';

const VALID = [
  '* * * * *',
  '*/5 * * * *',
  '0 9 * * 1-5',
  '0 0-23/2 * * *',
  '1,2,5,6 0 1 1 *',
  '0 0 1 JAN SUN',
  '0 0 * * MON-FRI',
  '0 0 * * 7',
  '  0   0 * * *  ',
  '0 0 29 2 *',
];

const INVALID = [
  '',
  '* * * *',
  '* * * * * *',
  '60 * * * *',
  '* 24 * * *',
  '* * 0 * *',
  '* * 32 * *',
  '* * * 13 *',
  '* * * * 8',
  '5/15 * * * *',
  '10-5 * * * *',
  '*/0 * * * *',
  '0 0 L * *',
  '0 0 15W * *',
  '0 0 ? * *',
  '0 0 * * MON#2',
  '@daily',
  'a b c d e',
  '1- * * * *',
  ', * * * *',
  '0 0 31 2 *',
];

const isInvalid = (error: unknown): boolean =>
  error instanceof ApiError &&
  error.status === 'INVALID_ARGUMENT' &&
  error.message === 'Schedule or time zone is invalid.';

test('schedules of the documented unix-cron format are accepted', () => {
  for (const schedule of VALID) checkSchedule(schedule, 'UTC');
});

test('everything else is refused in the words of Cloud Scheduler', () => {
  for (const schedule of INVALID) assert.throws(() => checkSchedule(schedule, 'UTC'), isInvalid, schedule);
});

test('schedules in English are said to be not served rather than wrong', () => {
  for (const schedule of ['every 5 minutes', 'every monday 09:00', '1st,third wednesday of month 04:00']) {
    assert.throws(() => checkSchedule(schedule, 'UTC'), { status: 'UNIMPLEMENTED' });
  }
});

test('time zones are names of the tz database', () => {
  for (const zone of ['UTC', 'utc', 'Etc/UTC', 'America/New_York', 'EST']) checkSchedule('* * * * *', zone);
  for (const zone of ['utc+8', '+08:00', 'Mars/Olympus', 'America/']) {
    assert.throws(() => checkSchedule('* * * * *', zone), isInvalid, zone);
  }
});

test('day of month and day of week together mean either of them', () => {
  // 2026-08-01 is a Saturday.
  const days: number[] = [];
  let atMs = Date.UTC(2026, 7, 1) - 1;
  for (let count = 0; count < 6; count += 1) {
    atMs = nextRunMs('0 0 5 * SAT', 'UTC', atMs)!;
    days.push(new Date(atMs).getUTCDate());
  }
  assert.deepEqual(days, [1, 5, 8, 15, 22, 29]);
});

test('the wall clock of the time zone counts, in summer and in winter', () => {
  const at = (iso: string): number => nextRunMs('30 9 * * *', 'America/New_York', Date.parse(iso))!;
  assert.equal(at('2026-07-01T00:00:00Z'), Date.parse('2026-07-01T13:30:00Z'));
  assert.equal(at('2026-01-01T00:00:00Z'), Date.parse('2026-01-01T14:30:00Z'));
});

test('across both changes of the clock a daily job runs once a day', () => {
  for (const day of ['2026-03-06', '2026-10-30']) {
    let atMs = Date.parse(`${day}T12:00:00Z`);
    const days = new Set<string>();
    for (let count = 0; count < 5; count += 1) {
      atMs = nextRunMs('30 8 * * *', 'America/New_York', atMs)!;
      days.add(inTimeZone(atMs, 'America/New_York').slice(0, 10));
    }
    assert.equal(days.size, 5);
  }
});

test('the next run is after the moment given, on a whole minute that the schedule names', () => {
  const minute = fc.integer({ min: 0, max: 59 });
  const hour = fc.integer({ min: 0, max: 23 });
  const moment = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2035, 0) });
  fc.assert(
    fc.property(minute, hour, moment, (m, h, afterMs) => {
      const next = new Date(nextRunMs(`${m} ${h} * * *`, 'UTC', afterMs)!);
      assert.ok(next.getTime() > afterMs && next.getTime() - afterMs <= 24 * 3600 * 1000);
      assert.deepEqual([next.getUTCMinutes(), next.getUTCHours(), next.getTime() % 60_000], [m, h, 0]);
    }),
  );
});

test('a moment is written with the offset of its zone', () => {
  const noon = Date.parse('2026-08-01T12:00:00Z');
  assert.equal(inTimeZone(noon, 'UTC'), '2026-08-01T12:00:00+00:00');
  assert.equal(inTimeZone(noon, 'America/Los_Angeles'), '2026-08-01T05:00:00-07:00');
  assert.equal(inTimeZone(noon, 'Asia/Kolkata'), '2026-08-01T17:30:00+05:30');
  assert.equal(inTimeZone(Date.parse('2026-01-01T23:30:00Z'), 'Europe/Berlin'), '2026-01-02T00:30:00+01:00');
});
