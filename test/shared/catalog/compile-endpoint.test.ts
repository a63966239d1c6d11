import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUDIT_COLUMNS, auditQuery, insidePartition, orderedQuery } from '#shared/catalog/audit-query.ts';
import { formatProblem } from '#shared/catalog/problem.ts';
import { problemsOf } from './declarations.ts';
import { CONTRACT, endpointOf, files, FOLDER, QUERY, told, withContract, withQuery } from './endpoints.ts';

test('an endpoint compiles to its contract, its inputs and its checks', () => {
  const endpoint = endpointOf(files());
  assert.deepEqual(endpoint.inputs, [
    { endpoint: 'music.played', window: { kind: 'same' }, maxAge: undefined, require: 'all' },
  ]);
  assert.deepEqual(endpoint.purposes, ['analytics']);
  assert.equal(endpoint.schedule, '0 0 * * *');
  assert.equal(endpoint.offset, 'PT0S');
  assert.equal(endpoint.onRestate, 'auto');
  assert.equal(endpoint.maxBytesBilled, 1e12);
  assert.deepEqual(endpoint.checks, [
    { name: 'column:subject:not_null', severity: 'fail', countSql: 'COUNTIF(subject IS NULL)' },
    { name: 'column:plays:range', severity: 'warn', countSql: 'COUNTIF(plays < 0 OR plays > 5000)' },
    {
      name: 'table:unique:day,subject',
      severity: 'fail',
      countSql: 'COUNT(*) - COUNT(DISTINCT TO_JSON_STRING(STRUCT(day, subject)))',
    },
  ]);
});

test('the audit is one query over the staged partition, with the guard and every check', () => {
  const checks =
    '-- no_robots (warn): robots do not listen\nSELECT subject FROM music.daily_plays WHERE daily_plays.plays > 2000;\n\n-- some: there are plays\nSELECT 1 FROM music.daily_plays AS d HAVING COUNT(*) = 0\n';
  const endpoint = endpointOf(files({ [`${FOLDER}/checks.sql`]: checks }));
  assert.equal(
    auditQuery(endpoint, 'p.staging.t'),
    [
      'WITH staged AS (SELECT * FROM `p.staging.t`)',
      'SELECT',
      '  COUNT(*) AS row_count,',
      '  COUNTIF((day >= DATE(@partition_start) AND day < DATE(@partition_end)) IS NOT TRUE) AS outside_partition,',
      '  COUNTIF(subject IS NULL) AS check_0,',
      '  COUNTIF(plays < 0 OR plays > 5000) AS check_1,',
      '  COUNT(*) - COUNT(DISTINCT TO_JSON_STRING(STRUCT(day, subject))) AS check_2,',
      '  (SELECT COUNT(*) FROM (',
      'SELECT subject FROM staged AS daily_plays WHERE daily_plays.plays > 2000',
      ')) AS check_3,',
      '  (SELECT COUNT(*) FROM (',
      'SELECT 1 FROM staged AS d HAVING COUNT(*) = 0',
      ')) AS check_4',
      'FROM staged',
    ].join('\n'),
  );
  assert.deepEqual(
    endpoint.checks.slice(3).map(({ name, severity }) => [name, severity]),
    [
      ['check:no_robots', 'warn'],
      ['check:some', 'fail'],
    ],
  );
  assert.equal(AUDIT_COLUMNS.check(4), 'check_4');
});

test('a week carries the day of its Monday, and a timestamp is compared as one', () => {
  const weekly = CONTRACT.replace('grain: day', 'grain: week');
  assert.equal(
    insidePartition(endpointOf(files({ [`${FOLDER}/endpoint.yaml`]: weekly }))),
    'day >= DATE(@partition_start) AND day < DATE(TIMESTAMP_ADD(@partition_start, INTERVAL 1 DAY))',
  );
  const hourly = CONTRACT.replace('grain: day', 'grain: hour').replace('day: {type: DATE}', 'day: {type: TIMESTAMP}');
  assert.equal(
    insidePartition(
      endpointOf(
        files({
          [`${FOLDER}/endpoint.yaml`]: hourly,
          [`${FOLDER}/query.sql`]: QUERY.replace('DATE(hour)', 'TIMESTAMP_TRUNC(hour, HOUR)'),
        }),
      ),
    ),
    'day >= @partition_start AND day < @partition_end',
  );
  const all = CONTRACT.replace('column: day, grain: day', 'grain: all');
  assert.equal(insidePartition(endpointOf(files({ [`${FOLDER}/endpoint.yaml`]: all }))), 'TRUE');
});

test('a query is wrapped so that its columns stand in the order of the table', () => {
  assert.equal(
    orderedQuery(endpointOf(files({ [`${FOLDER}/query.sql`]: `${QUERY.trim()};\n` }))),
    `SELECT\n  day,\n  subject,\n  plays\nFROM (\n${QUERY.trim()}\n)`,
  );
});

