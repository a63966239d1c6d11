import assert from 'node:assert/strict';
import { test } from 'node:test';
import { approvalLines } from '#shared/catalog/operator/deletion.ts';
import { readDeletions } from '#shared/catalog/operator/deletions-file.ts';
import { formatProblem } from '#shared/catalog/problem.ts';
import { compiled, filesWith } from '#test/shared/catalog/declarations.ts';

const { platform } = compiled(filesWith({}));

test('approvals are read with who gave them and why', () => {
  const text = '- resource: table music.old\n  reason: Replaced by music.new.\n  approved_by: team-a\n';
  assert.deepEqual(readDeletions(text, platform), {
    deletions: [{ resource: 'table music.old', reason: 'Replaced by music.new.', approvedBy: 'team-a' }],
    problems: [],
  });
});

test('every mistake is told at its place', () => {
  const text = '- resource: view music.old\n  reason: No.\n  approved_by: team-a\n  by: me\n';
  const problems = readDeletions(text, platform).problems.map(formatProblem);
  assert.equal(problems.length, 3);
  for (const line of ['deletions.yaml:1:13 ', 'deletions.yaml:2:11 ', 'deletions.yaml:4:3 ']) {
    assert.ok(
      problems.some((problem) => problem.startsWith(line)),
      `${line}\n${problems.join('\n')}`,
    );
  }
});

test('only a team can approve', () => {
  const text = '- resource: table music.old\n  reason: Replaced by music.new.\n  approved_by: team-b\n';
  const [problem] = readDeletions(text, platform).problems;
  assert.equal(problem?.message, 'there is no team "team-b"');
  assert.deepEqual([problem.line, problem.column], [3, 16]);
});

test('what a refusal proposes to add becomes valid once it is filled in', () => {
  const text = approvalLines('topic events.music.Old').replace(/WHY.*/, 'Nobody sends it.').replace('TEAM', 'team-a');
  assert.equal(readDeletions(`${text}\n`, platform).problems.length, 0);
});
