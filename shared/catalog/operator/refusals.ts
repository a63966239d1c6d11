// Owns why a plan is refused: the rule, the resource, and what to do instead.
import type { Catalog } from '../catalog.ts';
import { CHANGE_RULES, type Change, compareEventTypes } from '../compatibility.ts';
import { approvalLines } from './deletion.ts';
import type { Difference } from './difference.ts';
import type { Refusal } from './plan.ts';
import type { ResourceId } from './resource.ts';
import { RESOURCE_RULES, type ResourceRule } from './rules.ts';

/**
 * What the step from one catalog to the next breaks for those who send or read events. Keeping shorter is not among it: it
 * drops data, which the plan of the tables shows and an approval allows.
 */
export function declarationRefusals(before: Catalog | undefined, after: Catalog): readonly Refusal[] {
  return Object.values(before?.eventTypes ?? {}).flatMap((was) => {
    const is = after.eventTypes[was.id];
    const changes = is === undefined ? [] : compareEventTypes(was, is);
    return changes.filter(isBreaking).map((change) => declarationRefusal(was.id, change));
  });
}

/** Whether a change in place breaks those who send or read: only a new version may make it. */
export function isBreaking({ rule }: Change): boolean {
  return CHANGE_RULES[rule] === 'major' && rule !== 'keep-shorter';
}

/** Why one breaking change of an event type is refused, and where the change belongs. */
export function declarationRefusal(eventType: string, { rule, path, message }: Change): Refusal {
  const [domain = '', name = ''] = eventType.split('.');
  const base = name.replace(/_v\d+$/, '');
  const version = Number(/_v(\d+)$/.exec(name)?.[1] ?? 1) + 1;
  return {
    subject: `event type ${eventType}`,
    code: 'breaking_change',
    rule,
    message: `${path}: ${message} (rule ${rule})`,
    hint: `Leave events/${domain}/${name}.yaml as it was and declare events/${domain}/${base}_v${version}.yaml.`,
  };
}

/** The refusals among the differences of one resource. */
export function refusalOfChange(id: ResourceId, differences: readonly Difference[]): readonly Refusal[] {
  return differences.flatMap((difference) =>
    difference.effect === 'refuse' ? [refused(id, difference.rule, difference.text)] : [],
  );
}

function refused(id: ResourceId, rule: ResourceRule, text: string): Refusal {
  const { sentence, hint } = RESOURCE_RULES[rule];
  return { subject: id, code: 'breaking_change', rule, message: `${text} (rule ${rule}). ${sentence}`, hint };
}

/** The refusal of a change that drops data without an approval. */
export function unapproved(id: ResourceId): Refusal {
  return {
    subject: id,
    code: 'deletion_not_approved',
    message: `${id} would lose what it holds, and no approval says so.`,
    hint: `Add to deletions.yaml:\n${approvalLines(id)}`,
  };
}
