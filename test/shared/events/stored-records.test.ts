import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { encodeReport, parseReport, reportObject } from '#shared/events/collector-report.ts';
import {
  encodeImport,
  encodeReceipt,
  importObject,
  type ImportRecord,
  parseImport,
  parseReceipt,
  receiptObject,
} from '#shared/events/import-record.ts';
import { rangesOfNumbers } from '#shared/events/sequence-ranges.ts';
import { maySend, mayComeFrom, parseWriteKey, type WriteKey, writeKeyObject } from '#shared/events/write-key.ts';
import { keyAt } from '#shared/pipelines/partition-key.ts';
import { sha256Hex } from '#shared/platform/digest.ts';
import { type BootId, type EventTypeId, type ImportId, parseId } from '#shared/platform/ids.ts';
import { MAX_TIMESTAMP_MS } from '#shared/platform/timestamp.ts';

const BOOT = '0198a1b2-0000-7000-8000-000000000001' as BootId;
const IMPORT = '0198a1b2-0000-7000-8000-000000000002' as ImportId;
const PLAYED = 'listening.TrackPlayed' as EventTypeId;
const SECRET = `tw_${'a'.repeat(43)}`;
const KEY: WriteKey = {
  name: 'web-player',
  eventTypes: [PLAYED],
  origins: ['https://player.example.com'],
  historical: false,
  createdAt: '2026-08-01T13:00:00Z',
};

const bytes = (text: string): Buffer => Buffer.from(text);
const sequences = fc.array(fc.integer({ min: 1, max: 300 })).map(rangesOfNumbers);
const time = fc.integer({ min: 0, max: MAX_TIMESTAMP_MS });

test('a report is read back as it was written, under a name that lists by hour', () => {
  const hour = keyAt('hour', Date.UTC(2026, 7, 1, 13, 59));
  fc.assert(
    fc.property(sequences, fc.boolean(), (ranges, final) => {
      const report = { hour, boot: BOOT, final, types: new Map([[PLAYED, ranges]]) };
      assert.deepEqual(parseReport(bytes(encodeReport(report))), report);
    }),
  );
  assert.equal(reportObject(hour, BOOT), `collectors/2026-08-01T13/${BOOT}`);
  assert.equal(
    encodeReport({ hour, boot: BOOT, final: false, types: new Map([[PLAYED, [[1, 20]]]]) }),
    `{"boot":"${BOOT}","final":false,"hour":"2026-08-01T13","types":{"listening.TrackPlayed":[[1,20]]}}`,
  );
});

test('a receipt is read back as it was written', () => {
  fc.assert(
    fc.property(sequences, time, time, (ranges, firstMs, lastMs) => {
      const receipt = { boot: BOOT, types: new Map([[PLAYED, { ranges, firstMs, lastMs }]]) };
      assert.deepEqual(parseReceipt(bytes(encodeReceipt(receipt))), receipt);
    }),
  );
  assert.equal(receiptObject(IMPORT, BOOT, 3), `imports/${IMPORT}/receipts/${BOOT}-3`);
});

test('an import is read back as it was written', () => {
  const record: ImportRecord = { id: IMPORT, state: 'open', openedAt: '2026-08-01T13:00:00.000Z', writeKey: 'local' };
  assert.deepEqual(parseImport(bytes(encodeImport(record))), record);
  assert.equal(importObject(IMPORT), `imports/${IMPORT}`);
});

test('a damaged record is no record, and no bytes make reading throw', () => {
  for (const parse of [parseReport, parseReceipt, parseImport, parseWriteKey]) {
    fc.assert(fc.property(fc.uint8Array(), (noise) => assert.equal(parse(noise), undefined)));
    fc.assert(fc.property(fc.json(), (json) => assert.equal(parse(bytes(json)), undefined)));
  }
  const good = JSON.stringify({ hour: '2026-08-01T13', boot: BOOT, final: true, types: { [PLAYED]: [[1, 2]] } });
  assert.ok(parseReport(bytes(good)));
  for (const [from, to] of [
    ['2026-08-01T13', '2026-08-01'],
    ['[[1,2]]', '[[2,1]]'],
    [PLAYED, 'played'],
  ])
    assert.equal(parseReport(bytes(good.replace(from!, to!))), undefined, to);
});

test('a write key is found by the hash of its secret, which is all that is kept', () => {
  assert.equal(writeKeyObject(SECRET), `write-keys/${sha256Hex(SECRET)}`);
  for (const other of [
    '',
    'tw_',
    `tw_${'a'.repeat(42)}`,
    `tw_${'a'.repeat(44)}`,
    'a'.repeat(46),
    `tw_${'/'.repeat(43)}`,
  ])
    assert.equal(writeKeyObject(other), undefined, other);
  assert.deepEqual(parseWriteKey(bytes(JSON.stringify(KEY))), KEY);
});

test('a write key sends the types it names, from the origins it names; a star stands for all', () => {
  const searched = parseId('eventType', 'listening.SearchPerformed')!;
  assert.equal(maySend(KEY, PLAYED), true);
  assert.equal(maySend(KEY, searched), false);
  assert.equal(maySend({ ...KEY, eventTypes: ['*'] }, searched), true);
  assert.equal(mayComeFrom(KEY, undefined), true);
  assert.equal(mayComeFrom(KEY, 'https://player.example.com'), true);
  assert.equal(mayComeFrom(KEY, 'https://elsewhere.example.com'), false);
  assert.equal(mayComeFrom({ ...KEY, origins: ['*'] }, 'https://elsewhere.example.com'), true);
});
