// Owns asking the operator: which catalog is in force, for a plan, to apply with its progress, and to go back.
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { Deletion } from '#shared/catalog/operator/deletion.ts';
import type {
  ApplyReport,
  CatalogStatus,
  PastCatalogs,
  PlanReport,
  Progress,
  RollbackReport,
} from '#shared/catalog/operator/report.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { ProblemDetails } from '#shared/platform/problem-details.ts';
import { call, errorOfProblem } from '../platform/connection.ts';

/** Where the operator is, and who asks. */
export interface OperatorAddress {
  readonly url: string;
  /** A token of the role admin. */
  readonly bearer: string;
}

/** An uploaded catalog and what goes with it. */
export interface CatalogRequest {
  readonly digest: string;
  readonly deletions: readonly Deletion[];
  readonly sources?: string;
}

export function catalogInForce({ url, bearer }: OperatorAddress): Promise<CatalogStatus> {
  return call<CatalogStatus>({ url: `${url}/v1/catalog`, bearer });
}

/** The catalogs that were in force, the last one first. */
export function pastCatalogs({ url, bearer }: OperatorAddress): Promise<PastCatalogs> {
  return call<PastCatalogs>({ url: `${url}/v1/catalogs`, bearer });
}

/** Back to the catalog before, or to the one whose digest begins like this. */
export function requestRollback({ url, bearer }: OperatorAddress, digest: string | undefined): Promise<RollbackReport> {
  return call<RollbackReport>({ url: `${url}/v1/rollback`, bearer, body: digest === undefined ? {} : { digest } });
}

export function requestPlan(
  { url, bearer }: OperatorAddress,
  { digest, deletions }: CatalogRequest,
): Promise<PlanReport> {
  return call<PlanReport>({ url: `${url}/v1/plan`, bearer, body: { digest, deletions } });
}

type Line =
  | Progress
  | { readonly kind: 'report'; readonly report: ApplyReport }
  | { readonly kind: 'problem'; readonly problem: ProblemDetails };

/**
 * Applies and tells each step as it happens.
 * @throws PlatformError that the operator answered; child_ended when it ended before the report
 */
export async function requestApply(
  { url, bearer }: OperatorAddress,
  request: CatalogRequest,
  tell: (progress: Progress) => void,
): Promise<ApplyReport> {
  const response = await fetch(`${url}/v1/apply`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${bearer}`,
      'content-type': 'application/json',
      accept: 'application/x-ndjson',
    },
    body: JSON.stringify(request),
  }).catch((cause: unknown) => {
    throw new PlatformError('cloud_unavailable', { message: `${url} does not answer.`, cause });
  });
  if (!response.ok || response.body === null) throw errorOfProblem(await response.json().catch(() => undefined));
  try {
    for await (const text of createInterface({ input: Readable.fromWeb(response.body) })) {
      // The operator's own lines.
      const line = JSON.parse(text) as Line;
      if (line.kind === 'report') return line.report;
      if (line.kind === 'problem') throw errorOfProblem(line.problem);
      tell(line);
    }
  } catch (error) {
    if (error instanceof PlatformError) throw error;
    throw interrupted(error);
  }
  throw interrupted();
}

function interrupted(cause?: unknown): PlatformError {
  return new PlatformError('child_ended', {
    message: 'The operator ended before it had applied the catalog.',
    hint: 'Apply again: it goes on from where it was.',
    cause,
  });
}
