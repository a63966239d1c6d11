// CAST with FORMAT: what a model writes it reads again, and no model or value makes anything but a ValueError.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { bytesText, textBytes } from '#lib/googlesql/values/cast-format/bytes-text.ts';
import { numberText } from '#lib/googlesql/values/cast-format/number-text.ts';
import { readTimeByModel } from '#lib/googlesql/values/cast-format/time-read.ts';
import { timeModelText } from '#lib/googlesql/values/cast-format/time-text.ts';
import { MAX_MICROS, MIN_MICROS } from '#lib/googlesql/values/civil.ts';
import { ValueError } from '#lib/googlesql/values/sql-value.ts';

const civil = fc.bigInt({ min: MIN_MICROS, max: MAX_MICROS });
const models = [
  'YYYY-MM-DD HH24:MI:SS.FF6',
  'DD MON YYYY, HH12:MI:SS.FF6 A.M.',
  'MONTHDD"th" YYYY SSSSS.FF6',
  'YYYYMMDDHH24MISSFF6',
];
const parts = fc.constantFrom(
  ...'YYYY YY Y RR MM MON Month DDD DD D DAY HH HH12 HH24 MI SS SSSSS FF3 A.M. pm TZH TZM - . " 9 0 , X S EEEE $ FM B PR RN'.split(
    ' ',
  ),
);

function answersOrRefuses(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof ValueError, String(error));
  }
}

test('a time that a whole model writes is read back as it was', () => {
  fc.assert(
    fc.property(civil, fc.constantFrom(...models), (civilMicros, model) => {
      const text = timeModelText({ civilMicros }, model, 'DATETIME');
      assert.equal(readTimeByModel(text, model, 'DATETIME', 0n).civilMicros, civilMicros, text);
    }),
  );
});

test('bytes that a format writes are read back as they were', () => {
  const formats = fc.constantFrom('HEX', 'BASE2', 'BASE8', 'BASE16', 'BASE32', 'BASE64', 'BASE64M');
  fc.assert(
    fc.property(fc.uint8Array(), formats, (bytes, format) => {
      assert.deepEqual(Uint8Array.from(textBytes(bytesText(bytes, format), format)), bytes);
    }),
  );
});

test('no model makes anything but a text, a time or a refusal', () => {
  const model = fc.array(fc.oneof(parts, fc.string({ maxLength: 2 })), { maxLength: 6 }).map((list) => list.join(''));
  fc.assert(
    fc.property(model, civil, fc.double(), fc.string(), (format, civilMicros, value, text) => {
      answersOrRefuses(() => timeModelText({ civilMicros }, format, 'TIMESTAMP'));
      answersOrRefuses(() => readTimeByModel(text, format, 'TIMESTAMP', civilMicros));
      answersOrRefuses(() => numberText({ type: { kind: 'FLOAT64' }, value }, format));
    }),
    { numRuns: 2000 },
  );
});

test('a number takes the same width whatever it is, unless it has an exponent', () => {
  const digits = fc.array(fc.constantFrom('0', '9'), { minLength: 1, maxLength: 8 }).map((list) => list.join(''));
  fc.assert(
    fc.property(digits, digits, fc.integer(), (whole, fraction, value) => {
      const text = numberText({ type: { kind: 'INT64' }, value: BigInt(value) }, `${whole}.${fraction}`);
      assert.equal(text.length, whole.length + fraction.length + 2);
    }),
  );
});
