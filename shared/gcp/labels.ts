// Owns labels of resources in the form in which Google's APIs read and change them.
import type { ResourceLabels } from '../catalog/operator/resource.ts';

/** Labels as an API answers them: none may be none at all. */
export function labelsFrom(labels: Readonly<Record<string, string>> | null | undefined): ResourceLabels {
  return labels ?? {};
}

/** For a PATCH, which keeps labels that it does not name: those to set, and null for those to take away. */
export function labelChanges(before: ResourceLabels, target: ResourceLabels): Record<string, string | null> {
  const gone = Object.keys(before).filter((key) => target[key] === undefined);
  return { ...target, ...Object.fromEntries(gone.map((key) => [key, null])) };
}
