// Owns a project's resources as the operator sees them: every kind through Google's client for it.
import { BigQuery } from '@google-cloud/bigquery';
import { PubSub } from '@google-cloud/pubsub';
import { WorkflowsClient } from '@google-cloud/workflows-v4';
import type { ResourceCloud } from '../catalog/operator/resource-cloud.ts';
import { isRevealDataset } from '../catalog/names.ts';
import {
  isManaged,
  MANAGED_LABEL,
  type Resource,
  resourceId,
  type ResourceId,
  type SharingResource,
} from '../catalog/operator/resource.ts';
import type { Place } from '../platform/base/resources.ts';
import { DATASET_NAMES } from '../platform/base/names.ts';
import { mapAtOnce } from '../platform/map-at-once.ts';
import { createDataset, datasetsLabelled, readDataset, updateDataset } from './datasets.ts';
import { readSharing, removeSharing, writeSharing } from './dataset-sharing.ts';
import { createRoutine, listRoutines, readRoutine, removeRoutine, updateRoutine } from './routines.ts';
import { createSubscription, listSubscriptions, removeSubscription, updateSubscription } from './subscriptions.ts';
import { readAccess, removeAccess, writeAccess } from './table-access.ts';
import { createTable, listTables, readTable, removeTable, updateTable } from './tables.ts';
import { createTopic, listTopics, removeTopic, updateTopic } from './topics.ts';
import { createWorkflow, listWorkflows, readWorkflow, removeWorkflow, updateWorkflow } from './workflow-definitions.ts';

/** Of one kind; Google throttles who asks for everything at the same time. */
const READS_AT_ONCE = 16;

interface Clients {
  readonly place: Place;
  readonly bigQuery: BigQuery;
  readonly pubSub: PubSub;
  readonly workflows: WorkflowsClient;
  /** `projects/P/locations/R`. */
  readonly location: string;
}

/** The resources of a project; clients find address and credentials in the environment. */
export function createResourceCloud(place: Place): ResourceCloud {
  const { projectId, region } = place;
  const clients: Clients = {
    place,
    bigQuery: new BigQuery({ projectId }),
    pubSub: new PubSub({ projectId }),
    workflows: new WorkflowsClient(),
    location: `projects/${projectId}/locations/${region}`,
  };
  return {
    read: (want) => read(clients, want),
    create: (resource) => create(clients, resource),
    update: (before, target) => update(clients, before, target),
    remove: (resource) => remove(clients, resource),
  };
}

async function read(clients: Clients, want: readonly Resource[]): Promise<readonly Resource[]> {
  const wanted = new Set(want.map(resourceId));
  const matters = (resource: Resource): boolean => wanted.has(resourceId(resource)) || isManaged(resource);
  const [tables, functions, topics, subscriptions, workflows] = await Promise.all([
    readTables(clients, want),
    readFunctions(clients, want),
    listTopics(clients.pubSub),
    listSubscriptions(clients.pubSub),
    readWorkflows(clients, wanted),
  ]);
  return [...tables, ...functions, ...[...topics, ...subscriptions].filter(matters), ...workflows];
}

/** Datasets, tables, views, and who may read the tables that are wanted. */
async function readTables({ bigQuery }: Clients, want: readonly Resource[]): Promise<readonly Resource[]> {
  const wanted = new Set(want.filter(({ kind }) => kind === 'table' || kind === 'view').map(({ name }) => name));
  const domains = new Set([
    ...want.filter(({ kind }) => kind === 'dataset').map(({ name }) => name),
    ...(await datasetsLabelled(bigQuery, MANAGED_LABEL)),
  ]);
  const [datasets, listed] = await Promise.all([
    mapAtOnce([...domains], READS_AT_ONCE, (name) => readDataset(bigQuery, name)),
    mapAtOnce([...domains, ...DATASET_NAMES.filter((name) => name !== 'staging')], READS_AT_ONCE, (name) =>
      listTables(bigQuery, name),
    ),
  ]);
  const relevant = listed.flat().flatMap(({ name, kind, labels }) => {
    const matters = wanted.has(name) || labels[MANAGED_LABEL.key] === MANAGED_LABEL.value;
    return matters && kind !== 'other' ? [{ name, kind }] : [];
  });
  const [tables, access] = await Promise.all([
    mapAtOnce(relevant, READS_AT_ONCE, (table) => readTable(bigQuery, table)),
    mapAtOnce(
      relevant.filter(({ name, kind }) => kind === 'table' && domains.has(name.split('.')[0] ?? '')),
      READS_AT_ONCE,
      ({ name }) => readAccess(bigQuery, name),
    ),
  ]);
  return [...datasets, ...tables, ...access].filter((resource) => resource !== undefined);
}

