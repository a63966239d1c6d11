import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileCatalog } from '#shared/catalog/compile-catalog.ts';
import { formatProblem } from '#shared/catalog/problem.ts';
import type { ColumnSource } from '#shared/catalog/endpoint.ts';
import type { AnalyseQuery } from '#shared/catalog/sql-analysis.ts';
import { parseId } from '#shared/platform/ids.ts';
import { purposesOpenedBy } from './declarations.ts';
import { CONTRACT, endpointOf, files, FOLDER, QUERY, told, withContract, withQuery } from './endpoints.ts';

type Flow = ColumnSource['flow'];

function analysing(columns: Parameters<typeof outputs>[0], flow: Flow = 'identity'): string {
  const result = compileCatalog(
    files({ [`${FOLDER}/endpoint.yaml`]: CONTRACT.replace(', semantic: subject', '') }),
    outputs(columns, flow),
  );
  return result.kind === 'failed' ? result.problems.map(formatProblem).join('\n') : 'compiled';
}

function outputs(columns: readonly (readonly [string, 'DATE' | 'STRING' | 'INT64'])[], flow: Flow): AnalyseQuery {
  const endpoint = parseId('endpoint', 'music.played')!;
  return () => ({
    kind: 'analysed',
    columns: columns.map(([name, type]) => ({ name, type, repeated: false })),
    lineage: columns.map(([name]) => ({
      column: name,
      from: [{ endpoint, column: name === 'day' ? 'hour' : 'subject', flow }],
    })),
    opens: [],
  });
}

test('what the analysis finds is compared with what is declared', () => {
  const [day, subject, plays] = [
    ['day', 'DATE'],
    ['subject', 'STRING'],
    ['plays', 'INT64'],
  ] as const;
  assert.match(analysing([day, subject]), /the query gives no column "plays"\n {4}allowed: day, subject/);
  assert.match(
    analysing([day, subject, ['plays', 'STRING']], 'influence'),
    /the query gives "plays" as STRING, not INT64/,
  );
  assert.match(
    analysing([day, subject, plays, ['more', 'STRING']], 'influence'),
    /the query gives the column "more", which is not declared\n {4}hint: declare it in endpoint\.yaml: more: \{type: STRING\}/,
  );
});

test('a query is analysed against the columns of what it reads', () => {
  assert.match(
    withQuery(QUERY.replace('COUNT(*)', 'SUM(milliseconds)')),
    /query\.sql:2:40 {2}Unrecognized name: milliseconds$/m,
  );
  assert.match(
    withQuery(QUERY.replace('COUNT(*)', 'AVG(ms)')),
    /endpoint\.yaml:9:17 {2}the query gives "plays" as FLOAT64, not INT64\n {4}hint: declare that type, or CAST in the query/,
  );
  assert.match(
    withQuery(QUERY.replace(' AS plays', '')),
    /the query gives a column without a name\n {4}hint: name it with AS/,
  );
  assert.match(
    withQuery(QUERY.replace('AS plays', 'AS playz')),
    /the query gives no column "plays"[\s\S]*did you mean "playz"\?/,
  );
});

/** An endpoint whose query opens what was sealed for a purpose. */
function opening(purpose: string, granted: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const open = `JSON_VALUE(reveal_${purpose}.open(subject, sealed, 'email', 'the daily letter'), '$.value')`;
  return {
    [`${FOLDER}/endpoint.yaml`]: CONTRACT.replace(
      '  plays:',
      '  email: {type: STRING, semantic: user.email}\n  plays:',
    ),
    [`${FOLDER}/query.sql`]: QUERY.replace('subject, COUNT', `subject, ANY_VALUE(${open}) AS email, COUNT`),
    ...granted,
  };
}

test('a query opens what is sealed only for purposes that name its endpoint and that it has', () => {
  const granted = purposesOpenedBy('analytics', '{endpoints: [music.daily_plays]}');
  const endpoint = endpointOf(files(opening('analytics', granted)));
  assert.equal(endpoint.columns.at(2)?.name, 'email');
  assert.ok(
    endpoint.lineage.find(({ column }) => column === 'email')?.from.some(({ flow }) => flow === 'opened'),
    'the lineage says that it was opened',
  );
  assert.match(
    told(opening('analytics')),
    /query\.sql:1:1 {2}the query opens what was sealed for "analytics", which music\.daily_plays was not granted\n {4}allowed: opened_by: \{endpoints: \[music\.daily_plays\]\} of the purpose in platform\/purposes\.yaml/,
  );
  assert.match(
    told(opening('analytics', purposesOpenedBy('analytics', '{endpoints: [music.other]}'))),
    /which music\.daily_plays was not granted/,
  );
  assert.match(
    told(opening('account', purposesOpenedBy('account', '{endpoints: [music.daily_plays]}'))),
    /the query opens what was sealed for "account", and reads nothing of that purpose/,
  );
  assert.match(told(opening('marketing')), /query\.sql:2:\d+ {2}Function not found: reveal_marketing\.open/);
});

test('a grant that nobody uses, and one to nobody, are told', () => {
  assert.match(
    told(purposesOpenedBy('analytics', '{endpoints: [music.daily_plays]}')),
    /platform\/purposes\.yaml:1:1 {2}"analytics" may be opened by music\.daily_plays, whose query does not open it/,
  );
  assert.match(
    told(purposesOpenedBy('analytics', '{endpoints: [music.nothing]}')),
    /"analytics" may be opened by music\.nothing, and there is no such endpoint/,
  );
  assert.match(told(purposesOpenedBy('analytics', '{roles: [admin]}')), /admin/);
});

test('a subject that keeps its name cannot pass undeclared', () => {
  assert.match(
    withContract(', semantic: subject', ''),
    /"subject" carries music\.played\.subject, which is "subject" and strict/,
  );
});

test('a strict column reaches an endpoint only under its own meaning', () => {
  const columns = [
    ['day', 'DATE'],
    ['subject', 'STRING'],
    ['plays', 'INT64'],
  ] as const;
  assert.match(
    analysing(columns),
    /endpoint\.yaml:8:3 {2}"subject" carries music\.played\.subject, which is "subject" and strict\n {4}allowed: semantic: subject on the column/,
  );
  assert.match(analysing(columns, 'transformed'), /"plays" carries music\.played\.subject/);
  assert.equal(analysing(columns, 'influence'), 'compiled');
  assert.equal(analysing(columns, 'masked'), 'compiled');
  // Counted, nothing of a name is left; the greatest of many, or the sum of one, is all there.
  assert.equal(analysing(columns, 'counted'), 'compiled');
  assert.match(analysing(columns, 'aggregated'), /"plays" carries/);
  assert.match(analysing(columns, 'combined'), /"plays" carries/);
});
