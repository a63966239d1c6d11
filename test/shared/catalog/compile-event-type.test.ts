import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bundleOf, readBundle } from '#shared/catalog/catalog.ts';
import { restColumns } from '#shared/catalog/column.ts';
import { ENVELOPE_SEMANTICS } from '#shared/catalog/envelope-semantics.ts';
import { rawColumns } from '#shared/catalog/event-columns.ts';
import { schemaVersionOf } from '#shared/catalog/event-type.ts';
import { parseId } from '#shared/platform/ids.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { compiled, eventTypeOf, filesWith, PLATFORM, PLAYED, problemsOf, problemsWith } from './declarations.ts';

function only(problems: readonly string[]): string {
  assert.equal(problems.length, 1, problems.join('\n'));
  return problems[0] ?? '';
}

test('an event type compiles to its names, its defaults and its tables', () => {
  const eventType = eventTypeOf(PLAYED);
  assert.equal(eventType.id, 'music.Played');
  assert.equal(eventType.endpoint, 'music.played');
  assert.equal(eventType.dedupe, 'P30D');
  assert.equal(eventType.subject, 'user');
  assert.match(schemaVersionOf(eventType), /^[0-9a-f]{12}$/);
  const { endpoints, platform } = compiled(filesWith({}));
  const endpoint = endpoints[eventType.endpoint];
  assert.deepEqual(
    endpoint?.columns.map(({ name, type }) => `${name} ${type}`),
    [
      'hour TIMESTAMP',
      'event_id STRING',
      'event_type STRING',
      'schema_version STRING',
      'received_at TIMESTAMP',
      'occurred_at TIMESTAMP',
      'sent_at TIMESTAMP',
      'event_time TIMESTAMP',
      'late BOOL',
      'future BOOL',
      'by_bot BOOL',
      'subject STRING',
      'visitor STRING',
      'sealed BYTES',
      'track STRING',
      'ms INT64',
      'ip STRING',
    ],
  );
  assert.deepEqual(
    rawColumns(eventType.fields, platform).map(({ name, type }) => `${name} ${type}`),
    [
      'received_at TIMESTAMP',
      'event_id STRING',
      'event_type STRING',
      'schema_version STRING',
      'occurred_at TIMESTAMP',
      'sent_at TIMESTAMP',
      'event_time TIMESTAMP',
      'late BOOL',
      'future BOOL',
      'by_bot BOOL',
      'subject STRING',
      'visitor STRING',
      'fingerprint STRING',
      'sealed BYTES',
      'import_id STRING',
      'boot STRING',
      'sequence INT64',
      'subscription_name STRING',
      'message_id STRING',
      'publish_time TIMESTAMP',
      'attributes STRING',
      'track STRING',
      'ms INT64',
      'ip STRING',
    ],
  );
});

test('a generalised column means what its rule makes of it', () => {
  const { endpoints } = compiled(filesWith({}));
  const id = parseId('endpoint', 'music.played')!;
  assert.equal(endpoints[id]?.columns.find(({ name }) => name === 'ip')?.semantic, 'network.prefix');
});

test('records and lists become STRUCT and REPEATED columns, without what is sealed in them', () => {
  const text = PLAYED.replace(
    '  ms:',
    [
      '  route:',
      '    type: record',
      '    description: How the track was found.',
      '    fields:',
      '      steps: {type: list, of: {type: string}, semantic: content.id, description: Pages on the way.}',
      '      mail: {type: string, semantic: user.email, privacy: seal, optional: true, description: Address on the way.}',
      '  tags:',
      '    type: list',
      '    semantic: content.id',
      '    optional: true',
      '    description: Tags of the track.',
      '    of: {type: record, fields: {tag: {type: string, semantic: content.id, description: One tag of it.}}}',
      '  ms:',
    ].join('\n'),
  ).replace('{track: t1, ms: 3}', '{track: t1, ms: 3, route: {steps: [a], mail: x@example.com}, tags: [{tag: b}]}');
  const columns =
    compiled(filesWith({ 'events/music/Played.yaml': text })).endpoints[parseId('endpoint', 'music.played')!]
      ?.columns ?? [];
  assert.deepEqual(restColumns(columns.filter(({ name }) => name === 'route' || name === 'tags')), [
    {
      name: 'route',
      type: 'RECORD',
      mode: 'NULLABLE',
      description: 'How the track was found.',
      fields: [{ name: 'steps', type: 'STRING', mode: 'REPEATED', description: 'Pages on the way.' }],
    },
    {
      name: 'tags',
      type: 'RECORD',
      mode: 'REPEATED',
      description: 'Tags of the track.',
      fields: [{ name: 'tag', type: 'STRING', mode: 'NULLABLE', description: 'One tag of it.' }],
    },
  ]);
});

