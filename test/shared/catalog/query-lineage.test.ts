import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseId } from '#shared/platform/ids.ts';
import { PLAYED, purposesOpenedBy } from './declarations.ts';
import { CONTRACT, endpointOf, files, FOLDER, QUERY, told } from './endpoints.ts';

const PLAYED_ID = parseId('endpoint', 'music.played');

/** The contract without the column of the subject, for queries that must not carry it. */
const BARE = CONTRACT.replace('  subject: {type: STRING, semantic: subject, tests: [not_null]}\n', '').replace(
  'tests: [{unique: {columns: [day, subject]}}]\n',
  '',
);

/** What is said about a query whose endpoint has a day and one more column. */
function saidOf(type: string, select: string, rest: Readonly<Record<string, string>> = {}): string {
  const contract = BARE.replace(/ {2}plays:.*\n/, `  value: {type: ${type}}\n`);
  return told({ [`${FOLDER}/endpoint.yaml`]: contract, [`${FOLDER}/query.sql`]: select, ...rest });
}

/** The same for one that compiles: the lineage of the column. */
function lineageOfValue(type: string, select: string, rest: Readonly<Record<string, string>> = {}): readonly string[] {
  const contract = BARE.replace(/ {2}plays:.*\n/, `  value: {type: ${type}}\n`);
  const endpoint = endpointOf(
    files({ [`${FOLDER}/endpoint.yaml`]: contract, [`${FOLDER}/query.sql`]: select, ...rest }),
  );
  const from = endpoint.lineage.find(({ column }) => column === 'value')?.from ?? [];
  return from.map(({ flow, column }) => `${flow} ${column}`);
}

test('every column of an endpoint tells the columns it comes from and those that decide', () => {
  const { lineage } = endpointOf(files());
  assert.deepEqual(lineage, [
    {
      column: 'day',
      from: [
        { endpoint: PLAYED_ID, column: 'hour', flow: 'transformed' },
        { endpoint: PLAYED_ID, column: 'subject', flow: 'influence' },
      ],
    },
    {
      column: 'subject',
      from: [
        { endpoint: PLAYED_ID, column: 'subject', flow: 'identity' },
        { endpoint: PLAYED_ID, column: 'hour', flow: 'influence' },
      ],
    },
    {
      column: 'plays',
      from: [
        { endpoint: PLAYED_ID, column: 'hour', flow: 'influence' },
        { endpoint: PLAYED_ID, column: 'subject', flow: 'influence' },
      ],
    },
  ]);
});

test('no other name, no step on the way and no struct hides a strict column', () => {
  const day = 'DATE(hour) AS day';
  const strict = /"value" carries music\.played\.subject, which is "subject" and strict/;
  for (const value of [
    `SELECT ${day}, subject AS value FROM music.played`,
    `SELECT ${day}, UPPER(CONCAT('u-', subject)) AS value FROM music.played`,
    `WITH a AS (SELECT hour, subject AS s FROM music.played), b AS (SELECT hour, s AS t FROM a)
     SELECT ${day}, t AS value FROM b`,
    `WITH a AS (SELECT hour, STRUCT(track, subject AS s) AS both FROM music.played) SELECT ${day}, both.s AS value FROM a`,
    `SELECT ${day}, TO_JSON_STRING(p) AS value FROM music.played AS p`,
    `SELECT ${day}, (SELECT MAX(q.subject) FROM music.played AS q) AS value FROM music.played`,
    `SELECT ${day}, ANY_VALUE(subject) AS value FROM music.played GROUP BY day`,
    `SELECT ${day}, track AS value FROM music.played UNION ALL SELECT ${day}, subject FROM music.played`,
    `SELECT ${day}, LAG(subject) OVER (ORDER BY hour) AS value FROM music.played`,
  ]) {
    assert.match(saidOf('STRING', value), strict, value);
  }
  assert.match(
    saidOf('ARRAY<STRING>', `SELECT ${day}, ARRAY_AGG(subject) AS value FROM music.played GROUP BY day`),
    strict,
  );
  assert.match(saidOf('BYTES', `SELECT ${day}, sealed AS value FROM music.played`), /which is "sealed" and strict/);
});

