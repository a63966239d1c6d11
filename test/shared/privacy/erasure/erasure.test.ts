import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { addDuration } from '#shared/platform/duration.ts';
import { parseTimestamp } from '#shared/platform/timestamp.ts';
import { alertLevel, dueAtMs, EXTENDED_MONTHS } from '#shared/privacy/erasure/due-date.ts';
import { advance, openErasure, saltedDigest } from '#shared/privacy/erasure/erasure.ts';
import type { Advanced } from '#shared/privacy/erasure/erasure.ts';
import { encodeErasure, parseErasure } from '#shared/privacy/erasure/erasure-record.ts';
import type { ErasureRecord } from '#shared/privacy/erasure/erasure-record.ts';
import { ERASURE_STATES, isFinal, mayFollow } from '#shared/privacy/erasure/erasure-states.ts';
import type { ErasureState } from '#shared/privacy/erasure/erasure-states.ts';
import { newRequestKey, openRequestKey, openScope, sealScope } from '#shared/privacy/erasure/erasure-scope.ts';
import { residueOf } from '#shared/privacy/erasure/gone-when.ts';
import { BOUND_MS, newWorld } from '../world.ts';

const RECEIVED_MS = Date.UTC(2026, 0, 31, 12);
const LOOKUP_ID = 'a'.repeat(52);
const states = Object.keys(ERASURE_STATES) as ErasureState[];

function opened(): ErasureRecord {
  return openErasure('7f3c9a52-0000-4000-8000-000000000001', LOOKUP_ID, { basis: 'request' }, RECEIVED_MS);
}

function verified(): ErasureRecord {
  return record(advance(opened(), 'verified', { by: 'account' }, RECEIVED_MS));
}

function record(advanced: Advanced): ErasureRecord {
  return advanced.kind === 'refused' ? assert.fail(`${advanced.code}: ${advanced.reason}`) : advanced.record;
}

const PLAN = [
  { endpoint: 'listening.track_played', action: 'covered', reason: 'nothing opens' },
  { endpoint: 'listening.emails', action: 'row-delete', reason: 'email was opened', tokenColumns: ['subject'] },
] as const;

/** The states that an undisturbed erasure goes through. */
const COURSE = states.filter((state) => !['held', 'restricted', 'exported', 'hardened'].includes(state));

/** Every step with a report that lets it pass, in order. */
function course(atMs: number): readonly ((record: ErasureRecord) => Advanced)[] {
  return [
    (each) => advance(each, 'verified', { by: 'officer' }, atMs),
    (each) => advance(each, 'scoped', { plan: PLAN }, atMs),
    (each) => advance(each, 'frozen', { keyrings: 1, tokens: 2 }, atMs),
    (each) => advance(each, 'shredded', { keyrings: [] }, atMs),
    (each) => advance(each, 'waited', { boundMs: BOUND_MS }, atMs + BOUND_MS),
    (each) =>
      advance(
        each,
        'rows-cleaned',
        { endpoints: [{ endpoint: 'listening.emails', action: 'row-delete', rows: 3, runs: ['job'] }] },
        atMs + BOUND_MS,
      ),
    (each) => advance(each, 'recipients-told', { recipients: [] }, atMs + BOUND_MS),
    (each) =>
      advance(
        each,
        'proved',
        { probes: [{ name: 'keyring reads as a tombstone', tried: 1, passed: 1 }] },
        atMs + BOUND_MS,
      ),
    (each) => advance(each, 'certified', { sequence: 0, hash: '0'.repeat(64) }, atMs + BOUND_MS),
  ];
}

test('every state but the last leads on to states of the table, and the last is reached from the first', () => {
  for (const state of states) {
    for (const next of ERASURE_STATES[state].next) assert.ok(states.includes(next));
    assert.equal(isFinal(state), state === 'certified' || state === 'hardened');
  }
  const reached = new Set<ErasureState>(['received']);
  for (const from of reached) for (const to of states) if (mayFollow(from, to)) reached.add(to);
  assert.deepEqual([...reached].sort(), [...states].sort());
});

test('an erasure goes through every state once, and its record survives storing at each', () => {
  let each = opened();
  for (const step of course(RECEIVED_MS)) {
    const stored = parseErasure(encodeErasure(each)) ?? assert.fail('damaged');
    assert.deepEqual(stored, each);
    each = record(step(stored));
  }
  assert.equal(each.state, 'certified');
});

test('in whatever order and however often steps are tried, they take effect once and in order', () => {
  const tries = fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 40 });
  fc.assert(
    fc.property(tries, (order) => {
      let each = opened();
      let done = 0;
      for (const [attempt, index] of order.entries()) {
        const advanced = course(RECEIVED_MS + attempt)[index]?.(each) ?? assert.fail();
        if (advanced.kind === 'advanced' && index !== 1) assert.equal(index, done);
        if (advanced.kind === 'refused') assert.ok(index > done || advanced.code === 'too_early', advanced.reason);
        if (advanced.kind === 'already') assert.deepEqual(advanced.record, each);
        if (advanced.kind === 'advanced' && index >= done) done = index + 1;
        if (advanced.kind !== 'refused') each = advanced.record;
      }
      assert.equal(each.state, COURSE[done]);
    }),
  );
});

