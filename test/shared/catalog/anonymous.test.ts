/** Endpoints that are declared anonymous: what the compiler refuses, and what the audit of each partition counts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditQuery } from '#shared/catalog/audit-query.ts';
import { formatProblem } from '#shared/catalog/problem.ts';
import { compiled, filesWith, problemsOf } from './declarations.ts';
import { endpointOf } from './endpoints.ts';

const FOLDER = 'sql/music/by_track';
const CONTRACT = `description: Listeners per day and track.
owner: team-a
partition: {column: day, grain: day, start: 2026-01-01}
retention: P400D
privacy: {anonymous: {k: 20, people: listeners}}
columns:
  day: {type: DATE}
  track: {type: STRING, semantic: content.id}
  listeners: {type: INT64, semantic: metric}
`;
const QUERY = `SELECT DATE(hour) AS day, track, COUNT(DISTINCT subject) AS listeners
FROM music.played
WHERE hour >= @partition_start AND hour < @partition_end
GROUP BY day, track
`;

const files = (contract = CONTRACT, query = QUERY) =>
  filesWith({ [`${FOLDER}/endpoint.yaml`]: contract, [`${FOLDER}/query.sql`]: query });

const told = (contract: string, query = QUERY): string =>
  problemsOf(files(contract, query)).map(formatProblem).join('\n');

test('each partition is audited for rows that stand for fewer people than promised', () => {
  const endpoint = endpointOf(files(), 'music.by_track');
  assert.deepEqual(endpoint.checks.at(-1), {
    name: 'privacy:k:listeners',
    severity: 'fail',
    countSql: 'COUNTIF(listeners IS NULL OR listeners < 20)',
  });
  assert.match(auditQuery(endpoint, 'p.staging.x'), /COUNTIF\(listeners IS NULL OR listeners < 20\) AS check_0/);
});

test('the column of people counts distinct subjects, and nothing else', () => {
  const missing = told(CONTRACT.replace('people: listeners', 'people: nobody'));
  assert.match(missing, /endpoint\.yaml:5:\d+.*"nobody" is no column of INT64[^]*listeners/);
  for (const wrong of ['COUNT(*)', 'COUNT(subject)', 'COUNT(DISTINCT track)', 'SUM(ms)']) {
    assert.match(
      told(CONTRACT, QUERY.replace('COUNT(DISTINCT subject)', wrong)),
      /"listeners" does not count people/,
      wrong,
    );
  }
});

test('a number that is made larger than there are people is refused, whatever else the query counts', () => {
  for (const wrong of [
    'COUNT(DISTINCT CONCAT(subject, track)) AS listeners',
    'COUNT(DISTINCT subject) * 100 AS listeners',
    'COUNT(DISTINCT subject) + COUNT(DISTINCT track) AS listeners',
    'COUNT(subject) AS listeners, COUNT(DISTINCT track) AS tracks',
    'COUNT(subject) AS listeners, COUNT(DISTINCT subject) AS people',
  ]) {
    const contract = / AS (tracks|people)/.exec(wrong);
    const columns = contract === null ? CONTRACT : `${CONTRACT}  ${contract[1]}: {type: INT64, semantic: metric}\n`;
    const query = QUERY.replace('COUNT(DISTINCT subject) AS listeners', wrong);
    assert.match(told(columns, query), /"listeners" does not count people/, wrong);
  }
  const renamed = `WITH plays AS (SELECT DATE(hour) AS day, track, subject AS who FROM music.played WHERE hour >= @partition_start AND hour < @partition_end)
SELECT day, track, COUNT(DISTINCT plays.who) AS listeners FROM plays GROUP BY day, track`;
  compiled(files(CONTRACT, renamed));
});

test('nothing that tells people apart may stand beside it', () => {
  const contract = CONTRACT.replace('columns:', 'columns:\n  subject: {type: STRING, semantic: subject}');
  const query = QUERY.replace('track, COUNT', 'track, subject, COUNT').replace('day, track\n', 'day, track, subject\n');
  assert.match(told(contract, query), /declared anonymous, and "subject" \(subject\) tells people apart/);
});

test('a sum of something strict may stand where each row stands for many, and the greatest may not', () => {
  const contract = CONTRACT.replace('columns:', 'columns:\n  value: {type: INT64}');
  const query = (aggregate: string): string =>
    QUERY.replace('track, COUNT', `track, ${aggregate}(CAST(subject AS INT64)) AS value, COUNT`);
  compiled(files(contract, query('SUM')));
  assert.match(told(contract, query('MAX')), /"value" carries music\.played\.subject/);
});

test('an anonymous endpoint may be made of another one with at least the same k', () => {
  const further = (k: number) => ({
    'sql/music/top/endpoint.yaml': CONTRACT.replace('k: 20', `k: ${k}`).replace('per day and track', 'of some tracks'),
    'sql/music/top/query.sql': `SELECT day, track, listeners FROM music.by_track WHERE day >= DATE(@partition_start) AND day < DATE(@partition_end) AND listeners > 100`,
  });
  compiled(new Map([...files(), ...Object.entries(further(20))]));
  const problems = problemsOf(new Map([...files(), ...Object.entries(further(50))])).map(formatProblem);
  assert.match(problems.join(), /"listeners" does not count people/);
});