test('all problems of all files are told at once, each at its place', () => {
  const bad = PLAYED.replace('owner: team-a', 'owner: team-b')
    .replace('  ms: {type: int64', '  ms: {type: int46')
    .replace('retention', 'retentoin');
  const problems = problemsOf(
    filesWith({
      'events/music/Played.yaml': bad,
      'events/music/second.yaml': 'a: [',
      'events/my_music/Third.yaml': PLAYED.replace('gold', 'golf'),
    }),
  );
  const places = problems.map(({ file, line, column }) => `${file}:${line}:${column}`);
  assert.ok(places.includes('events/music/Played.yaml:6:1'), places.join('\n'));
  assert.ok(places.includes('events/music/Played.yaml:9:14'), places.join('\n'));
  assert.ok(places.some((place) => place.startsWith('events/music/second.yaml')));
  assert.ok(places.includes('events/my_music/Third.yaml:1:1'));
  assert.ok(places.includes('events/my_music/Third.yaml:3:7'));
});

test('a mistyped key is told with what is known and what was meant', () => {
  const told = problemsWith('retention:', 'retentoin:');
  assert.equal(
    told[0],
    'events/music/Played.yaml:1:1  "retention" is missing\n    allowed: an ISO 8601 duration such as P400D, P20Y or PT1H',
  );
  assert.equal(
    told[1],
    'events/music/Played.yaml:6:1  "retentoin" is not known here\n' +
      '    allowed: daily_bytes, dedupe, description, examples, fields, financial, grain, owner, purpose, retention, sampling, subject, tier\n' +
      '    hint: did you mean "retention"?',
  );
});

test('keys, types, values and references of a field are judged where they stand', () => {
  assert.match(
    only(problemsWith('type: int64', 'type: int46')),
    /Played\.yaml:9:14 {2}"fields\.ms\.type" is "int46"\n {4}allowed: bool, bytes, .*\n {4}hint: did you mean "int64"\?/,
  );
  assert.match(
    only(problemsWith('min: 0', 'minimum: 0')),
    /:9:21 {2}"minimum" is not known here\n {4}allowed: description, max, min, optional, .*\n {4}hint: did you mean "min"\?/,
  );
  assert.match(
    only(problemsWith('min: 0', 'min: zero')),
    /:9:26 {2}"fields\.ms\.min" is "zero"\n {4}allowed: a number/,
  );
  assert.match(
    only(problemsWith('owner: team-a', 'owner: team-b')),
    /:2:8 {2}the team "team-b" is not declared\n {4}allowed: team-a\n {4}hint: did you mean "team-a"\?/,
  );
  assert.match(
    only(problemsWith('grain: hour', 'grain: hours')),
    /:5:8 {2}"grain" is "hours"\n {4}allowed: day, hour\n {4}hint: did you mean "hour"\?/,
  );
  assert.match(
    only(problemsWith('retention: P400D', 'retention: 400 days')),
    /:6:12 {2}"retention" is "400 days", not an ISO 8601 duration/,
  );
  assert.match(
    only(problemsWith('retention: P400D', 'retention: 400')),
    /:6:12 {2}"retention" is 400\n {4}allowed: an ISO 8601 duration/,
  );
  assert.match(
    only(problemsWith('  track:', '  TrackId:')),
    /:8:3 {2}the name "TrackId" is not allowed\n {4}allowed: lower-case words with underscores/,
  );
  assert.match(
    only(problemsWith('privacy: seal', 'privacy: encrypt')),
    /"fields\.email\.privacy" is "encrypt"\n {4}allowed: clear, seal, token, person, drop or \{generalise: RULE\}/,
  );
});

