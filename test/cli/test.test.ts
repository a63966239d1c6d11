/** `trib test`, the whole command in a process of its own, on the declarations of this repository. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tributary-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));

interface Told {
  readonly status: number | null;
  readonly out: string;
  readonly talk: string;
}

function run(...given: readonly string[]): Told {
  const main = join(ROOT, 'cli/main.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'test', ...given], { encoding: 'utf8' });
  return { status, out: stdout, talk: stderr };
}

test('the unit tests of this repository pass, and no endpoint is without one', () => {
  const { status, out, talk } = run('--root', ROOT, '--json');
  assert.equal(status, 0, out);
  const { passed, failed, tests } = JSON.parse(out) as {
    readonly passed: number;
    readonly failed: number;
    readonly tests: readonly { readonly endpoint: string }[];
  };
  assert.equal(failed, 0);
  assert.equal(passed, tests.length);
  assert.doesNotMatch(talk, /Without a unit test/);
  const endpoints = new Set(tests.map(({ endpoint }) => endpoint));
  for (const id of ['web.daily_requests', 'listening.daily_plays', 'listening.sessions', 'listening.daily_listeners']) {
    assert.ok(endpoints.has(id), id);
  }
});

test('a query that is broken fails its test with the rows that differ, and the others of its endpoint pass', () => {
  for (const part of ['events', 'platform', 'sql']) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  const query = join(folder, 'sql/web/daily_requests/query.sql');
  writeFileSync(query, readFileSync(query, 'utf8').replace('COUNT(DISTINCT subject)', 'COUNT(subject)'));
  const { status, out, talk } = run('--root', folder, 'web.daily_requests');
  assert.equal(status, 1, talk);
  assert.match(out, /a-day-with-visitors\.yaml:\d+:\d+ {2}the query gives other rows/);
  assert.match(out, /~ {2}2026-08-01 {2}4 {9}2 → 3/);
  assert.match(talk, /\d+ passed, 1 failed/);
});

test('an endpoint that is not declared is a mistake of usage', () => {
  const { status, talk } = run('--root', ROOT, 'web.daily_request');
  assert.equal(status, 2);
  assert.match(talk, /There is no endpoint web\.daily_request/);
});
