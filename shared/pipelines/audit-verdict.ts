// Owns what the one row of an audit says about a staged partition.
import { AUDIT_COLUMNS } from '../catalog/audit-query.ts';
import type { AuditCheck } from '../catalog/endpoint.ts';

/** One check with what it counted. */
export interface CheckResult {
  readonly name: string;
  readonly severity: AuditCheck['severity'];
  readonly count: number;
}

/** The counts of an audit. */
export interface AuditCounts {
  readonly rows: number;
  /** Rows that belong to another partition. */
  readonly outside: number;
  readonly checks: readonly CheckResult[];
}

/** What the counts mean. */
export type AuditVerdict =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly code: 'outside_partition' | 'check_failed'; readonly message: string };

/** Columns of the audit's row, in the order in which the query gives them. */
export function auditColumns(checks: readonly AuditCheck[]): readonly string[] {
  return [AUDIT_COLUMNS.rows, AUDIT_COLUMNS.outside, ...checks.map((_check, index) => AUDIT_COLUMNS.check(index))];
}

/** Reads the values of the row, in that order; undefined when it is not the row of an audit with these checks. */
export function readAudit(values: readonly unknown[], checks: readonly AuditCheck[]): AuditCounts | undefined {
  const numbers = values.map((value) => (value === null ? 0 : Number(value)));
  const [rows, outside, ...counts] = numbers;
  if (rows === undefined || outside === undefined || counts.length !== checks.length) return undefined;
  if (!numbers.every((value) => Number.isSafeInteger(value) && value >= 0)) return undefined;
  return {
    rows,
    outside,
    checks: checks.map(({ name, severity }, index) => ({ name, severity, count: counts[index] ?? 0 })),
  };
}

/** Whether the staged rows may be published. */
export function verdictOf({ rows, outside, checks }: AuditCounts): AuditVerdict {
  if (outside > 0) {
    const message = `${outside} of ${rows} staged rows are outside the partition.`;
    return { kind: 'failed', code: 'outside_partition', message };
  }
  const broken = checks.filter(({ severity, count }) => severity === 'fail' && count > 0);
  if (broken.length === 0) return { kind: 'passed' };
  const told = broken.map(({ name, count }) => `${name} (${count})`).join(', ');
  return { kind: 'failed', code: 'check_failed', message: `Checks failed on ${rows} staged rows: ${told}.` };
}
