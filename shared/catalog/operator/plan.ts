// Owns the plan: from what should be and what is, the changes that make the one the other, in an order that works.
import type { ResourceRule } from './rules.ts';
import type { ChangeRule } from '../compatibility.ts';
import { compareResources } from './compare.ts';
import { approvalOf, type Deletion, SOURCE_KIND } from './deletion.ts';
import type { Difference } from './difference.ts';
import { deletionOrder, rolloutOrder } from './order.ts';
import { refusalOfChange, unapproved } from './refusals.ts';
import { HOLDS_DATA, isManaged, type Resource, type ResourceId, resourceId, type WantedResource } from './resource.ts';

/** What every change has. */
interface ChangeFrame {
  readonly id: ResourceId;
  /** Why it is made: who asks for the resource, or what is different. */
  readonly why: readonly string[];
  /**
   * `drops-data`: something is lost that no other change brings back; it needs an approval. `forbidden`: it would break its
   * readers, so it is refused.
   */
  readonly risk: 'none' | 'drops-data' | 'forbidden';
  /** Changes of this plan that must be done before it. */
  readonly after: readonly ResourceId[];
}

/** One change of the cloud. */
export type Change =
  | (ChangeFrame & { readonly action: 'create'; readonly target: Resource })
  /** In place; `replace` deletes and makes anew. */
  | (ChangeFrame & { readonly action: 'update' | 'replace'; readonly before: Resource; readonly target: Resource })
  | (ChangeFrame & { readonly action: 'delete'; readonly before: Resource });

/** Why a plan may not be carried out. */
export interface Refusal {
  /** The resource or event type. */
  readonly subject: string;
  readonly code: 'breaking_change' | 'deletion_not_approved';
  /** The rule by which a change breaks others. */
  readonly rule?: ResourceRule | ChangeRule | undefined;
  readonly message: string;
  readonly hint: string;
}

/** What is to be done. A plan with refusals is never carried out, not even in part. */
export interface Plan {
  readonly changes: readonly Change[];
  readonly refusals: readonly Refusal[];
  /** How many resources are as they should be. */
  readonly unchanged: number;
  /** Approvals that approve nothing in this plan: they should be taken out. */
  readonly idleApprovals: readonly string[];
}

/** What a plan is made of. */
export interface PlanInput {
  readonly want: readonly WantedResource[];
  /** Everything that is wanted or managed, as the cloud has it. */
  readonly have: readonly Resource[];
  readonly deletions: readonly Deletion[];
  /** What the change of the declarations itself breaks. */
  readonly refusals: readonly Refusal[];
}

/** Plans. Making the changes and planning again gives a plan without changes. */
export function planChanges({ want, have, deletions, refusals }: PlanInput): Plan {
  const there = new Map(have.map((resource) => [resourceId(resource), resource]));
  const made = rolloutOrder(want).flatMap((wanted) => changeOf(wanted, there));
  const wantedIds = new Set(want.map(({ resource }) => resourceId(resource)));
  const gone = deletionOrder(have.filter((resource) => mayLeave(resource) && !wantedIds.has(resourceId(resource))));
  const changes = [
    ...onlyAmong(made.map(({ change }) => change)),
    ...gone.map(({ resource, after }) => deletionOf(resource, after)),
  ];
  const dropping = changes.filter(({ risk }) => risk === 'drops-data').map(({ id }) => id);
  return {
    changes,
    refusals: [
      ...refusals,
      ...made.flatMap(({ change, differences }) => refusalOfChange(change.id, differences)),
      ...dropping.filter((id) => approvalOf(id, deletions) === undefined).map(unapproved),
    ],
    unchanged: want.length - made.length,
    idleApprovals: deletions
      .map(({ resource }) => resource)
      // Of mapping files there is nothing to be deleted: their approvals are for the change of the declarations.
      .filter((name) => !name.startsWith(`${SOURCE_KIND} `) && !dropping.some((id) => id === name)),
  };
}

interface Made {
  readonly change: Change;
  readonly differences: readonly Difference[];
}

function changeOf({ resource, by, after }: WantedResource, there: ReadonlyMap<ResourceId, Resource>): readonly Made[] {
  const id = resourceId(resource);
  const have = there.get(id);
  if (have === undefined) {
    const differences = namesakes(resource, there);
    return [
      { change: { id, action: 'create', why: [by], risk: riskOf(differences), after, target: resource }, differences },
    ];
  }
  const { differences, target } = compareResources(resource, have);
  if (differences.length === 0) return [];
  const replaces = differences.some(({ effect }) => effect === 'replace');
  const change: Change = {
    id,
    action: replaces ? 'replace' : 'update',
    why: differences.map(({ text }) => text),
    risk: riskOf(differences),
    after,
    before: have,
    target,
  };
  return [{ change, differences }];
}

/** Tables and views have one name space, and neither becomes the other. */
function namesakes({ kind, name }: Resource, there: ReadonlyMap<ResourceId, Resource>): readonly Difference[] {
  if (kind !== 'table' && kind !== 'view') return [];
  const other = resourceId({ kind: kind === 'table' ? 'view' : 'table', name });
  return there.has(other) ? [{ effect: 'refuse', text: `there is ${other}`, rule: 'change-kind' }] : [];
}

/** An empty dataset costs nothing and may hold what others have put there, so datasets stay. */
function mayLeave(resource: Resource): boolean {
  return isManaged(resource) && resource.kind !== 'dataset';
}

function riskOf(differences: readonly Difference[]): Change['risk'] {
  if (differences.some(({ effect }) => effect === 'refuse')) return 'forbidden';
  return differences.every(({ effect }) => effect === 'update') ? 'none' : 'drops-data';
}

function deletionOf(resource: Resource, after: readonly ResourceId[]): Change {
  return {
    id: resourceId(resource),
    action: 'delete',
    why: ['nothing declares it any more'],
    risk: HOLDS_DATA.has(resource.kind) ? 'drops-data' : 'none',
    after,
    before: resource,
  };
}

/** What is not changed needs no waiting for. */
function onlyAmong(changes: readonly Change[]): readonly Change[] {
  const ids = new Set(changes.map(({ id }) => id));
  return changes.map((change) => ({ ...change, after: change.after.filter((id) => ids.has(id)) }));
}
