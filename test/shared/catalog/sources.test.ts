/** Mapping files of sources: what compiles into the catalog, and what is said about what does not, with its place. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bundleOf, readBundle, sourcesOf } from '#shared/catalog/catalog.ts';
import { formatProblem } from '#shared/catalog/problem.ts';
import { compiled, filesWith, problemsOf } from './declarations.ts';

const FILE = 'platform/sources/web.yaml';

const WEB = `description: The website, by the clients of Segment.
owner: team-a
protocol: segment
write_keys: [web-app]
consent: {analytics: context.consent.categoryPreferences.Analytics}
drop: [group]
events:
  track Song Played:
    type: music.Played
    userId: properties.user
    fields:
      track: properties["Track Id"]
      ms: {path: [properties.ms, properties.seconds], as: number, times: 1000, otherwise: 0}
      email: {path: context.traits.email}
    examples:
      - sent: {type: track, event: Song Played, properties: {Track Id: t1, seconds: '0.5', user: ann}}
        data: {track: t1, ms: 500}
        userId: ann
`;

function said(from: string, to: string): readonly string[] {
  assert.ok(WEB.includes(from), from);
  return problemsOf(filesWith({ [FILE]: WEB.replace(from, to) })).map(formatProblem);
}

test('a mapping file compiles into the catalog and is part of its bundle', () => {
  const catalog = compiled(filesWith({ [FILE]: WEB }));
  const [source] = sourcesOf(readBundle(bundleOf(catalog)));
  assert.deepEqual(source, {
    name: 'web',
    description: 'The website, by the clients of Segment.',
    owner: 'team-a',
    protocol: 'segment',
    writeKeys: ['web-app'],
    unmapped: 'refuse',
    about: {},
    consent: { analytics: ['context', 'consent', 'categoryPreferences', 'Analytics'] },
    drop: ['group'],
    events: {
      'track Song Played': {
        type: 'music.Played',
        about: { userId: ['properties', 'user'] },
        fields: {
          track: { kind: 'value', paths: [['properties', 'Track Id']] },
          ms: {
            kind: 'value',
            paths: [
              ['properties', 'ms'],
              ['properties', 'seconds'],
            ],
            as: 'number',
            times: 1000,
            otherwise: 0,
          },
          email: { kind: 'value', paths: [['context', 'traits', 'email']] },
        },
      },
    },
  });
});

test('a catalog without mapping files is what it was: the same bytes, the same digest', () => {
  const catalog = compiled(filesWith({}));
  assert.ok(!('sources' in catalog));
  assert.deepEqual(sourcesOf(catalog), []);
});

/** A change of one line, the place that is told, and what is said there. */
const MISTAKES: readonly (readonly [from: string, to: string, place: string, message: RegExp])[] = [
  ['owner: team-a', 'owner: team-b', '2:8', /the team "team-b" is not declared[^]*did you mean "team-a"/],
  ['protocol: segment', 'protocol: segmnt', '3:11', /"protocol" is "segmnt"[^]*segment[^]*did you mean "segment"/],
  ['write_keys: [web-app]', 'write_keys: [web app]', '4:14', /not the name of a write key[^]*never its secret/],
  ['{analytics: context', '{analytic: context', '5:21', /the purpose "analytic" is not declared/],
  ['.Analytics}', '..Analytics}', '5:22', /not a path[^]*properties\.track_id/],
  ['drop: [group]', 'drop: [groups]', '6:8', /"groups" cannot be the name of an event of segment[^]*track Song Played/],
  ['drop: [group]', 'drop: [track Song Played]', '6:8', /is mapped and dropped/],
  ['  track Song Played:', '  Song Played:', '8:3', /"Song Played" cannot be the name/],
  [
    'type: music.Played',
    'type: music.Playd',
    '9:11',
    /the event type "music\.Playd" is not declared[^]*did you mean "music\.Played"/,
  ],
  ['properties.user', 'propertes.user', '10:13', /begins with nothing that segment has[^]*did you mean "properties"/],
  ['track: properties', 'trak: properties', '12:7', /music\.Played has no field "trak"[^]*did you mean "track"/],
  ['track: properties["Track Id"]', 'email: properties["Track Id"]', '14:7', /Map keys must be unique/],
  ['      track: properties["Track Id"]\n', '', '11:5', /the field "track" of music\.Played is required/],
  ['properties["Track Id"]', 'properties[Track Id]', '12:14', /"properties\[Track Id\]"[^]*a path/],
  [
    'otherwise: 0',
    'otherwise: none',
    '13:91',
    /"none" is no value of music\.Played\.ms[^]*write a whole number between 0 and 1000$/,
  ],
  ['otherwise: 0', 'otherwise: 5000', '13:91', /5000 is no value of music\.Played\.ms/],
  [
    '{path: context.traits.email}',
    '{path: context.traits.email, times: 2}',
    '14:43',
    /is string, so there is nothing to multiply/,
  ],
  ['{path: context.traits.email}', '{constant: 17}', '14:25', /17 is no value of music\.Played\.email/],
  [
    '{path: context.traits.email}',
    '{from: context.traits.email}',
    '14:14',
    /"[^"]*email" is a mapping[^]*\{constant: VALUE\}/,
  ],
  ['{path: context.traits.email}', '{fields: {a: properties.a}}', '14:15', /is string, not a record/],
  ['{path: context.traits.email}', '{each: properties.a, fields: {}}', '14:15', /is string, not a list of records/],
  ['{path: context.traits.email}', 'request.cookie', '14:14', /"request\.cookie" begins with nothing[^]*request\.ip/],
  ["seconds: '0.5'", "seconds: '0,5'", '16:15', /example 1: data\.ms is refused as wrong_type/],
  ['event: Song Played,', 'event: Songs Played,', '16:15', /example 1: it is refused as unmapped_event/],
  [', user: ann}', '}', '16:15', /example 1: it is about nobody/],
  ['ms: 500}', 'ms: 501}', '17:31', /example 1: "ms" comes out as 500/],
  ['userId: ann\n', 'userId: ben\n', '18:17', /example 1: "userId" comes out as "ann"/],
];