test('a strict column may decide, be counted and be masked', () => {
  const day = 'DATE(hour) AS day';
  assert.deepEqual(
    lineageOfValue('INT64', `SELECT ${day}, COUNT(DISTINCT subject) AS value FROM music.played GROUP BY day`),
    ['counted subject', 'influence hour'],
  );
  assert.deepEqual(lineageOfValue('BYTES', `SELECT ${day}, SHA256(subject) AS value FROM music.played`), [
    'masked subject',
  ]);
  assert.deepEqual(
    lineageOfValue('STRING', `SELECT ${day}, IF(subject IS NULL, 'x', track) AS value FROM music.played`),
    ['identity track', 'influence subject'],
  );
  assert.deepEqual(
    lineageOfValue(
      'STRING',
      `WITH a AS (SELECT hour, STRUCT(track AS t, subject AS s) AS both FROM music.played)
       SELECT ${day}, both.t AS value FROM a`,
    ),
    ['identity track'],
  );
});

test('what a purpose opens reaches only a column that is declared strict', () => {
  const reveal = `JSON_VALUE(reveal_analytics.open(subject, sealed, 'email', 'for tests'), '$.value')`;
  const opened = /"value" carries what was opened of music\.played\.sealed, which is "sealed" and strict/;
  for (const value of [reveal, `UPPER(${reveal})`, `COALESCE(NULL, ${reveal})`]) {
    assert.match(saidOf('STRING', `SELECT DATE(hour) AS day, ${value} AS value FROM music.played`), opened, value);
  }
  assert.match(saidOf('INT64', `SELECT DATE(hour) AS day, LENGTH(${reveal}) AS value FROM music.played`), opened);
  const counted = `SELECT DATE(hour) AS day, COUNT(DISTINCT ${reveal}) AS value FROM music.played GROUP BY day`;
  assert.deepEqual(
    lineageOfValue('INT64', counted, purposesOpenedBy('analytics', '{endpoints: [music.daily_plays]}')),
    ['counted sealed', 'influence hour'],
  );
});

test('the greatest, the gathered and the sum of one show a strict value, whatever it was made into', () => {
  const day = 'DATE(hour) AS day';
  const carries = /"value" carries music\.played\.subject, which is "subject" and strict/;
  for (const value of ['MAX', 'MIN', 'ANY_VALUE', 'SUM', 'BIT_XOR']) {
    const select = `SELECT ${day}, ${value}(CAST(subject AS INT64)) AS value FROM music.played GROUP BY day`;
    assert.match(saidOf('INT64', select), carries, value);
  }
  assert.match(
    saidOf('FLOAT64', `SELECT ${day}, AVG(CAST(subject AS INT64)) AS value FROM music.played GROUP BY day`),
    carries,
  );
  for (const value of ['COUNT(subject)', 'COUNTIF(subject = "x")', 'APPROX_COUNT_DISTINCT(subject)']) {
    lineageOfValue('INT64', `SELECT ${day}, ${value} AS value FROM music.played GROUP BY day`);
  }
});

test('a strict field of a record is strict wherever the record goes, and its neighbours are not', () => {
  const device = `  device:
    type: record
    description: The device.
    fields:
      id: {type: string, semantic: user.ip, privacy: token, description: A pseudonym of the device.}
      model: {type: string, semantic: content.id, description: Its model.}
`;
  const event = {
    'events/music/Played.yaml': PLAYED.replace('examples:', `${device}examples:`).replace(
      'ms: 3',
      'ms: 3, device: {id: a, model: b}',
    ),
  };
  const strict = /"value" carries music\.played\.device(?:\.id)?, which is "user\.ip" and strict/;
  const say = (type: string, value: string): string =>
    saidOf(type, `SELECT DATE(hour) AS day, ${value} AS value FROM music.played`, event);
  assert.match(say('STRING', 'device.id'), strict);
  assert.match(say('STRING', 'TO_JSON_STRING(device)'), strict);
  assert.match(say('"STRUCT<id STRING, model STRING>"', 'device'), strict);
  const contract = BARE.replace(/ {2}plays:.*\n/, '  value: {type: STRING}\n');
  const { lineage } = endpointOf(
    files({
      [`${FOLDER}/endpoint.yaml`]: contract,
      [`${FOLDER}/query.sql`]: 'SELECT DATE(hour) AS day, device.model AS value FROM music.played',
      ...event,
    }),
  );
  assert.deepEqual(lineage.at(1)?.from, [{ endpoint: PLAYED_ID, column: 'device', field: 'model', flow: 'identity' }]);
});

test('a query gives each name once', () => {
  assert.match(
    told({
      [`${FOLDER}/query.sql`]: QUERY.replace('subject, COUNT', 'subject, track AS day, COUNT').replace(
        'GROUP BY day, subject',
        'GROUP BY 1, 2, 3',
      ),
    }),
    /query\.sql:1:1 {2}the query gives the column "day" more than once/,
  );
});
