// Owns bringing a repository into force on a running platform: compile, upload, plan or apply.
import type { ApplyReport, PlanReport, Progress } from '#shared/catalog/operator/report.ts';
import { type OperatorAddress, requestApply, requestPlan } from './operator-client.ts';
import { type CompiledRepository, compileRepository, declarationsInvalid } from './repository.ts';
import { sourcesDigest } from './sources.ts';
import { uploadBundle } from './upload.ts';

/** Where a catalog is applied to. */
export interface ApplyTarget {
  readonly projectId: string;
  readonly operator: OperatorAddress;
}

/**
 * In the environment of the platform's cloud.
 * @throws PlatformError declarations_invalid, and what the operator answers
 */
export async function applyRepository(
  root: string,
  { projectId, operator }: ApplyTarget,
  tell: (progress: Progress) => void,
): Promise<ApplyReport> {
  // Taken before compiling: what changes meanwhile is noticed the next time.
  const sources = sourcesDigest(root);
  const { bundle, deletions } = await compileAndUpload(root, projectId);
  return requestApply(operator, { digest: bundle.digest, deletions, sources }, tell);
}

/** What applying would change; in the environment of the platform's cloud, as above. */
export async function planRepository(root: string, { projectId, operator }: ApplyTarget): Promise<PlanReport> {
  const { bundle, deletions } = await compileAndUpload(root, projectId);
  return requestPlan(operator, { digest: bundle.digest, deletions });
}

async function compileAndUpload(
  root: string,
  projectId: string,
): Promise<Extract<CompiledRepository, { kind: 'compiled' }>> {
  const compiled = compileRepository(root);
  if (compiled.kind === 'failed') throw declarationsInvalid(compiled.problems);
  await uploadBundle(compiled.bundle, projectId);
  return compiled;
}