test('a query says where it is wrong', () => {
  assert.match(withQuery(QUERY.replace('FROM music', 'FORM music')), /query\.sql:3:\d+ {2}Syntax error: .*[^\]]$/m);
  assert.match(
    withQuery(QUERY.replace('music.played', 'music.playd')),
    /query\.sql:3:6 {2}there is no endpoint music\.playd\n {4}allowed: endpoints, as domain\.name\n {4}hint: did you mean "music\.played"\?/,
  );
  assert.match(
    withQuery(QUERY.replace('DATE(hour)', 'CURRENT_DATE')),
    /query\.sql:2:8 {2}CURRENT_DATE gives another value at each run\n {4}hint: use DATE\(@partition_start\)/,
  );
  assert.match(withQuery(QUERY.replace('@partition_end', 'current_timestamp()')), /4:\d+ {2}CURRENT_TIMESTAMP gives/);
  assert.match(
    withQuery(QUERY.replace('@partition_end', '@partition_finish')),
    /there is no parameter @partition_finish\n {4}allowed: @partition_start, @partition_end/,
  );
  assert.match(withQuery(QUERY.replace('music.played', 'raw.music_played')), /raw\.music_played is the platform's own/);
  assert.match(
    withQuery(QUERY.replace('music.played', 'music.played_live')),
    /music\.played_live is open, so what is made of it would change\n {4}hint: read music\.played,/,
  );
  assert.match(
    withQuery(QUERY.replace('music.played', 'music.played TABLESAMPLE SYSTEM (10 PERCENT)')),
    /TABLESAMPLE gives other rows/,
  );
  assert.match(
    withQuery(QUERY.replace('music.played', 'music.played FOR SYSTEM_TIME AS OF TIMESTAMP "2026-01-01"')),
    /FOR SYSTEM_TIME AS OF is not allowed/,
  );
  assert.match(withQuery(`${QUERY}; SELECT 1`), /a second statement\n {4}allowed: one SELECT/);
  assert.match(withQuery('DELETE FROM music.played WHERE TRUE'), /a pipeline is one query/);
  assert.match(withQuery('-- nothing'), /query\.sql:1:\d+ {2}Syntax error/);
});

test('only tables are inputs: not common tables, not arrays of rows, not names in quotes twice', () => {
  const query = `WITH played AS (SELECT * FROM \`music.played\`)
SELECT DATE(p.hour) AS day, p.subject, COUNT(*) AS plays
FROM played AS p
JOIN \`music\`.\`played\` AS q USING (subject), UNNEST([1]) AS n
LEFT JOIN (SELECT 1 AS one FROM (SELECT [1] AS tags FROM music.played) AS x, x.tags) ON TRUE
WHERE EXISTS (SELECT 1 FROM music.played WHERE hour = p.hour) AND p.hour >= @partition_start
GROUP BY day, subject`;
  assert.deepEqual(
    endpointOf(files({ [`${FOLDER}/query.sql`]: query })).inputs.map(({ endpoint }) => endpoint),
    ['music.played'],
  );
});

test('a contract says where it is wrong', () => {
  assert.match(
    withContract('column: day', 'column: dya'),
    /endpoint\.yaml:3:21 {2}the partition column "dya" is none of the columns/,
  );
  assert.match(
    withContract('day: {type: DATE}', 'day: {type: STRING}'),
    /a STRING cannot be the partition column of grain day\n {4}allowed: DATE, TIMESTAMP, DATETIME/,
  );
  assert.match(withContract('grain: day', 'grain: hour'), /a DATE cannot be the partition column of grain hour/);
  assert.match(withContract('grain: day', 'grain: all'), /an endpoint of grain all has no partition column/);
  assert.match(withContract('type: INT64', 'type: INTEGR'), /"columns\.plays\.type" is "INTEGR", not a GoogleSQL type/);
  assert.match(withContract('"@daily"', '"@yearly"'), /"schedule" is "@yearly", not a schedule\n {4}allowed: @hourly/);
  assert.match(withContract('1TB', '1 terabyte'), /not a size\n {4}allowed: a size such as 500MB/);
  assert.match(
    withContract('semantic: subject', 'semantic: subjekt'),
    /the semantic "subjekt" is not declared\n.*\n {4}hint: did you mean "subject"\?/,
  );
  assert.match(
    withContract('tests: [not_null]', 'tests: [notnull]'),
    /"columns\.subject\.tests\.0" is "notnull"\n {4}allowed: not_null, unique/,
  );
  assert.match(withContract('retention: P400D', 'retention: P30Y'), /more than the 10000 that a table can have/);
  assert.match(
    withContract('retention: P400D', 'retention: P21Y'),
    /P21Y is longer than the purpose "analytics" allows\n {4}allowed: at most P20Y/,
  );
  assert.match(
    withContract('owner: team-a', 'owner: team-a\nslo: {deadline: "6:00", timezone: Mars/Base, objective: 99}'),
    /"slo\.deadline" is "6:00"[\s\S]*"slo\.timezone" is "Mars\/Base"[\s\S]*"slo\.objective" is 99/,
  );
  assert.match(
    withContract('owner: team-a', 'owner: team-a\nreaders: [everybody]'),
    /"readers\.0" is "everybody", not a member/,
  );
  assert.match(
    withContract('owner: team-a', 'owner: team-a\ninputs: {music.plaid: {window: latest}}'),
    /the query does not read "music\.plaid"\n {4}allowed: music\.played\n {4}hint: did you mean "music\.played"\?/,
  );
  assert.match(
    withContract('owner: team-a', 'owner: team-a\ninputs: {music.played: {window: sometimes}}'),
    /"inputs\.music\.played\.window" is "sometimes", not a window/,
  );
  assert.match(
    withContract('owner: team-a', 'owner: team-a\ninputs: {music.played: {window: same, max_age: P1D}}'),
    /"max_age" is of window latest/,
  );
});

