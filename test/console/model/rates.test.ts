import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addSample, rateCurve, rateNow, REMEMBERED_MS, type Sample } from '#console/model/rates.ts';

const START = Date.parse('2026-08-11T03:00:00Z');

function look(afterMs: number, total: number, hour = '2026-08-11T03') {
  const at = new Date(START + afterMs).toISOString();
  return { at, events: { hour, total, types: { 'music.Played': total }, verdicts: {} }, partitions: {}, rows: 0 };
}

function looks(...list: readonly ReturnType<typeof look>[]): readonly Sample[] {
  return list.reduce<readonly Sample[]>((samples, one) => addSample(samples, one), []);
}

test('a rate is what was added over the last seconds, and unknown before there are two looks', () => {
  assert.equal(rateNow([]), undefined);
  assert.equal(rateNow(looks(look(0, 100))), undefined);
  assert.equal(rateNow(looks(look(0, 100), look(2000, 500))), 200);
  assert.equal(rateNow(looks(look(0, 100), look(2000, 500)), 'music.Played'), 200);
  assert.equal(rateNow(looks(look(0, 100), look(2000, 500)), 'music.Other'), 0);
  assert.equal(rateNow(looks(look(0, 0), look(20_000, 1000), look(22_000, 1000), look(24_000, 1040))), 10);
});

test('counts that begin again with the hour are no rate below nothing', () => {
  const samples = looks(look(0, 90_000), look(2000, 90_400), look(4000, 100, '2026-08-11T04'));
  assert.equal(rateNow(samples), undefined);
  assert.equal(rateNow(addSample(samples, look(6000, 500, '2026-08-11T04'))), 200);
  assert.deepEqual(
    rateCurve(samples).map(({ rate }) => rate),
    [200],
  );
});

test('what is older than the curve is forgotten, and a look that was overtaken changes nothing later', () => {
  const samples = looks(look(0, 1), look(REMEMBERED_MS - 1, 2), look(REMEMBERED_MS, 3));
  assert.equal(samples.length, 2);
  assert.equal(addSample(samples, look(REMEMBERED_MS - 1, 9)).length, 1);
});
