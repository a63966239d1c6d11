// Owns what the operator keeps: each kind of resource, in the words of the platform, both as wanted and as the cloud has it.
import type { ScalarKind as SqlScalar } from '#lib/googlesql/types/sql-type.ts';
import type { RestColumn } from '../column.ts';
import type { TablePartitioning } from '../tables.ts';

/** `table listening.track_played`: names a resource in plans, approvals and dependencies. */
export type ResourceId = `${ResourceKind} ${string}`;

/** Labels of a resource; those of others are left alone. */
export type ResourceLabels = Readonly<Record<string, string>>;

/** A dataset of a domain. */
export interface DatasetResource {
  readonly kind: 'dataset';
  readonly name: string;
  readonly location: string;
  readonly description: string;
  readonly labels: ResourceLabels;
}

/** A table; its name is `dataset.table`. */
export interface TableResource {
  readonly kind: 'table';
  readonly name: string;
  readonly description: string;
  readonly columns: readonly ColumnResource[];
  readonly partitioning?: PartitioningResource | undefined;
  /** Columns by which its rows are sorted within a partition. */
  readonly clustering?: readonly string[] | undefined;
  readonly labels: ResourceLabels;
}

/** A column as BigQuery writes it. */
export interface ColumnResource extends Omit<RestColumn, 'mode' | 'fields'> {
  readonly mode: RestColumn['mode'] | 'REQUIRED';
  readonly fields?: readonly ColumnResource[] | undefined;
  /** What others have set on it, such as policy tags: kept as it is. */
  readonly others?: Readonly<Record<string, unknown>> | undefined;
}

/** Without `expirationMs` partitions are kept for ever. */
export type PartitioningResource = Omit<TablePartitioning, 'expirationMs'> & {
  readonly expirationMs?: number | undefined;
};

/** A view; its name is `dataset.view`. */
export interface ViewResource {
  readonly kind: 'view';
  readonly name: string;
  readonly description: string;
  readonly query: string;
  readonly labels: ResourceLabels;
}

/** Who may read one table, beside those who may read everything; its name is the table's. */
export interface AccessResource {
  readonly kind: 'access';
  readonly name: string;
  /** As IAM writes members, sorted. */
  readonly readers: readonly string[];
}

/** Whom a dataset is shared with, beside its owners; its name is the dataset's. Only of datasets that hold a function. */
export interface SharingResource {
  readonly kind: 'sharing';
  readonly name: string;
  /** E-mail addresses of people and service accounts, sorted. */
  readonly readers: readonly string[];
}

/** A remote function of BigQuery; its name is `dataset.routine`. */
export interface RoutineResource {
  readonly kind: 'routine';
  readonly name: string;
  readonly description: string;
  /** Types as REST names them. */
  readonly parameters: readonly { readonly name: string; readonly type: SqlScalar }[];
  readonly returns: SqlScalar;
  /** The URL that BigQuery calls. */
  readonly endpoint: string;
  /** Full name of the connection as whose account it calls. */
  readonly connection: string;
  /** What it tells the endpoint with each call. */
  readonly context: Readonly<Record<string, string>>;
  /** Rows of a call. */
  readonly maxBatchingRows: number;
}

/** A topic. */
export interface TopicResource {
  readonly kind: 'topic';
  readonly name: string;
  /** Regions in which messages may be stored. */
  readonly regions: readonly string[];
  readonly labels: ResourceLabels;
}

/** A subscription that writes a topic into a table. */
export interface SubscriptionResource {
  readonly kind: 'subscription';
  readonly name: string;
  /** The topic's name; undefined when the topic it was made for is gone. */
  readonly topic: string | undefined;
  readonly landing: Landing;
  readonly labels: ResourceLabels;
}

/** How a subscription writes. */
export interface Landing {
  /** `dataset.table` of the same project. */
  readonly table: string;
  /** `fields`: a JSON message, field by field into columns; `body`: the bytes of the message into the column `data`. */
  readonly writes: 'fields' | 'body';
  readonly writeMetadata: boolean;
  readonly dropUnknownFields: boolean;
  /** Where a message goes that could not be written so many times; undefined: it is tried until its retention ends. */
  readonly deadLetter?: { readonly topic: string; readonly maxAttempts: number } | undefined;
  readonly backoffSeconds: { readonly min: number; readonly max: number };
  readonly retentionSeconds: number;
}

/** A workflow of Cloud Workflows. */
export interface WorkflowResource {
  readonly kind: 'workflow';
  readonly name: string;
  readonly description: string;
  /** The YAML source. */
  readonly source: string;
  /** E-mail address of the service account that it acts as. */
  readonly serviceAccount: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly labels: ResourceLabels;
}

/** Anything that the operator keeps. */
export type Resource =
  | DatasetResource
  | SharingResource
  | RoutineResource
  | TableResource
  | ViewResource
  | AccessResource
  | TopicResource
  | SubscriptionResource
  | WorkflowResource;

/** The kinds, in the order in which resources need each other. */
export const RESOURCE_KINDS = [
  'dataset',
  'sharing',
  'routine',
  'table',
  'view',
  'access',
  'topic',
  'subscription',
  'workflow',
] as const;
export type ResourceKind = (typeof RESOURCE_KINDS)[number];

/** A resource that should be, and those that must be there before it. */
export interface WantedResource {
  readonly resource: Resource;
  /** What asks for it: `event type listening.TrackPlayed`. */
  readonly by: string;
  readonly after: readonly ResourceId[];
}

/** Marks what the operator made or took over: only that may it ever delete. */
export const MANAGED_LABEL = { key: 'managed-by', value: 'tributary' } as const;
/** The label keys that the operator sets; it takes them away where they are no longer wanted. */
export const OWN_LABELS: readonly string[] = [MANAGED_LABEL.key, 'owner', 'tier'];

/** Kinds whose deletion loses what they hold. */
export const HOLDS_DATA: ReadonlySet<ResourceKind> = new Set(['table', 'topic', 'subscription']);

/** The id of a resource. */
export function resourceId({ kind, name }: Pick<Resource, 'kind' | 'name'>): ResourceId {
  return `${kind} ${name}`;
}

/** Whether the operator made it. Some have no labels: who may use its tables and functions, and these themselves, are its business. */
export function isManaged(resource: Resource): boolean {
  return !('labels' in resource) || resource.labels[MANAGED_LABEL.key] === MANAGED_LABEL.value;
}