test('a field without a semantic type fails the compile', () => {
  assert.match(
    only(problemsWith('semantic: metric, ', '')),
    /:9:3 {2}the field has no semantic type\n {4}allowed: content\.id, .*metric/,
  );
  assert.match(
    only(problemsWith('semantic: metric', 'semantic: metrics')),
    /the semantic type "metrics" is not declared.*\n.*\n {4}hint: did you mean "metric"\?/,
  );
});

test('a strict value is refused in clear, also inside lists and records', () => {
  assert.match(
    only(problemsWith('privacy: seal, ', '')),
    /"user\.email" is strict and would be stored in clear\n {4}allowed: seal, token, drop/,
  );
  assert.match(
    only(problemsWith('privacy: {generalise: ip-prefix}, ', 'privacy: clear, ')),
    /allowed: seal, token, \{generalise: ip-prefix\}, drop/,
  );
  const list = problemsWith(
    '  ms:',
    '  mails: {type: list, of: {type: string}, semantic: user.email, optional: true, description: Addresses of friends.}\n  ms:',
  );
  assert.match(only(list), /"user\.email" is strict/);
  const nested =
    '  friends:\n    type: list\n    semantic: content.id\n    optional: true\n    description: Who listened too.\n    of: {type: record, fields: {mail: {type: string, semantic: user.email, description: Address of a friend.}}}\n  ms:';
  assert.match(only(problemsWith('  ms:', nested)), /allowed: seal or drop on the list around it/);
  compiled(
    filesWith({
      'events/music/Played.yaml': PLAYED.replace(
        '  ms:',
        nested.replace('semantic: content.id', 'semantic: content.id\n    privacy: seal'),
      ),
    }),
  );
});

test('an action must fit the value and the subject', () => {
  assert.match(
    only(problemsWith('privacy: {generalise: ip-prefix}', 'privacy: {generalise: ip-prefx}')),
    /there is no rule "ip-prefx"[\s\S]*did you mean "ip-prefix"\?/,
  );
  assert.match(
    only(problemsWith('privacy: {generalise: ip-prefix}', 'privacy: {generalise: url}')),
    /"user\.ip" does not become less by "url"\n {4}allowed: ip-prefix/,
  );
  assert.match(
    only(
      problemsWith('type: int64, min: 0, max: 1000, semantic: metric', 'type: bool, semantic: metric, privacy: token'),
    ),
    /a bool cannot become a pseudonym/,
  );
  assert.match(
    only(
      problemsWith(
        'type: int64, min: 0, max: 1000, semantic: metric',
        'type: int64, semantic: user.ip, privacy: {generalise: ip-prefix}',
      ),
    ),
    /does not take a int64\n {4}allowed: string/,
  );
  const nobody = PLAYED.replace('grain: hour', 'grain: hour\nsubject: none');
  assert.match(
    problemsOf(filesWith({ 'events/music/Played.yaml': nobody }))
      .map(({ message }) => message)
      .join(),
    /"seal" needs the key of a subject, and the event type has none/,
  );
});

test('an hourly table holds 416 days and a purpose only what it allows', () => {
  compiled(filesWith({ 'events/music/Played.yaml': PLAYED.replace('P400D', 'P416D') }));
  assert.match(
    only(problemsWith('P400D', 'P417D')),
    /:6:12 {2}P417D of hour partitions are more than the 10000 that a table can have\n {4}allowed: at most P416D[\s\S]*use `grain: day`/,
  );
  compiled(
    filesWith({ 'events/music/Played.yaml': PLAYED.replace('P400D', 'P20Y').replace('grain: hour', 'grain: day') }),
  );
  assert.match(
    only(problemsWith('purpose: analytics', 'purpose: account')),
    /P400D is longer than the purpose "account" allows\n {4}allowed: at most P1Y/,
  );
  assert.match(
    only(problemsWith('P400D', 'P20D')),
    /twins cannot be recognised over P30D when partitions are kept for P20D/,
  );
});

test('every example is a test', () => {
  assert.match(
    only(problemsWith('{track: t1, ms: 3}', '{track: t1, ms: 3000}')),
    /:13:21 {2}example 1 is not valid: data\.ms is refused as out_of_range\n {4}hint: Send a whole number between 0 and 1000\./,
  );
  assert.match(
    only(problemsWith('{track: t1, ms: 3}', '{ms: 3}')),
    /:13:5 {2}example 1 is not valid: data\.track is refused as missing_field/,
  );
  assert.match(
    only(problemsWith('{track: t1, ms: 3}', '{track: t1, ms: 3, mss: 4}')),
    /example 1 has 1 fields that are not declared/,
  );
  assert.match(
    only(problemsWith('  - {track: t1, ms: 3}', '  []')),
    /"examples" is an empty list\n {4}allowed: a list of one or more events/,
  );
});