/** Remote functions, and whom the datasets that hold them are shared with; a dataset that no purpose wants any more keeps none. */
async function readFunctions({ bigQuery }: Clients, want: readonly Resource[]): Promise<readonly Resource[]> {
  const wanted = want.flatMap(({ kind, name }) => (kind === 'sharing' ? [name] : []));
  // Without functions of its own the operator looks after none.
  if (wanted.length === 0) return [];
  const ours = (await datasetsLabelled(bigQuery, MANAGED_LABEL)).filter(isRevealDataset);
  const datasets = [...new Set([...wanted, ...ours])];
  const [shared, listed] = await Promise.all([
    mapAtOnce(datasets, READS_AT_ONCE, (name) => readSharing(bigQuery, name)),
    mapAtOnce(datasets, READS_AT_ONCE, (name) => listRoutines(bigQuery, name)),
  ]);
  const routines = await mapAtOnce(listed.flat(), READS_AT_ONCE, (name) => readRoutine(bigQuery, name));
  const matters = (sharing: SharingResource): boolean => wanted.includes(sharing.name) || sharing.readers.length > 0;
  return [...shared.filter((one) => one !== undefined && matters(one)), ...routines].filter((one) => one !== undefined);
}

async function readWorkflows(
  { workflows, location }: Clients,
  wanted: ReadonlySet<ResourceId>,
): Promise<readonly Resource[]> {
  const listed = await listWorkflows(workflows, location);
  const relevant = listed.filter(
    ({ name, labels }) =>
      wanted.has(resourceId({ kind: 'workflow', name })) || labels[MANAGED_LABEL.key] === MANAGED_LABEL.value,
  );
  const found = await mapAtOnce(relevant, READS_AT_ONCE, ({ name }) => readWorkflow(workflows, location, name));
  return found.filter((resource) => resource !== undefined);
}

async function create(clients: Clients, resource: Resource): Promise<'created' | 'exists'> {
  const { bigQuery, pubSub, workflows, location, place } = clients;
  switch (resource.kind) {
    case 'dataset':
      return createDataset(bigQuery, resource);
    case 'table':
    case 'view':
      return createTable(bigQuery, resource);
    case 'sharing':
      await writeSharing(bigQuery, resource);
      return 'created';
    case 'routine':
      return createRoutine(bigQuery, resource);
    case 'access':
      await writeAccess(bigQuery, resource);
      return 'created';
    case 'topic':
      return createTopic(pubSub, resource);
    case 'subscription':
      return createSubscription(pubSub, resource, place.projectId);
    case 'workflow':
      return createWorkflow(workflows, location, resource);
  }
}

async function update(clients: Clients, before: Resource, target: Resource): Promise<void> {
  const { bigQuery, pubSub, workflows, location, place } = clients;
  switch (target.kind) {
    case 'dataset':
      return before.kind === 'dataset' ? updateDataset(bigQuery, before, target) : notTheSame(before, target);
    case 'table':
    case 'view':
      return before.kind === target.kind ? updateTable(bigQuery, before, target) : notTheSame(before, target);
    case 'sharing':
      return writeSharing(bigQuery, target);
    case 'routine':
      return updateRoutine(bigQuery, target);
    case 'access':
      return writeAccess(bigQuery, target);
    case 'topic':
      return updateTopic(pubSub, target);
    case 'subscription':
      return updateSubscription(pubSub, target, place.projectId);
    case 'workflow':
      return updateWorkflow(workflows, location, target);
  }
}

function notTheSame(before: Resource, target: Resource): never {
  throw new TypeError(`a ${before.kind} cannot become a ${target.kind}`);
}

async function remove({ bigQuery, pubSub, workflows, location }: Clients, resource: Resource): Promise<void> {
  switch (resource.kind) {
    case 'dataset':
      throw new TypeError('datasets are never deleted');
    case 'table':
    case 'view':
      return removeTable(bigQuery, resource);
    case 'sharing':
      return removeSharing(bigQuery, resource);
    case 'routine':
      return removeRoutine(bigQuery, resource);
    case 'access':
      return removeAccess(bigQuery, resource);
    case 'topic':
      return removeTopic(pubSub, resource);
    case 'subscription':
      return removeSubscription(pubSub, resource);
    case 'workflow':
      return removeWorkflow(workflows, location, resource);
  }
}
