// Owns what the cloud should have: every resource that a catalog, the platform itself and its workflows ask for.
import { digestOf } from '../../platform/digest.ts';
import { serviceAccountEmail } from '../../platform/roles.ts';
import { type Catalog, endpointsOf, eventTypesOf } from '../catalog.ts';
import type { Endpoint } from '../endpoint.ts';
import type { EventType } from '../event-type.ts';
import { endpointTable, eventTopic, landingSubscription, liveView, type TableName } from '../names.ts';
import {
  endpointTableDefinition,
  liveViewDefinition,
  rawTableDefinition,
  type TableDefinition,
  type ViewDefinition,
} from '../tables.ts';
import { beforeLanding, deadLettersOf, landingResource, topicResource } from './landing.ts';
import { platformResources } from './platform-resources.ts';
import { revealResources, type RevealSurroundings } from './reveal-resources.ts';
import {
  resourceId,
  type ResourceLabels,
  type TableResource,
  type ViewResource,
  type WantedResource,
} from './resource.ts';
import { managed, wantedBy } from './wanted-resource.ts';

/** Where the resources are, and what is deployed beside the catalog. */
export interface Surroundings {
  readonly projectId: string;
  readonly region: string;
  /** Sources by name, of `workflows/<name>.yaml`. */
  readonly workflows: Readonly<Record<string, string>>;
  /** Where opening values in SQL leads; without it there are no functions for it. */
  readonly reveal?: RevealSurroundings;
  /** Variables that every workflow gets. */
  readonly workflowEnvironment: Readonly<Record<string, string>>;
}

/** Every resource that should be, those that others need first. */
export function wantedResources(catalog: Catalog, around: Surroundings): readonly WantedResource[] {
  return [
    ...platformResources(catalog.platform, around.region),
    ...(around.reveal === undefined ? [] : revealResources(catalog.platform, around, around.reveal)),
    ...datasets(catalog, around.region),
    ...endpointsOf(catalog).flatMap((endpoint) => endpointResources(endpoint, catalog)),
    ...eventTypesOf(catalog).flatMap((eventType) => eventResources(eventType, catalog, around.region)),
    ...workflows(around),
  ];
}

/** A name for exactly these resources: whoever has applied it has nothing to do, unless somebody changed the cloud. */
export function wantedDigest(resources: readonly WantedResource[]): string {
  return digestOf(resources.map(({ resource }) => resource));
}

function datasets(catalog: Catalog, region: string): readonly WantedResource[] {
  const names = endpointsOf(catalog).map(({ id }) => endpointTable(id).dataset);
  return [...new Set(names)].sort().map((name) =>
    wantedBy(`domain ${name}`)({
      kind: 'dataset',
      name,
      location: region,
      description: `Endpoints of the domain ${name}: tables with a contract.`,
      labels: managed(),
    }),
  );
}

function endpointResources(endpoint: Endpoint, catalog: Catalog): readonly WantedResource[] {
  const table = tableResource(endpointTableDefinition(endpoint), labelsOf(endpoint, catalog));
  const after = [`dataset ${endpointTable(endpoint.id).dataset}`] as const;
  const want = wantedBy(`endpoint ${endpoint.id}`);
  if (endpoint.readers.length === 0) return [want(table, after)];
  const readers = [...new Set(endpoint.readers)].sort();
  return [want(table, after), want({ kind: 'access', name: table.name, readers }, [resourceId(table)])];
}

/** Order of rollout: tables, then the topic, then what fills them. */
function eventResources(eventType: EventType, catalog: Catalog, region: string): readonly WantedResource[] {
  const labels = labelsOf(eventType, catalog);
  const raw = tableResource(rawTableDefinition(eventType, catalog), labels);
  const tables = [`table ${dotted(endpointTable(eventType.endpoint))}`, resourceId(raw)] as const;
  const columns = catalog.endpoints[eventType.endpoint]?.columns ?? [];
  const topic = topicResource(eventTopic(eventType.id), region, labels);
  const landing = landingResource(
    landingSubscription(eventType.id),
    topic.name,
    { table: raw.name, writes: 'fields', writeMetadata: true, ...deadLettersOf() },
    labels,
  );
  const live = viewResource(liveViewDefinition(eventType, columns), labels);
  const want = wantedBy(`event type ${eventType.id}`);
  return [
    want(raw),
    want(live, [...tables, `dataset ${liveView(eventType.endpoint).dataset}`]),
    want(topic, tables),
    want(landing, beforeLanding(landing)),
  ];
}

function workflows(around: Surroundings): readonly WantedResource[] {
  const serviceAccount = serviceAccountEmail('workflows', around.projectId);
  return Object.entries(around.workflows)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, source]) =>
      wantedBy(`workflows/${name}.yaml`)({
        kind: 'workflow',
        name,
        description: leadingComment(source),
        source,
        serviceAccount,
        environment: around.workflowEnvironment,
        labels: managed(),
      }),
    );
}

/** The comment with which a source begins, as one line: it says what the workflow is for. */
function leadingComment(source: string): string {
  const lines = /^(?:[ \t]*#.*\n)*/.exec(source)?.[0] ?? '';
  return lines
    .split('\n')
    .map((line) => line.replace(/^\s*#\s?/, ''))
    .join(' ')
    .trim()
    .slice(0, MAX_WORKFLOW_DESCRIPTION);
}

/** Characters; Workflows refuses more. */
const MAX_WORKFLOW_DESCRIPTION = 1000;

function labelsOf(declared: EventType | Endpoint, catalog: Catalog): ResourceLabels {
  const eventType = 'eventType' in declared ? catalog.eventTypes[declared.eventType] : declared;
  const tier = eventType !== undefined && 'tier' in eventType ? { tier: eventType.tier } : {};
  return { owner: declared.owner, ...tier };
}

function tableResource(definition: TableDefinition, labels: ResourceLabels): TableResource {
  const { description, columns, partitioning } = definition;
  return { kind: 'table', name: dotted(definition), description, columns, partitioning, labels: managed(labels) };
}

function viewResource(definition: ViewDefinition, labels: ResourceLabels): ViewResource {
  const { description, query } = definition;
  return { kind: 'view', name: dotted(definition), description, query, labels: managed(labels) };
}

function dotted({ dataset, table }: TableName): string {
  return `${dataset}.${table}`;
}
