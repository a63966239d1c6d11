// The process that compiles and applies a catalog for a platform that starts: told what to do, tells how it goes, ends.
import { applyText, summary } from '#shared/catalog/operator/plan-text.ts';
import type { ApplyReport } from '#shared/catalog/operator/report.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { type ApplyTarget, applyRepository } from '../catalog/apply-repository.ts';

/** What the process is told. */
export interface ApplyTask extends ApplyTarget {
  readonly root: string;
}

/** What it tells: lines as it goes, and how it ended. */
export type ApplyMessage =
  | { readonly kind: 'progress'; readonly line: string }
  | { readonly kind: 'applied' }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly hint: string };

process.once('message', (task: ApplyTask) => void run(task));

async function run(task: ApplyTask): Promise<void> {
  const tell = (message: ApplyMessage): void => void process.send?.(message);
  const say = (line: string): void => tell({ kind: 'progress', line });
  const outcome = await applyRepository(task.root, task, (progress) => {
    if (progress.kind === 'planned') say(summary(progress.plan));
    if (progress.kind === 'waiting') say(progress.message);
  }).then(messageOf, failureOf);
  process.send?.(outcome, () => process.exit(0));
}

function messageOf(report: ApplyReport): ApplyMessage {
  if (report.outcome === 'applied' || report.outcome === 'unchanged') return { kind: 'applied' };
  const [refusal] = report.plan.refusals;
  if (refusal === undefined) return failureOf(new PlatformError('apply_failed', { message: applyText(report) }));
  const { code, subject, message, hint } = refusal;
  return { kind: 'failed', code, message: `${subject}: ${message}`, hint };
}

function failureOf(error: unknown): ApplyMessage {
  const failure = error instanceof PlatformError ? error : new PlatformError('internal', { message: String(error) });
  return { kind: 'failed', code: failure.code, message: failure.message, hint: failure.hint };
}
