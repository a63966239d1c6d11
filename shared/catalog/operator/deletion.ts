// Owns approvals of deletions: what a change drops, with all that it holds, said by somebody who answers for it.
import type { ResourceId } from './resource.ts';

/** The file, at the root of the repository. It is part of the change that drops something, and taken out after it. */
export const DELETIONS_FILE = 'deletions.yaml';

/** The approval to delete one resource, or to drop what it holds: an entry of `deletions.yaml`. */
export interface Deletion {
  /** As the plan names it: `table listening.old_plays`. */
  readonly resource: string;
  readonly reason: string;
  readonly approvedBy: string;
}

/** The entry that approves a resource, if there is one. */
export function approvalOf(id: ResourceId, deletions: readonly Deletion[]): Deletion | undefined {
  return deletions.find(({ resource }) => resource === id);
}

/** The kind under which approvals are given for mapping files, which are no resources: nothing is lost with their entries but what comes. */
export const SOURCE_KIND = 'source';

/** Whether it is approved that a source maps less; where not, the lines that would approve it. */
export function sourceApproval(
  name: string,
  deletions: readonly Deletion[],
): { readonly kind: 'approved' } | { readonly kind: 'missing'; readonly lines: string } {
  const subject = `${SOURCE_KIND} ${name}`;
  const approved = deletions.some(({ resource }) => resource === subject);
  return approved ? { kind: 'approved' } : { kind: 'missing', lines: linesFor(subject) };
}

/** The lines of `deletions.yaml` that would approve a resource. */
export function approvalLines(id: ResourceId): string {
  return linesFor(id);
}

function linesFor(subject: string): string {
  return [`- resource: ${subject}`, '  reason: WHY NOBODY NEEDS IT', '  approved_by: TEAM'].join('\n');
}