for (const [from, to, place, message] of MISTAKES) {
  test(`a mistake is told where it is: ${to.trim() === '' ? `without ${from.trim()}` : to.trim()}`, () => {
    const problems = said(from, to);
    const found = problems.find((problem) => message.test(problem));
    assert.ok(found !== undefined, problems.join('\n'));
    assert.ok(found.startsWith(`${FILE}:${place} `), found);
  });
}

test('two sources for one write key, or for all others, are told', () => {
  const other = (text: string): readonly string[] =>
    problemsOf(filesWith({ [FILE]: WEB, 'platform/sources/zoo.yaml': text })).map(formatProblem);
  assert.match(other(WEB).join(), /zoo\.yaml:4:14 {2}the write key "web-app" is one of "web" too/);
  const rest = WEB.replace('write_keys: [web-app]\n', '');
  compiled(filesWith({ [FILE]: WEB, 'platform/sources/zoo.yaml': rest }));
  const [problem] = problemsOf(filesWith({ [FILE]: rest, 'platform/sources/zoo.yaml': rest }));
  assert.equal(problem?.message, '"web" is for all other write keys of segment too');
});

test('the name of the file is that of the source, and a misplaced file is not silently without effect', () => {
  assert.match(
    problemsOf(filesWith({ 'platform/sources/Web.yaml': WEB }))
      .map(formatProblem)
      .join(),
    /"Web" cannot be a source/,
  );
  const [lost] = problemsOf(filesWith({ 'platform/sources/a/web.yaml': WEB }));
  assert.match(lost?.allowed ?? '', /platform\/sources\/<name>\.yaml/);
});

test('lists of records are mapped item by item', () => {
  const order = `description: Somebody ordered some things.
owner: team-a
tier: gold
purpose: account
grain: day
retention: P30D
fields:
  items:
    type: list
    of: {type: record, fields: {sku: {type: string, semantic: content.id, description: What was ordered.}, count: {type: int64, semantic: metric, description: How many of it.}}}
    semantic: content.id
    description: What was ordered.
  place: {type: record, fields: {country: {type: string, semantic: geo.country, description: Where it goes to.}}, description: The place it goes to.}
examples:
  - {items: [{sku: a, count: 1}], place: {country: SE}}
`;
  const mapping = `description: Shops that send CloudEvents.
owner: team-a
protocol: cloudevents
userId: subject
events:
  com.example.ordered:
    type: shop.Ordered
    fields:
      items: {each: data.lines, fields: {sku: article.id, count: {path: n, as: number}}}
      place: {fields: {country: data.to}}
    examples:
      - sent: {specversion: '1.0', id: a, source: /s, type: com.example.ordered, subject: ann, data: {to: SE, lines: [{article: {id: x}, n: '2'}, {article: {id: y}, n: 3}]}}
        data: {items: [{sku: x, count: 2}, {sku: y, count: 3}], place: {country: SE}}
        userId: ann
`;
  compiled(filesWith({ 'events/shop/Ordered.yaml': order, 'platform/sources/shop.yaml': mapping }));
  const wrong = mapping.replace('sku: article.id, ', '');
  const problems = problemsOf(filesWith({ 'events/shop/Ordered.yaml': order, 'platform/sources/shop.yaml': wrong }));
  assert.match(problems.map(formatProblem).join('\n'), /the field "sku" of shop\.Ordered\.items is required/);
});
