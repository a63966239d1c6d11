/** `trib test`, the whole command in a process of its own, on the declarations of this repository. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type CommandResult, ROOT, runTrib } from './trib.ts';

const folder = mkdtempSync(join(tmpdir(), 'tributary-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function run(...given: readonly string[]): Promise<CommandResult> {
  return runTrib(['test', ...given]);
}

test('the unit tests of this repository pass, and no endpoint is without one', async () => {
  const { exitCode, stdout, stderr } = await run('--root', ROOT, '--json');
  assert.equal(exitCode, 0, stdout);
  const { passed, failed, tests } = JSON.parse(stdout) as {
    readonly passed: number;
    readonly failed: number;
    readonly tests: readonly { readonly endpoint: string }[];
  };
  assert.equal(failed, 0);
  assert.equal(passed, tests.length);
  assert.doesNotMatch(stderr, /Without a unit test/);
  const endpoints = new Set(tests.map(({ endpoint }) => endpoint));
  for (const id of ['web.daily_requests', 'listening.daily_plays', 'listening.sessions', 'listening.daily_listeners']) {
    assert.ok(endpoints.has(id), id);
  }
});

test('a query that is broken fails its test with the rows that differ, and the others of its endpoint pass', async () => {
  for (const part of ['events', 'platform', 'sql']) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  const query = join(folder, 'sql/web/daily_requests/query.sql');
  writeFileSync(query, readFileSync(query, 'utf8').replace('COUNT(DISTINCT subject)', 'COUNT(subject)'));
  const { exitCode, stdout, stderr } = await run('--root', folder, 'web.daily_requests');
  assert.equal(exitCode, 1, stderr);
  assert.match(stdout, /a-day-with-visitors\.yaml:\d+:\d+ {2}the query gives other rows/);
  assert.match(stdout, /~ {2}2026-08-01 {2}4 {9}2 → 3/);
  assert.match(stderr, /\d+ passed, 1 failed/);
});

test('an endpoint that is not declared is a mistake of usage', async () => {
  const { exitCode, stderr } = await run('--root', ROOT, 'web.daily_request');
  assert.equal(exitCode, 2);
  assert.match(stderr, /There is no endpoint web\.daily_request/);
});