test('a name that the tables of events or SQL need is no field', () => {
  assert.match(
    only(problemsWith('  track:', '  subject:')).split('\n')[0] ?? '',
    /"subject" is a column of every event|example/,
  );
  for (const name of ['message_id', 'hour', 'select', 'constructor']) {
    assert.ok(
      problemsWith('  track:', `  ${name}:`).some((told) => told.includes(`"${name}"`)),
      name,
    );
  }
});

test('limits that no value can keep are refused', () => {
  assert.match(
    problemsWith('min: 0, max: 1000', 'min: 10, max: 3').join('\n'),
    /no number is at least 10 and at most 3/,
  );
  assert.match(
    only(problemsWith('type: string, semantic: content.id', 'type: string, pattern: "(", semantic: content.id')),
    /"\(" is not a regular expression/,
  );
  assert.match(
    only(problemsWith('type: int64, min: 0, max: 1000', 'type: enum, values: [a, a]')).concat(
      problemsWith('type: int64, min: 0, max: 1000', 'type: enum, values: [a, a]').join(),
    ),
    /the value "a" is listed twice|is refused/,
  );
});

test('two event types that would share a table are refused', () => {
  const problems = problemsOf(
    filesWith({ 'events/music/PlayedV2.yaml': PLAYED, 'events/music/Played_v2.yaml': PLAYED }),
  );
  assert.deepEqual(
    problems.map(({ file, message }) => `${file} ${message}`),
    ['events/music/Played_v2.yaml its table music.played_v2 is that of events/music/PlayedV2.yaml too'],
  );
});

test('a missing or misplaced file of the platform is told', () => {
  const files = new Map(filesWith({ 'platform/team.yaml': 'a: 1' }));
  files.delete('platform/teams.yaml');
  const told = problemsOf(files).map(({ file, message, hint }) => `${file} ${message} ${hint ?? ''}`);
  assert.ok(told.some((text) => text.startsWith('platform/teams.yaml the file is missing')));
  assert.ok(
    told.some(
      (text) =>
        text.includes('platform/team.yaml there is no such file') &&
        text.includes('did you mean "platform/teams.yaml"'),
    ),
  );
});

test('a rule may not make something strict of it, nor may a file declare the meanings of the envelope', () => {
  const semantics =
    `${PLATFORM['platform/semantics.yaml']}\nsubject: {class: none, description: A false subject.}\n`.replace(
      'ip-prefix: network.prefix',
      'ip-prefix: user.email',
    );
  const told = new Set(problemsOf(filesWith({ 'platform/semantics.yaml': semantics })).map(({ message }) => message));
  assert.ok(told.has('"subject" is the platform\'s own'));
  assert.ok(told.has('the rule "ip-prefix" makes "user.email" of it, which is strict itself'));
  for (const id of Object.keys(ENVELOPE_SEMANTICS)) assert.equal(parseId('semantic', id), id);
});

test('the digest names the content: the order of files does not matter, a word does', () => {
  const files = filesWith({});
  const bundle = bundleOf(compiled(files));
  assert.equal(bundleOf(compiled(new Map([...files].reverse()))).digest, bundle.digest);
  assert.notEqual(
    bundleOf(compiled(filesWith({ 'events/music/Played.yaml': PLAYED.replace('played to', 'heard to') }))).digest,
    bundle.digest,
  );
  assert.deepEqual(bundleOf(readBundle(bundle)), bundle);
  assert.throws(
    () => readBundle({ ...bundle, text: bundle.text.replace('gold', 'golf') }),
    (thrown) => thrown instanceof PlatformError && thrown.code === 'catalog_corrupt',
  );
});

test('rewording is no new version of a declaration, a limit is', () => {
  const { declaration } = eventTypeOf(PLAYED);
  assert.equal(eventTypeOf(PLAYED.replace('The played track.', 'The track that was played.')).declaration, declaration);
  assert.notEqual(eventTypeOf(PLAYED.replace('max: 1000', 'max: 1001')).declaration, declaration);
});
