// Owns what the operator tells of a plan and of what became of it: the same for programs, for people and over the wire.
import type { ErrorCode } from '../../platform/error-codes.ts';
import type { Change, Plan, Refusal } from './plan.ts';

/** A change as it is told: without what exactly is written. */
export interface ReportedChange {
  readonly action: Change['action'];
  readonly resource: string;
  readonly why: readonly string[];
  readonly risk: Change['risk'];
}

/** A plan as it is told. */
export interface PlanReport {
  /** Digest of the catalog. */
  readonly catalog: string;
  readonly changes: readonly ReportedChange[];
  /** With any of these the plan is not carried out. */
  readonly refusals: readonly Refusal[];
  readonly unchanged: number;
  readonly idleApprovals: readonly string[];
  /** What the changes cost, where that is known, in sentences. */
  readonly costs: readonly string[];
}

/** A change that could not be made. */
export interface FailedChange {
  readonly resource: string;
  readonly code: ErrorCode;
  readonly message: string;
}

/** What became of a plan. */
export interface ApplyReport {
  readonly plan: PlanReport;
  /**
   * `unchanged`: the cloud was as it should be; `refused`: nothing was touched; `failed`: some changes were not made. After the
   * last two the catalog that was in force before still is.
   */
  readonly outcome: 'applied' | 'unchanged' | 'refused' | 'failed';
  readonly done: number;
  readonly failures: readonly FailedChange[];
  /** Changes that were not tried because one before them failed. */
  readonly skipped: readonly string[];
  readonly durationMs: number;
}

/** What is told while changes are made. */
export type Progress =
  | { readonly kind: 'waiting'; readonly message: string }
  | { readonly kind: 'planned'; readonly plan: PlanReport }
  | {
      readonly kind: 'done' | 'failed';
      readonly action: Change['action'];
      readonly resource: string;
      /** How many of the changes are settled, and how many there are. */
      readonly settled: number;
      readonly total: number;
    }
  | { readonly kind: 'retrying'; readonly resource: string; readonly attempt: number; readonly code: ErrorCode };

/** Which catalog is in force. */
export interface CatalogStatus {
  readonly digest: string | null;
  readonly appliedAt?: string | undefined;
  /** What it was compiled from, as whoever applied it named it. */
  readonly sources?: string | undefined;
  /** False when applying it again would ask for other resources than it did then. */
  readonly current: boolean;
}

/** What became of going back to an earlier catalog. */
export interface RollbackReport {
  /** Digest of the catalog that is in force now. */
  readonly digest: string;
  /** Digest of the one that was in force until then. */
  readonly from: string;
  /** False when it was in force already. */
  readonly moved: boolean;
  /** Resources that had to be made again. */
  readonly made: number;
}

/** Catalogs that were in force, the last one first. */
export interface PastCatalogs {
  readonly catalogs: readonly { readonly digest: string; readonly appliedAt: string; readonly inForce: boolean }[];
}

/** A plan without what is written. */
export function reportOf(catalog: string, plan: Plan, costs: readonly string[]): PlanReport {
  return {
    catalog,
    changes: plan.changes.map(({ action, id, why, risk }) => ({ action, resource: id, why, risk })),
    refusals: plan.refusals,
    unchanged: plan.unchanged,
    idleApprovals: plan.idleApprovals,
    costs,
  };
}
