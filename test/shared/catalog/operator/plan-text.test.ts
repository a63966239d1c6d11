import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { compileCatalog } from '#shared/catalog/compile-catalog.ts';
import { costNotes } from '#shared/catalog/operator/cost-notes.ts';
import { applyText, planText } from '#shared/catalog/operator/plan-text.ts';
import { type Plan, planChanges } from '#shared/catalog/operator/plan.ts';
import { type ApplyReport, reportOf } from '#shared/catalog/operator/report.ts';
import { wantedResources } from '#shared/catalog/operator/wanted.ts';
import { readDeclarations } from '#shared/catalog/read-folder.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
/** When declarations changed: node --test --test-update-snapshots, and read what changed in it. */
const GOLDEN = join(import.meta.dirname, 'golden', 'repository-plan.txt');

test('the first plan for the catalog of this repository reads as kept in golden/repository-plan.txt', (context) => {
  const result = compileCatalog(readDeclarations(ROOT).files);
  assert.ok(result.kind === 'compiled');
  const around = {
    projectId: 'p',
    region: 'europe-north1',
    workflows: { tick: 'main: {}\n' },
    workflowEnvironment: {},
  };
  const want = wantedResources(result.catalog, around);
  const plan = planChanges({ want, have: [], deletions: [], refusals: [] });
  const text = `${planText(reportOf('0123456789abcdef', plan, costNotes(result.catalog, plan.changes)))}\n`;
  context.assert.fileSnapshot(text, GOLDEN, { serializers: [String] });
});

const PLAN: Plan = {
  changes: [],
  refusals: [],
  unchanged: 3,
  idleApprovals: ['table a.gone'],
};

test('a plan says what it drops, what it may not do and why, and which approvals are stale', () => {
  const table = { kind: 'table', name: 'a.b', description: '', columns: [], labels: {} } as const;
  const plan: Plan = {
    ...PLAN,
    changes: [
      {
        action: 'delete',
        id: 'table a.b',
        why: ['nothing declares it any more'],
        risk: 'drops-data',
        after: [],
        before: table,
      },
    ],
    refusals: [
      {
        subject: 'table a.b',
        code: 'deletion_not_approved',
        message: 'table a.b would lose what it holds.',
        hint: 'Add to deletions.yaml:\n- resource: table a.b',
      },
    ],
  };
  assert.equal(
    planText(reportOf('0123456789abcdef', plan, ['Nothing costs anything.'])),
    [
      'delete  table a.b  DROPS DATA; nothing declares it any more',
      '',
      '1 to delete, 1 dropping data, 3 unchanged.',
      '  Nothing costs anything.',
      'The approval of table a.gone approves nothing here; take it out of deletions.yaml.',
      '',
      'Refused: table a.b',
      '  table a.b would lose what it holds.',
      '  Add to deletions.yaml:',
      '  - resource: table a.b',
    ].join('\n'),
  );
});

test('a plan without changes says so', () => {
  assert.equal(
    planText(reportOf('0123456789abcdef', { ...PLAN, idleApprovals: [] }, [])),
    'Nothing to change, 3 unchanged.',
  );
});

test('a report says what was made, and what to do when not everything was', () => {
  const plan = reportOf('0123456789abcdef', PLAN, []);
  const report: ApplyReport = { plan, outcome: 'applied', done: 1, failures: [], skipped: [], durationMs: 1234 };
  assert.equal(applyText(report), 'Applied catalog 0123456789ab: 1 change made in 1.2 s.');
  const failed: ApplyReport = {
    ...report,
    outcome: 'failed',
    done: 2,
    failures: [{ resource: 'topic t', code: 'cloud_refused', message: 'topic t: no right' }],
    skipped: ['subscription land.t'],
  };
  assert.match(applyText(failed), /2 changes made, 1 failed, 1 not tried/);
  assert.match(applyText(failed), /topic t: cloud_refused: topic t: no right/);
});
