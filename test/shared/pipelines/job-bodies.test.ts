import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { parseScript } from '#lib/googlesql/syntax/parse.ts';
import { orderedQuery } from '#shared/catalog/audit-query.ts';
import { eventTypesOf } from '#shared/catalog/catalog.ts';
import { closingCounts, closingQuery } from '#shared/pipelines/closing-query.ts';
import { codeDigestOf } from '#shared/pipelines/code-digest.ts';
import { auditJob, copyJob, stageJob } from '#shared/pipelines/job-bodies.ts';
import { type RunName, runJobId, stagingTableOf } from '#shared/pipelines/job-names.ts';
import { landedInSpan, landedOfImport } from '#shared/pipelines/landed-query.ts';
import { catalogWith, dailyPipeline, eventEndpoint, id, key, sqlEndpoint } from './memory-view.ts';

const place = { projectId: 'p', region: 'europe-north1' };
const catalog = catalogWith(dailyPipeline('max_bytes_billed: 1TB\ntests: [{row_count: {min: 1, severity: warn}}]'));
const [eventType] = eventTypesOf(catalog);
assert.ok(eventType !== undefined);
const played = eventEndpoint(catalog, 'music.played');
const daily = sqlEndpoint(catalog, 'music.daily');
const hourRun: RunName = { endpoint: played.id, key: key('2026-08-01T13'), run: 'r0198' };
const dayRun: RunName = { endpoint: daily.id, key: key('2026-08-01'), run: 'r0199' };

function golden(context: TestContext, name: string, text: string): void {
  const path = join(import.meta.dirname, 'golden', name);
  context.assert.fileSnapshot(`${text}\n`, path, { serializers: [String] });
  if (name.endsWith('.sql')) assert.equal(parseScript(text).kind, 'ok', name);
}

test('a partition is closed with live rows only while there is no import', (context) => {
  golden(context, 'closing-live.sql', closingQuery(eventType, played, { again: false, imports: false }));
});

test('rows of imports are taken by when they happened', (context) => {
  golden(context, 'closing-imports.sql', closingQuery(eventType, played, { again: false, imports: true }));
});

test('a closed partition keeps its rows, and takes only rows of imports', (context) => {
  golden(context, 'closing-again.sql', closingQuery(eventType, played, { again: true, imports: true }));
  const nothing = closingQuery(eventType, played, { again: true, imports: false });
  assert.ok(!nothing.includes('raw.'), 'without imports, nothing can be new');
});

test('what has landed is asked as ranges of sequences', (context) => {
  golden(context, 'landed-in-span.sql', landedInSpan(eventType.id));
  golden(context, 'landed-of-import.sql', landedOfImport(eventType.id));
});

test('the jobs of a closing', (context) => {
  const form = { again: true, imports: true };
  const stage = stageJob(place, played, hourRun, { sql: 'SELECT 1', timestamps: { imports_since: 0 } });
  const audit = auditJob(place, { ...played, checks: closingCounts(played, form) }, hourRun);
  const copy = copyJob(place, hourRun, { jobId: 'publish_music__played_2026-08-01T13_1_1' });
  golden(context, 'closing-jobs.json', JSON.stringify([stage, audit, copy], null, 2));
});

test('the jobs of a pipeline', (context) => {
  const { maxBytesBilled } = daily;
  const stage = stageJob(place, daily, dayRun, { sql: orderedQuery(daily), maxBytesBilled });
  const copy = copyJob(place, dayRun, { jobId: 'publish_music__daily_2026-08-01_1_1' });
  golden(context, 'pipeline-jobs.json', JSON.stringify([stage, auditJob(place, daily, dayRun), copy], null, 2));
});

test('names of jobs and staging tables keep the rules of BigQuery and are one for each run', () => {
  const names = [hourRun, dayRun, { ...dayRun, key: key('2026-W31') }, { ...dayRun, run: 'r0200' }];
  const ids = names.flatMap((name) => [runJobId('stage', name), runJobId('audit', name)]);
  assert.equal(new Set(ids).size, ids.length);
  for (const jobId of ids) assert.match(jobId, /^[\w-]{1,1024}$/);
  for (const name of names) assert.match(stagingTableOf(name).table, /^\w{1,1024}$/);
  assert.equal(stagingTableOf(hourRun).table, 'music__played__20260801T13_r0198');
});

test('the code digest follows from what decides the rows, and from nothing else', () => {
  const described = catalogWith(dailyPipeline('tests: [{row_count: {min: 1}}]\nreaders: [group:a@example.com]'));
  const widened = catalogWith(dailyPipeline('inputs: {music.played: {window: "0..2h"}}'));
  const digest = (from: typeof catalog): string => codeDigestOf(sqlEndpoint(from, 'music.daily'), undefined);
  assert.equal(digest(described), digest(catalog));
  assert.notEqual(digest(widened), digest(catalog));
  assert.match(codeDigestOf(played, eventType), /^[0-9a-f]{64}$/);
  assert.equal(id('music.daily'), daily.id);
});
