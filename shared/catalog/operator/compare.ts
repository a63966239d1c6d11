// Owns the difference between a resource as it is wanted and as it is, by kind.
import { DAY_MS } from '../../platform/civil-date.ts';
import { compareColumns } from './compare-columns.ts';
import {
  changedFields,
  changedLabels,
  type Comparison,
  type Difference,
  mergeLabels,
  sameValue,
} from './difference.ts';
import type {
  DatasetResource,
  Landing,
  PartitioningResource,
  Resource,
  SubscriptionResource,
  TableResource,
  TopicResource,
  ViewResource,
  WorkflowResource,
} from './resource.ts';

/** Compares two resources of the same id. Throws a TypeError when they are not of one kind. */
export function compareResources(want: Resource, have: Resource): Comparison {
  switch (want.kind) {
    case 'dataset':
      return ofOneKind(want, have, compareDatasets);
    case 'table':
      return ofOneKind(want, have, compareTables);
    case 'view':
      return ofOneKind(want, have, (is, was) => labelled(is, was, ['query', 'description']));
    case 'access':
    case 'sharing':
      return ofOneKind(want, have, (is, was) => unlabelled(is, was, ['readers']));
    case 'routine':
      return ofOneKind(want, have, (is, was) => unlabelled(is, was, ROUTINE_FIELDS));
    case 'topic':
      return ofOneKind(want, have, (is, was) => labelled(is, was, ['regions']));
    case 'subscription':
      return ofOneKind(want, have, compareSubscriptions);
    case 'workflow':
      return ofOneKind(want, have, (is, was) => labelled(is, was, WORKFLOW_FIELDS));
  }
}

const WORKFLOW_FIELDS = ['source', 'serviceAccount', 'environment', 'description'] as const;
const ROUTINE_FIELDS = [
  'parameters',
  'returns',
  'endpoint',
  'connection',
  'context',
  'maxBatchingRows',
  'description',
] as const;

function ofOneKind<R extends Resource>(want: R, have: Resource, compare: (want: R, have: R) => Comparison): Comparison {
  if (want.kind !== have.kind) throw new TypeError(`${want.kind} ${want.name} compared with ${have.kind} ${have.name}`);
  // The kind says which resource it is.
  return compare(want, have as R);
}

/** One of which everything can be changed in place, and that has no labels. */
function unlabelled<R extends Resource>(want: R, have: R, fields: readonly (keyof R & string)[]): Comparison<R> {
  return { differences: changedFields(want, have, fields), target: want };
}

/** A resource of which everything can be changed in place. */
function labelled<R extends ViewResource | TopicResource | WorkflowResource>(
  want: R,
  have: R,
  fields: readonly (keyof R & string)[],
): Comparison<R> {
  return {
    differences: [...changedFields(want, have, fields), ...changedLabels(want.labels, have.labels)],
    target: { ...want, labels: mergeLabels(want.labels, have.labels) },
  };
}

function compareDatasets(want: DatasetResource, have: DatasetResource): Comparison<DatasetResource> {
  // Google writes regions in small letters and multi-regions in capitals, whatever was asked for.
  const moved = want.location.toLowerCase() !== have.location.toLowerCase();
  const text = `it is in ${have.location}, not in ${want.location}`;
  return {
    differences: [
      ...(moved ? [{ effect: 'refuse', text, rule: 'change-location' } as const] : []),
      ...changedFields(want, have, ['description']),
      ...changedLabels(want.labels, have.labels),
    ],
    target: { ...want, location: have.location, labels: mergeLabels(want.labels, have.labels) },
  };
}

function compareTables(want: TableResource, have: TableResource): Comparison<TableResource> {
  const columns = compareColumns(want.columns, have.columns);
  return {
    differences: [
      ...columns.differences,
      ...comparePartitioning(want.partitioning, have.partitioning),
      ...changedFields(want, have, ['clustering', 'description']),
      ...changedLabels(want.labels, have.labels),
    ],
    target: { ...want, columns: columns.merged, labels: mergeLabels(want.labels, have.labels) },
  };
}

function comparePartitioning(
  want: PartitioningResource | undefined,
  have: PartitioningResource | undefined,
): readonly Difference[] {
  if (want?.column !== have?.column || want?.unit !== have?.unit) {
    const text = `partitioning: ${byWords(have)} -> ${byWords(want)}`;
    return [{ effect: 'refuse', text, rule: 'change-grain' }];
  }
  const [is, was] = [want?.expirationMs ?? Infinity, have?.expirationMs ?? Infinity];
  if (is === was) return [];
  const text = `partitions are kept ${daysOf(is)}, not ${daysOf(was)}`;
  return [{ effect: is < was ? 'drop' : 'update', text }];
}

function byWords(partitioning: PartitioningResource | undefined): string {
  return partitioning === undefined ? 'none' : `by ${partitioning.unit} of ${partitioning.column}`;
}

function daysOf(ms: number): string {
  if (!Number.isFinite(ms)) return 'for ever';
  const days = ms / DAY_MS;
  return `${Number.isInteger(days) ? days : days.toFixed(1)} days`;
}

function compareSubscriptions(
  want: SubscriptionResource,
  have: SubscriptionResource,
): Comparison<SubscriptionResource> {
  return {
    differences: [
      ...compareTopics(want.topic, have.topic),
      ...compareLandings(want.landing, have.landing),
      ...changedLabels(want.labels, have.labels),
    ],
    target: { ...want, labels: mergeLabels(want.labels, have.labels) },
  };
}

function compareTopics(want: string | undefined, have: string | undefined): readonly Difference[] {
  if (want === have) return [];
  // Messages of the new topic of that name would not reach it.
  if (have === undefined) return [{ effect: 'replace', text: 'its topic was deleted; what it still holds is lost' }];
  return [{ effect: 'refuse', text: `it is of topic ${have}, not ${want}`, rule: 'change-topic' }];
}

const LANDING_WORDS: { readonly [Field in keyof Landing]-?: string } = {
  table: 'the table it writes',
  writes: 'what it writes',
  writeMetadata: 'whether it writes metadata',
  dropUnknownFields: 'whether it drops unknown fields',
  deadLetter: 'its dead letters',
  backoffSeconds: 'its backoff',
  retentionSeconds: 'its retention',
};

function compareLandings(want: Landing, have: Landing): readonly Difference[] {
  // The table has exactly the fields of a landing.
  const fields = Object.keys(LANDING_WORDS) as (keyof Landing)[];
  return fields.flatMap((field): readonly Difference[] =>
    sameValue(want[field], have[field]) ? [] : [{ effect: 'update', text: `${LANDING_WORDS[field]} changed` }],
  );
}
