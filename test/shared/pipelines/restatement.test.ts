import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keysBetween, shiftKey } from '#shared/pipelines/partition-key.ts';
import { goesStale, isRebuiltByItself, MAX_REBUILT_BY_ITSELF, readersOf } from '#shared/pipelines/restatement.ts';
import { catalogWith, dailyPipeline, id, key, moment, pipeline, sqlEndpoint, type Stored } from './memory-view.ts';

const AT = '2026-08-20T00:30:00Z';
const hour = { endpoint: id('music.played'), key: key('2026-08-01T05') };

test('a new generation makes what read it stale, and nothing that was never built', () => {
  const catalog = catalogWith(dailyPipeline(), pipeline('music/copy', 'music.daily'));
  assert.deepEqual(
    readersOf(catalog, id('music.played')).map((reader) => reader.id),
    ['music.daily'],
  );
  const stored = { 'music.daily 2026-08-01': {}, 'music.daily 2026-08-02': {}, 'music.copy 2026-08-01': {} };
  assert.deepEqual(goesStale(moment(catalog, AT, stored), hour, 2), [{ endpoint: 'music.daily', key: '2026-08-01' }]);
  assert.deepEqual(goesStale(moment(catalog, AT), hour, 2), []);
});

test('an endpoint that ignores restatements stays as it is', () => {
  const catalog = catalogWith(dailyPipeline('on_restate: ignore'));
  assert.deepEqual(goesStale(moment(catalog, AT, { 'music.daily 2026-08-01': {} }), hour, 2), []);
});

test('the first generation of a partition rebuilds those that look back', () => {
  const catalog = catalogWith(dailyPipeline('lookback: 2'));
  const stored = { 'music.daily 2026-07-29': {}, 'music.daily 2026-07-31': {}, 'music.daily 2026-08-01': {} };
  const day = { endpoint: id('music.daily'), key: key('2026-08-01') };
  assert.deepEqual(goesStale(moment(catalog, AT, stored), day, 1), [{ endpoint: 'music.daily', key: '2026-07-31' }]);
  assert.deepEqual(goesStale(moment(catalog, AT, stored), day, 2), []);
});

test('up to 31 stale partitions are rebuilt by themselves, counting those that are about to go stale', () => {
  const catalog = catalogWith(dailyPipeline());
  const daily = sqlEndpoint(catalog, 'music.daily');
  const first = key('2026-05-01');
  const build = (stale: number, threatened: number): boolean => {
    const days = [...keysBetween(first, shiftKey(first, stale + threatened))].slice(0, stale + threatened);
    const stored: Stored = Object.fromEntries(
      days.flatMap((day, index) => [
        [`music.daily ${day}`, { state: index < stale ? ('stale' as const) : ('published' as const) }],
        ...(index < stale ? [] : [[`music.played ${day}T07`, { state: 'waiting' as const }] as const]),
      ]),
    );
    return isRebuiltByItself(moment(catalog, AT, stored), daily);
  };
  assert.ok(build(MAX_REBUILT_BY_ITSELF, 0));
  assert.ok(!build(MAX_REBUILT_BY_ITSELF + 1, 0));
  assert.ok(build(1, MAX_REBUILT_BY_ITSELF - 1));
  assert.ok(!build(1, MAX_REBUILT_BY_ITSELF));
  const warn = catalogWith(dailyPipeline('on_restate: warn'));
  assert.ok(!isRebuiltByItself(moment(warn, AT), sqlEndpoint(warn, 'music.daily')));
});
