// Owns one difference between a resource as it is wanted and as it is, and the comparisons that all kinds share.
import { canonicalJson } from '../../platform/canonical-json.ts';
import { OWN_LABELS, type Resource, type ResourceLabels } from './resource.ts';
import type { ResourceRule } from './rules.ts';

/**
 * What it takes to do away with a difference: `update` in place; `drop` loses data, in place; `replace` loses data, by making
 * the resource anew; `refuse` is not done at all.
 */
export type Difference =
  | { readonly effect: 'update' | 'drop' | 'replace'; readonly text: string }
  | {
      readonly effect: 'refuse';
      readonly text: string;
      readonly rule: ResourceRule;
      /** The column that it is about, if it is about one: `place.city`. */
      readonly column?: string;
    };

/** Every difference, and what the resource is once they are gone: what others have set stays. */
export interface Comparison<R extends Resource = Resource> {
  readonly differences: readonly Difference[];
  readonly target: R;
}

/** A difference in fields whose values do not matter to a reader of the plan. */
export function changedFields<R extends Resource>(
  want: R,
  have: R,
  fields: readonly (keyof R & string)[],
): readonly Difference[] {
  return fields.flatMap((field): readonly Difference[] =>
    sameValue(want[field], have[field]) ? [] : [{ effect: 'update', text: `${field} changed` }],
  );
}

/** Whether two values have the same canonical JSON; an absent property is an undefined one. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === undefined || b === undefined) return a === b;
  return canonicalJson(a) === canonicalJson(b);
}

/** The labels as they should be: those of the operator as wanted, those of others as they are. */
export function mergeLabels(want: ResourceLabels, have: ResourceLabels): ResourceLabels {
  const others = Object.entries(have).filter(([key]) => !OWN_LABELS.includes(key));
  return { ...Object.fromEntries(others), ...want };
}

/** The differences in the labels of the operator. */
export function changedLabels(want: ResourceLabels, have: ResourceLabels): readonly Difference[] {
  return OWN_LABELS.flatMap((key): readonly Difference[] => {
    const [is, was] = [want[key], have[key]];
    if (is === was) return [];
    if (is === undefined) return [{ effect: 'update', text: `label ${key} taken away` }];
    return [{ effect: 'update', text: was === undefined ? `label ${key} added` : `label ${key}: ${was} -> ${is}` }];
  });
}