test('counts of many may be kept longer than what is of a person', () => {
  const counts = CONTRACT.replace('  subject: {type: STRING, semantic: subject, tests: [not_null]}\n', '')
    .replace('tests: [{unique: {columns: [day, subject]}}]\n', '')
    .replace('P400D', 'P21Y');
  const query = QUERY.replace('subject, COUNT', 'COUNT').replace('day, subject', 'day');
  const all = files({ [`${FOLDER}/endpoint.yaml`]: counts, [`${FOLDER}/query.sql`]: query });
  assert.equal(endpointOf(all).retention, 'P21Y');
});

test('endpoints read each other in dependency order, and never in a circle', () => {
  const weekly = CONTRACT.replace('grain: day', 'grain: week');
  const weeks = `SELECT DATE_TRUNC(day, ISOWEEK) AS day, subject, SUM(plays) AS plays
FROM music.daily_plays
WHERE day >= DATE(@partition_start) AND day < DATE(@partition_end)
GROUP BY day, subject`;
  const chain = files({ 'sql/music/weekly/endpoint.yaml': weekly, 'sql/music/weekly/query.sql': weeks });
  assert.deepEqual(endpointOf(chain, 'music.weekly').purposes, ['analytics']);
  const circle = problemsOf(
    files({
      'sql/music/weekly/endpoint.yaml': weekly,
      'sql/music/weekly/query.sql': weeks,
      [`${FOLDER}/query.sql`]: QUERY.replace('music.played', 'music.weekly'),
    }),
  ).map(formatProblem);
  assert.equal(circle.length, 1);
  assert.match(
    circle[0] ?? '',
    /daily_plays\/query\.sql:3:6 {2}endpoints read each other in a circle: music\.daily_plays -> music\.weekly -> music\.daily_plays/,
  );
});

test('an endpoint reads itself only backwards', () => {
  const query = QUERY.replace('music.played', 'music.played JOIN music.daily_plays USING (subject)');
  assert.match(
    withQuery(query),
    /music\.daily_plays reads itself\n {4}allowed: inputs: \{music\.daily_plays: \{window: previous\}\}/,
  );
  const backwards = CONTRACT.replace('owner: team-a', 'owner: team-a\ninputs: {music.daily_plays: {window: previous}}');
  const endpoint = endpointOf(files({ [`${FOLDER}/endpoint.yaml`]: backwards, [`${FOLDER}/query.sql`]: query }));
  assert.deepEqual(endpoint.inputs.at(1)?.window, { kind: 'offsets', from: -1, to: -1 });
});

test('a missing part of an endpoint, and one that is an event type too, are told', () => {
  const without = new Map(files());
  without.delete(`${FOLDER}/query.sql`);
  assert.match(
    problemsOf(without).map(formatProblem).join('\n'),
    /query\.sql:1:1 {2}the file is missing\n {4}allowed: one SELECT/,
  );
  assert.match(
    told({
      'sql/music/played/endpoint.yaml': CONTRACT,
      'sql/music/played/query.sql': QUERY.replace('music.played', 'music.daily_plays'),
    }),
    /music\.played is the endpoint of the event type music\.Played too/,
  );
  assert.match(
    told({ 'sql/raw/x/endpoint.yaml': CONTRACT, 'sql/raw/x/query.sql': QUERY }),
    /the domain "raw" is the platform's own/,
  );
  assert.match(
    told({ [`${FOLDER}/checks.sql`]: 'SELECT 1 FROM music.daily_plays' }),
    /checks\.sql:1:1 {2}the check has no name/,
  );
  assert.match(
    told({ [`${FOLDER}/checks.sql`]: '-- a: first\nSELECT 1;\n-- a: second\nSELECT CURRENT_DATE' }),
    /CURRENT_DATE gives[\s\S]*two checks are named "a"|two checks are named "a"[\s\S]*CURRENT_DATE gives/,
  );
});
