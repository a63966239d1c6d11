/** Names that came and that nothing declares: how they are called, what becomes of them now, and which are not told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { OpenedFailure } from '#shared/events/undeclared-names.ts';
import { NameTally } from '#shared/events/undeclared-names.ts';
import { compiled, filesWith } from '#test/shared/catalog/declarations.ts';

const SOURCE = `description: The website, by the clients of Segment.
owner: team-a
protocol: segment
drop: [group]
events:
  track Song Played:
    type: music.Played
    fields: {track: properties.track, ms: {constant: 1}}
    examples:
      - sent: {type: track, event: Song Played, userId: ann, properties: {track: t1}}
        data: {track: t1, ms: 1}
`;
const CATALOG = compiled(filesWith({ 'platform/sources/web.yaml': SOURCE }));

const native = (type: unknown): unknown => ({ id: 'e1', type, data: {} });
const segment = (sent: object): unknown => ({ protocol: 'segment', id: 'e1', sent: { messageId: 'e1', ...sent } });

function failure(event: unknown, subject: string | undefined, failedAtMs = 0): OpenedFailure {
  return { code: 'unmapped_event', writeKey: 'web', failedAtMs, subject, event };
}

function namesOf(failures: readonly OpenedFailure[], minPeople: number) {
  const tally = new NameTally(CATALOG);
  for (const one of failures) tally.add(one);
  return tally.told(minPeople);
}

test('names are those that a mapping file or a declaration would have, counted by events and people, most frequent first', () => {
  const { names, rare } = namesOf(
    [
      failure(segment({ type: 'track', event: 'Cart Opened' }), 'a', 2000),
      failure(segment({ type: 'track', event: 'Cart Opened' }), 'b', 1000),
      failure(segment({ type: 'track', event: 'Cart Opened' }), 'b', 3000),
      failure(native('shop.CartOpened'), 'a'),
      failure(native('shop.CartOpened'), 'c'),
      failure(segment({ type: 'alias' }), 'c'),
      failure(segment({ type: 'alias' }), 'd'),
      failure(native(17), 'c'),
      failure(native(17), 'd'),
    ],
    2,
  );
  assert.deepEqual(
    names.map(({ protocol, name, events, people }) => [protocol, name, events, people]),
    [
      ['segment', 'track Cart Opened', 3, 2],
      [undefined, undefined, 2, 2],
      ['segment', 'alias', 2, 2],
      [undefined, 'shop.CartOpened', 2, 2],
    ],
  );
  assert.deepEqual([names[0]?.firstAtMs, names[0]?.lastAtMs], [1000, 3000]);
  assert.deepEqual(rare, { names: 0, events: 0 });
});

test('what is declared, mapped or dropped since is told to be so', () => {
  const events = [
    segment({ type: 'track', event: 'Song Played' }),
    segment({ type: 'group' }),
    segment({ type: 'page' }),
    native('music.Played'),
    native('constructor'),
  ];
  const { names } = namesOf(
    events.map((event) => failure(event, 'a')),
    1,
  );
  assert.deepEqual(Object.fromEntries(names.map(({ name, now }) => [name, now])), {
    'track Song Played': 'declared',
    group: 'dropped',
    page: 'undeclared',
    'music.Played': 'declared',
    constructor: 'undeclared',
  });
});

test('a name that too few people sent is counted and not told, so that a person who is in a name is not', () => {
  const ann = failure(segment({ type: 'track', event: 'Viewed profile of Ann' }), 'ann');
  const { names, rare } = namesOf([ann, ann, failure(native('a.B'), 'a'), failure(native('a.B'), 'b')], 2);
  assert.deepEqual(
    names.map(({ name }) => name),
    ['a.B'],
  );
  assert.deepEqual(rare, { names: 1, events: 2 });
});

test('of events that name nobody only names as programs have them are told', () => {
  const nobody = (name: string): OpenedFailure => failure(native(name), undefined);
  const told = ['com.example.order.placed', 'CartOpened'];
  const kept = ['Call ann@example.com', 'order.20417', 'Viewed profile of Ann', 'user:0701234567'];
  const { names, rare } = namesOf(
    [...told, ...kept].flatMap((name) => [nobody(name), nobody(name)]),
    2,
  );
  assert.deepEqual(new Set(names.map(({ name }) => name)), new Set(told));
  assert.deepEqual(rare, { names: 4, events: 8 });
});

test('whatever was sent, every event is counted once, and no name steers a terminal or is endless', () => {
  const event = fc.oneof(
    fc.anything(),
    fc.string({ unit: 'binary' }).map(native),
    fc.record({ type: fc.anything(), event: fc.string({ unit: 'binary', maxLength: 300 }) }).map(segment),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(event, fc.constantFrom('a', 'b', undefined)), { maxLength: 30 }), (events) => {
      const { names, rare } = namesOf(
        events.map(([one, subject]) => failure(one, subject)),
        2,
      );
      assert.equal(names.reduce((sum, { events: count }) => sum + count, 0) + rare.events, events.length);
      for (const { name = '' } of names) {
        assert.ok(name.length <= 121 && !/[\p{C}\p{Zl}\p{Zp}]/u.test(name), JSON.stringify(name));
      }
    }),
  );
});
