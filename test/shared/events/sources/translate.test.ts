/** Events of other protocols, translated by a mapping: names, paths, conversions, who and when, and what cannot be translated. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { FieldMapping, Source } from '#shared/catalog/source.ts';
import type { Catalog } from '#shared/catalog/catalog.ts';
import { foreignEvent, readForeign } from '#shared/events/sources/foreign-event.ts';
import { parsePath, type SourcePath, valueAt } from '#shared/events/sources/source-path.ts';
import { sourceTableOf, translate, type Translated } from '#shared/events/sources/translate.ts';
import type { EventTypeId, TeamId } from '#shared/platform/ids.ts';

const ARRIVAL = { receivedAtMs: Date.UTC(2026, 7, 1, 12, 30) };

function path(text: string): SourcePath {
  const steps = parsePath(text);
  assert.ok(steps !== undefined, text);
  return steps;
}

function source(over: Partial<Source> = {}): Source {
  return {
    name: 'web',
    description: 'The website of the tests.',
    owner: 'team-a' as TeamId,
    protocol: 'segment',
    writeKeys: [],
    unmapped: 'refuse',
    about: {},
    consent: {},
    drop: [],
    events: {},
    ...over,
  };
}

function mapped(fields: { readonly [field: string]: FieldMapping }): Source {
  return source({ events: { track: { type: 'a.B' as EventTypeId, about: {}, fields } } });
}

function translated(sent: unknown, by: Source | undefined, arrival: object = {}): Translated {
  const event = foreignEvent('segment', sent, { request: { ip: '192.0.2.1' }, newId: () => 'made' });
  return translate(event, by, { ...ARRIVAL, ...arrival });
}

function envelopeOf(sent: unknown, by: Source, arrival: object = {}): Record<string, unknown> {
  const { outcome } = translated(sent, by, arrival);
  assert.equal(outcome.kind, 'envelope');
  return (outcome.kind === 'envelope' ? outcome.envelope : {}) as Record<string, unknown>;
}

function track(properties: object, more: object = {}): object {
  return { type: 'track', event: 'Song Played', messageId: 'm', userId: 'ann', properties, ...more };
}

function field(mapping: Partial<Extract<FieldMapping, { kind: 'value' }>>, value: unknown): unknown {
  const by = mapped({ x: { kind: 'value', paths: [path('properties.x')], ...mapping } });
  return (envelopeOf(track({ x: value }), by)['data'] as Record<string, unknown>)['x'];
}

test('paths lead by names, indices and quoted names, and nowhere else', () => {
  const value = { a: { 'b c': [{ d: 1 }], $e: null, constructor: 2 } };
  assert.equal(valueAt(value, path('a["b c"][0].d')), 1);
  assert.equal(valueAt(value, path('a.$e')), undefined);
  assert.equal(valueAt(value, path('a.constructor')), 2);
  for (const nowhere of ['a.toString', '__proto__.a', 'a["b c"].length', 'a["b c"][7]', 'b.c'])
    assert.ok([undefined, 1].includes(valueAt(value, path(nowhere)) as undefined), nowhere);
  for (const wrong of ['', '.a', 'a.', 'a..b', 'a b', 'a[', 'a["b]', 'a[-1]', 'a[x]', '["a"]b', 'a.b'.repeat(20)])
    assert.equal(parsePath(wrong), undefined, wrong);
});

test('a path never throws, whatever it is and whatever it is led into', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', '.', '[', ']', '"', '0', ' ') }),
      fc.jsonValue(),
      (text, value) => {
        const steps = parsePath(text);
        if (steps !== undefined) valueAt(value, steps);
      },
    ),
  );
});

test('values are renamed, made texts, numbers or booleans, multiplied, and replaced where there are none', () => {
  assert.equal(field({ values: { skip: 'skipped' } }, 'skip'), 'skipped');
  assert.equal(field({ values: { skip: 'skipped' } }, 'toString'), 'toString');
  assert.equal(field({ values: { 1: 'one' } }, 1), 'one');
  assert.equal(field({ as: 'text' }, 17), '17');
  assert.equal(field({ as: 'number' }, '1e3'), 1000);
  for (const text of ['', ' 1', '0x10', 'Infinity', '1,5', '9'.repeat(60)])
    assert.equal(field({ as: 'number' }, text), text);
  assert.equal(field({ as: 'boolean' }, 'TRUE'), true);
  assert.equal(field({ as: 'boolean' }, 0), false);
  assert.equal(field({ as: 'boolean' }, 'perhaps'), 'perhaps');
  assert.equal(field({ as: 'number', times: 1000 }, '213.573'), 213_573);
  assert.equal(field({ times: 0.5 }, 3), 1.5);
  assert.equal(field({ times: 2 }, 'many'), 'many');
  assert.equal(field({ otherwise: 'none' }, null), 'none');
  assert.deepEqual(field({ as: 'text' }, ['left as it is']), ['left as it is']);
});

test('of several paths the first with a value counts; records, lists and what the request says are found', () => {
  const by = mapped({
    first: { kind: 'value', paths: [path('properties.a'), path('traits.a'), path('request.ip')] },
    record: { kind: 'record', fields: { b: { kind: 'value', paths: [path('properties.b')] } } },
    nothing: { kind: 'record', fields: { c: { kind: 'value', paths: [path('properties.c')] } } },
    items: { kind: 'each', path: path('properties.items'), fields: { sku: { kind: 'value', paths: [path('id')] } } },
    odd: { kind: 'each', path: path('properties.b'), fields: {} },
  });
  const { data } = envelopeOf(track({ b: 2, items: [{ id: 1 }, {}, 3] }), by);
  assert.deepEqual(data, { first: '192.0.2.1', record: { b: 2 }, items: [{ sku: 1 }, {}, 3], odd: 2 });
});

test('the most specific name decides; what is dropped is told so, and what is not mapped, too', () => {
  const type = 'a.B' as EventTypeId;
  const by = source({ drop: ['page'], events: { 'page Pricing': { type, about: {}, fields: {} } } });
  const page = (name: string): object => ({ type: 'page', name, userId: 'ann', messageId: 'm' });
  assert.equal(envelopeOf(page('Pricing'), by)['type'], 'a.B');
  const codes = [page('Home'), track({}), { type: 'sing' }, 17].map((sent) => {
    const { outcome } = translated(sent, by);
    return outcome.kind === 'rejected' ? outcome.code : outcome.kind;
  });
  assert.deepEqual(codes, ['dropped_by_source', 'unmapped_event', 'invalid_envelope', 'invalid_envelope']);
  const { outcome } = translated(track({}), undefined);
  assert.match(outcome.kind === 'rejected' ? (outcome.hint ?? '') : '', /Declare a source/);
});

test('with unmapped: by-name an event is of the type that it names, with its data as it is', () => {
  const by = source({ unmapped: 'by-name' });
  const { type, data } = envelopeOf(track({ x: 1 }, { event: 'listening.TrackPlayed' }), by);
  assert.deepEqual([type, data], ['listening.TrackPlayed', { x: 1 }]);
  assert.equal(translated({ type: 'identify', userId: 'ann' }, by).outcome.kind, 'rejected');
});

test('who it is about is where the mapping says, else where the protocol has it; numbers are ids, empty texts are nobody', () => {
  const about = { userId: path('traits.id'), anonymousId: path('context.visitor') };
  const by = mapped({});
  const elsewhere = { ...by, about };
  const who = ({ userId, anonymousId }: Record<string, unknown>): unknown => [userId, anonymousId];
  const sent = track({}, { anonymousId: 'v', traits: { id: 7 }, context: { visitor: 'w' } });
  assert.deepEqual(who(envelopeOf(sent, by)), ['ann', 'v']);
  assert.deepEqual(who(envelopeOf(sent, elsewhere)), ['7', 'w']);
  assert.deepEqual(who(envelopeOf(track({}, { userId: '', anonymousId: 5 }), by)), [undefined, '5']);
  assert.deepEqual(who(envelopeOf(track({}, { userId: { a: 1 } }), by)), [{ a: 1 }, undefined]);
  assert.equal(translated(sent, undefined).kept.userId, 'ann');
});

test('consent is what the paths lead to, where that is true or false', () => {
  const by = { ...mapped({}), consent: { a: path('properties.a'), b: path('properties.b'), c: path('properties.c') } };
  assert.deepEqual(envelopeOf(track({ a: true, b: false, c: 'yes' }), by)['consent'], { a: true, b: false });
  assert.equal(envelopeOf(track({}), by)['consent'], undefined);
});

test('an event without a time happened when it was sent, by the clock of its sender, else when it came', () => {
  const by = mapped({});
  assert.equal(envelopeOf(track({}), by)['occurredAt'], '2026-08-01T12:30:00.000Z');
  const sentAtMs = Date.UTC(2026, 7, 1, 13);
  assert.equal(envelopeOf(track({}), by, { sentAtMs })['occurredAt'], '2026-08-01T13:00:00.000Z');
  const times = { originalTimestamp: '2026-08-01T11:00:00Z', timestamp: '2026-08-01T10:00:00Z' };
  assert.equal(envelopeOf(track({}, times), by)['occurredAt'], times.originalTimestamp);
});

test('ids: a UUID stays, any other id has one of its own, content names what has a time, and the rest is named anew', () => {
  const idOf = (sent: object): string => foreignEvent('segment', sent, { request: {}, newId: () => 'made' }).id;
  const uuid = '0B7C5B1E-6A3F-4E53-9D6F-4D8A51B1A001';
  assert.equal(idOf(track({}, { messageId: uuid })), uuid.toLowerCase());
  assert.equal(idOf(track({}, { messageId: 'node-next-1' })), idOf(track({ other: 1 }, { messageId: 'node-next-1' })));
  assert.notEqual(idOf(track({}, { messageId: 'node-next-1' })), idOf(track({}, { messageId: 'node-next-2' })));
  const timed = { messageId: undefined, timestamp: '2026-08-01T11:00:00Z' };
  assert.equal(idOf(track({}, timed)), idOf(track({}, timed)));
  assert.notEqual(idOf(track({}, timed)), idOf(track({ x: 1 }, timed)));
  assert.equal(idOf(track({}, { messageId: undefined })), 'made');
});

test('what is kept of a rejected event is read again, and nothing else is taken for one', () => {
  const { kept } = translated(track({ x: 1 }), undefined);
  const again = readForeign(JSON.parse(JSON.stringify(kept)));
  assert.deepEqual([again?.protocol, again?.id, again?.sent], ['segment', kept.id, kept.sent]);
  fc.assert(fc.property(fc.jsonValue(), (value) => assert.equal(readForeign(value), undefined)));
  for (const other of [
    { ...kept, protocol: 'toString' },
    { ...kept, id: 1 },
    { protocol: 'segment', id: 'a' },
  ])
    assert.equal(readForeign(other), undefined);
});

test('a write key has the source that names it, else the one that names none', () => {
  const sources = { web: source({ writeKeys: ['web-app'] }), rest: source({ name: 'rest' }) };
  const table = sourceTableOf({ sources } as unknown as Catalog);
  assert.equal(table.find('segment', 'web-app')?.name, 'web');
  assert.equal(table.find('segment', 'ios-app')?.name, 'rest');
  assert.equal(table.find('cloudevents', 'web-app'), undefined);
});

test('translation never throws and always answers, whatever was sent', () => {
  const by = mapped({
    x: { kind: 'each', path: path('properties.x'), fields: { y: { kind: 'value', paths: [path('z')] } } },
  });
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom('segment', 'cloudevents'), (properties, protocol) => {
      for (const sent of [properties, { type: 'track', event: properties, properties }]) {
        const event = foreignEvent(protocol, sent, { request: {}, newId: () => 'made' });
        assert.ok(['envelope', 'rejected'].includes(translate(event, by, ARRIVAL).outcome.kind));
      }
    }),
  );
});
