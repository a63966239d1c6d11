/** What a change of mapping files comes to for events that clients go on sending: told by rule, whatever becomes of files and names. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareSources, isUnmapping } from '#shared/catalog/sources/compare-sources.ts';
import { sourceExamplesOf } from '#shared/catalog/sources/source-examples.ts';
import { compiled, filesWith, PLAYED } from './declarations.ts';

const WEB = `description: The website, by the clients of Segment.
owner: team-a
protocol: segment
write_keys: [web, shop]
consent: {analytics: context.consent.categoryPreferences.Analytics}
drop: [group]
events:
  track Song Played:
    type: music.Played
    fields:
      track: properties.track
      ms: {path: [properties.ms, properties.seconds], as: number, times: 1000}
      email: context.traits.email
    examples:
      - sent: {type: track, event: Song Played, userId: ann, properties: {track: t1, seconds: '0.5'}}
        data: {track: t1, ms: 500}
      - sent: {type: track, event: Song Played, userId: ann, properties: {track: t1, ms: 1}}
        data: {track: t1, ms: 1000}
`;
const ENTRY = WEB.slice(WEB.indexOf('  track Song Played:'));

type Texts = Readonly<Record<string, string>>;

/** `rule source event: message` of each change; those that have to be approved begin with an exclamation mark. */
function changes(before: Texts, after: Texts, types: Texts = {}): readonly string[] {
  const catalogOf = (sources: Texts) =>
    compiled(
      filesWith({
        ...Object.fromEntries(Object.entries(sources).map(([name, text]) => [`platform/sources/${name}.yaml`, text])),
        ...types,
      }),
    );
  const found = compareSources({
    before: catalogOf(before),
    after: catalogOf(after),
    examples: (source) => sourceExamplesOf(before[source]),
  });
  return found.map((change) => {
    const { rule, source, event = '-', message } = change;
    return `${isUnmapping(change) ? '!' : ''}${rule} ${source} ${event}: ${message}`;
  });
}

const web = (from: string, to: string): Texts => {
  assert.ok(WEB.includes(from), from);
  return { web: WEB.replace(from, to) };
};

test('a file that is reworded, renamed or split changes nothing for those who send', () => {
  assert.deepEqual(changes({ web: WEB }, web('The website', 'Our website')), []);
  assert.deepEqual(changes({ web: WEB }, { site: WEB }), []);
  const only = (key: string): string => WEB.replace('[web, shop]', `[${key}]`);
  assert.deepEqual(changes({ web: WEB }, { one: only('web'), other: only('shop') }), []);
});

test('a source that is new, and one that nothing takes the place of', () => {
  assert.deepEqual(changes({}, { web: WEB }), ['add-source web -: it maps events of segment, which nothing did']);
  assert.deepEqual(changes({ web: WEB }, {}), [
    '!remove-source web -: nothing maps the events of the write key "web" any more',
  ]);
  assert.deepEqual(changes({ web: WEB }, web('[web, shop]', '[web]')), [
    '!remove-source web -: nothing maps the events of the write key "shop" any more',
  ]);
  const all = WEB.replace('write_keys: [web, shop]\n', '');
  assert.deepEqual(changes({ web: WEB }, { web: all }), [
    'add-source web -: it maps events of segment, which nothing did',
  ]);
});

test('an event whose entry goes fails from then on, unless it is dropped, named by itself or mapped by its call', () => {
  const none = 'events: {}\n';
  const unmapped = WEB.replace(`events:\n${ENTRY}`, none);
  assert.deepEqual(changes({ web: WEB }, { web: unmapped }), [
    '!unmap-event web track Song Played: it fails now as unmapped_event, and was an event',
  ]);
  assert.deepEqual(changes({ web: WEB }, { web: unmapped.replace('[group]', '[group, track Song Played]') }), [
    'drop-event web track Song Played: it is dropped now, and was an event',
  ]);
  assert.deepEqual(changes({ web: WEB }, { web: unmapped.replace('[group]', '[group, track]') }), [
    'drop-unmapped web track: it is kept nowhere now, and was among the failed events',
    'drop-event web track Song Played: it is dropped now, and was an event',
  ]);
  assert.deepEqual(changes({ web: WEB }, web('  track Song Played:', '  track:')), [
    'map-event web track: it is music.Played now',
  ]);
  assert.deepEqual(changes({ web: WEB.replace('drop:', 'unmapped: by-name\ndrop:') }, { web: WEB }), [
    '!unmap-event web -: events without an entry are refused, and were of the type that they name',
  ]);
});

test('fields, consent and people that come from elsewhere are told, and events that were dropped or unmapped', () => {
  assert.deepEqual(changes({ web: WEB }, web('      email: context.traits.email\n', '')), [
    'change-mapping web track Song Played: email is mapped no more',
  ]);
  assert.deepEqual(changes({ web: WEB }, web('context.traits.email', 'properties.email')), [
    'change-mapping web track Song Played: email comes from elsewhere',
  ]);
  assert.deepEqual(changes({ web: WEB }, web('context.consent.categoryPreferences.Analytics', 'context.agreed')), [
    'change-mapping web -: consent comes from elsewhere',
  ]);
  assert.deepEqual(changes({ web: WEB }, web('    fields:\n', '    anonymousId: properties.who\n    fields:\n')), [
    'change-mapping web track Song Played: who events are about, or when they happened, comes from elsewhere',
  ]);
  assert.deepEqual(changes({ web: WEB }, web('drop: [group]\n', '')), [
    'keep-dropped web group: it is among the failed events now, and was dropped',
  ]);
});

test('an event that becomes another type is told; what was sent before must be taken by what there is now', () => {
  const types = { 'events/music/Played_v2.yaml': PLAYED };
  assert.deepEqual(changes({ web: WEB }, web('music.Played', 'music.Played_v2'), types), [
    'redirect-event web track Song Played: it was music.Played and is music.Played_v2',
  ]);
  const once = WEB.replace('[properties.ms, properties.seconds]', 'properties.ms').replace(
    / {6}- sent: [^\n]*seconds[^\n]*\n[^\n]*\n/,
    '',
  );
  assert.deepEqual(changes({ web: WEB }, { web: once }), [
    'change-mapping web track Song Played: ms comes from elsewhere',
    '!refuse-sent web track Song Played: example 1 of before is refused now: missing_field at data.ms',
  ]);
});