test('an endpoint that nobody knows blocks the freezing, and scoping again unblocks it', () => {
  const blocked = record(
    advance(
      verified(),
      'scoped',
      { plan: [{ endpoint: 'x.y', action: 'unknown', reason: 'no lineage' }] },
      RECEIVED_MS,
    ),
  );
  const refused = advance(blocked, 'frozen', { keyrings: 1, tokens: 1 }, RECEIVED_MS);
  assert.deepEqual(refused, { kind: 'refused', code: 'erasure_blocked', reason: 'x.y: no lineage' });
  const again = record(advance(blocked, 'scoped', { plan: PLAN }, RECEIVED_MS));
  assert.equal(advance(again, 'frozen', { keyrings: 1, tokens: 1 }, RECEIVED_MS).kind, 'advanced');
});

test('waiting ends with the bound, rows must be cleaned where planned, and a failed probe certifies nothing', () => {
  const [, scope, freeze, shred, wait, clean, tell] = course(RECEIVED_MS);
  const shredded = record(shred!(record(freeze!(record(scope!(verified()))))));
  const early = advance(shredded, 'waited', { boundMs: BOUND_MS }, RECEIVED_MS + BOUND_MS - 1);
  assert.ok(early.kind === 'refused' && early.code === 'too_early');
  const waited = record(wait!(shredded));
  const missing = advance(waited, 'rows-cleaned', { endpoints: [] }, RECEIVED_MS + BOUND_MS);
  assert.deepEqual(missing, { kind: 'refused', code: 'incomplete', reason: 'not done: row-delete listening.emails' });
  const probes = [{ name: 'sealed values stay shut', tried: 5, passed: 4 }];
  const unproved = advance(record(tell!(record(clean!(waited)))), 'proved', { probes }, RECEIVED_MS + BOUND_MS);
  assert.deepEqual(unproved, { kind: 'refused', code: 'not_proved', reason: 'sealed values stay shut' });
});

test('a record names nobody, and two requests about one person have no digest in common', () => {
  const [first, second] = [opened(), opened()];
  assert.ok(!encodeErasure(first).includes(LOOKUP_ID));
  assert.notEqual(first.subject, second.subject);
  assert.equal(first.subject, saltedDigest(first.salt, 'subject', LOOKUP_ID));
});

test('a damaged record is not taken for one', () => {
  const good = opened();
  for (const bad of [{ ...good, state: 'toString' }, { ...good, extra: 1 }, { ...good, salt: 'x' }, null, []]) {
    assert.equal(parseErasure(Buffer.from(JSON.stringify(bad))), undefined);
  }
  assert.equal(parseErasure(Buffer.from('{')), undefined);
});

test('the scope opens with the key of its own request only, and not after that key is gone', async () => {
  const world = await newWorld();
  const epoch = await world.epochs.current();
  const scope = { lookupId: LOOKUP_ID, keyrings: [] };
  const { record: stored, aead } = newRequestKey(epoch, 'request-1');
  const sealed = sealScope(aead, 'request-1', scope);
  const key = (await openRequestKey(world.epochs, 'request-1', stored)) ?? assert.fail('no key');
  assert.deepEqual(openScope(key, 'request-1', sealed), scope);
  assert.equal(openScope(key, 'request-2', sealed), undefined);
  assert.equal(await openRequestKey(world.epochs, 'request-2', stored), undefined);
  assert.equal(openScope(newRequestKey(epoch, 'request-1').aead, 'request-1', sealed), undefined);
  assert.equal(await openRequestKey(world.epochs, 'request-1', Buffer.from('{}')), undefined);
  assert.ok(!sealed.includes(LOOKUP_ID));
});

test('an erasure is due on the same day of the next month, or its last one', () => {
  const due = (text: string): string => new Date(dueAtMs(parseTimestamp(text) ?? Number.NaN)).toISOString();
  assert.equal(due('2026-01-31T12:00:00Z'), '2026-02-28T12:00:00.000Z');
  assert.equal(due('2028-01-31T12:00:00Z'), '2028-02-29T12:00:00.000Z');
  assert.equal(due('2026-11-21T23:59:59Z'), '2026-12-21T23:59:59.000Z');
  assert.equal(due('2026-12-31T00:00:00Z'), '2027-01-31T00:00:00.000Z');
  assert.equal(dueAtMs(RECEIVED_MS, EXTENDED_MONTHS), Date.UTC(2026, 3, 30, 12));
});

test('alerts come at half of the time, four fifths and the end', () => {
  const due = addDuration(RECEIVED_MS, { months: 0, days: 10, ms: 0 });
  const at = (days: number) => alertLevel(RECEIVED_MS, due, addDuration(RECEIVED_MS, { months: 0, days, ms: 0 }));
  assert.deepEqual([at(0), at(4), at(5), at(8), at(10), at(400)], [0, 0, 0.5, 0.8, 1, 1]);
});

test('what is left after an erasure is told with its end: time travel, fail-safe and the key version counted', () => {
  const day = 86_400_000;
  const residue = residueOf({
    shreddedAtMs: Date.UTC(2026, 10, 21),
    rowsCleanedAtMs: Date.UTC(2026, 10, 22),
    epochsOpenedAtMs: [Date.UTC(2026, 9, 25), Date.UTC(2026, 10, 1)],
    epochMs: 30 * day,
  });
  assert.deepEqual(
    residue.map(({ goneBy }) => goneBy.slice(0, 10)),
    ['2026-11-22', '2026-11-29', '2026-12-03', '2026-12-06', '2027-01-17', '2027-05-20'],
  );
  const none = residueOf({
    shreddedAtMs: Date.UTC(2026, 10, 21),
    rowsCleanedAtMs: undefined,
    epochsOpenedAtMs: [],
    epochMs: 30 * day,
  });
  assert.ok(none.every(({ what }) => !what.includes('rows')));
});
