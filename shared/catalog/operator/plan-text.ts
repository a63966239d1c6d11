// Owns how a plan, and what became of it, read for a person.
import type { ApplyReport, PlanReport, ReportedChange } from './report.ts';

/** The plan as a table and what there is to say about it, without a line feed at the end. */
export function planText(plan: PlanReport): string {
  return [
    ...table(plan.changes),
    ...(plan.changes.length === 0 ? [] : ['']),
    `${summary(plan)}.`,
    ...plan.costs.map((cost) => `  ${cost}`),
    ...plan.idleApprovals.map(
      (name) => `The approval of ${name} approves nothing here; take it out of deletions.yaml.`,
    ),
    ...plan.refusals.flatMap(({ subject, message, hint }) => [
      '',
      `Refused: ${subject}`,
      indent(message),
      indent(hint),
    ]),
  ].join('\n');
}

/** What became of a plan, in a few lines. */
export function applyText({ plan, outcome, done, failures, skipped, durationMs }: ApplyReport): string {
  const seconds = `${(durationMs / 1000).toFixed(1)} s`;
  const short = plan.catalog.slice(0, 12);
  if (outcome === 'unchanged') return `Catalog ${short} is applied; nothing had to change (${seconds}).`;
  if (outcome === 'applied') return `Applied catalog ${short}: ${count(done, 'change')} made in ${seconds}.`;
  if (outcome === 'refused') return `Catalog ${short} is refused; nothing was changed.`;
  return [
    `Catalog ${short} is not in force: ${count(done, 'change')} made, ${failures.length} failed, ${skipped.length} not tried.`,
    ...failures.map(({ resource, code, message }) => `  ${resource}: ${code}: ${message}`),
    'What was made stays. Mend the cause and apply again: it goes on from there.',
  ].join('\n');
}

/** The plan in one line: `3 to create, 1 to update, 12 unchanged`. */
export function summary({ changes, unchanged }: PlanReport): string {
  const parts = (['create', 'update', 'replace', 'delete'] as const).flatMap((action) => {
    const number = changes.filter((change) => change.action === action).length;
    return number === 0 ? [] : [`${number} to ${action}`];
  });
  const dropping = changes.filter(({ risk }) => risk === 'drops-data').length;
  return [
    ...(parts.length === 0 ? ['Nothing to change'] : parts),
    ...(dropping === 0 ? [] : [`${dropping} dropping data`]),
    `${unchanged} unchanged`,
  ].join(', ');
}

const RISK_WORDS = { none: '', 'drops-data': 'DROPS DATA', forbidden: 'FORBIDDEN' } as const;

function table(changes: readonly ReportedChange[]): readonly string[] {
  const rows = changes.map(({ action, resource, why, risk }) => [
    action,
    resource,
    [RISK_WORDS[risk], ...why].filter((word) => word !== '').join('; '),
  ]);
  const widths = [0, 1].map((column) => Math.max(0, ...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
