// Owns what every platform has whatever its catalog: the topics, tables, subscriptions and views about the platform itself.
import { FAILED_EVENT_COLUMNS } from '../../events/failed-event.ts';
import { DAY_MS } from '../../platform/civil-date.ts';
import { durationOf, longestMs } from '../../platform/duration.ts';
import { type Column, restColumns } from '../column.ts';
import { DEAD_LETTER_TOPIC, FACTS_TOPIC, FAILED_EVENTS_TOPIC } from '../names.ts';
import type { Platform } from '../platform.ts';
import { FACT_COLUMNS, FACT_VIEWS, factViewQuery, type FactKind } from './facts.ts';
import { beforeLanding, deadLettersOf, landingResource, topicResource } from './landing.ts';
import { platformColumn as column } from './platform-column.ts';
import { managed, wantedBy } from './wanted-resource.ts';
import { resourceId, type TableResource, type WantedResource } from './resource.ts';

/** What could not be landed is kept for as long as it takes to notice and mend it. */
const DEAD_LETTERS_KEPT_MS = 37 * DAY_MS;

/**
 * The columns of `platform.dead_letters`: the message as it was, and what Pub/Sub says about it. Source of names and types:
 * https://cloud.google.com/pubsub/docs/bigquery#write_metadata
 */
const DEAD_LETTER_COLUMNS: readonly Column[] = [
  column('subscription_name', 'STRING', 'Subscription that wrote the row.'),
  column('message_id', 'STRING', 'Id that Pub/Sub gave to the message.'),
  column('publish_time', 'TIMESTAMP', 'When it came to the dead letters.'),
  column(
    'attributes',
    'STRING',
    'Attributes as JSON: the subscription it comes from, how often it was tried, why not.',
  ),
  column('data', 'BYTES', 'The message, sealed as it was published.'),
];

const want = wantedBy('the platform');

/** The built-in resources, for a platform whose topics are stored in `region`. */
export function platformResources(platform: Platform, region: string): readonly WantedResource[] {
  const failedEventsKeptMs = longestMs(durationOf(platform.privacy.failedEvents)) + DAY_MS;
  const tables = {
    facts: table('facts', 'Everything that happened on the platform, as facts; the views say what it means.', {
      columns: FACT_COLUMNS,
      partitioning: { column: 'at', unit: 'DAY' },
      clustering: ['kind', 'endpoint'],
    }),
    failedEvents: table('failed_events', 'Rejected events, the originals sealed.', {
      columns: FAILED_EVENT_COLUMNS,
      partitioning: { column: 'failed_at', unit: 'DAY', expirationMs: failedEventsKeptMs },
    }),
    deadLetters: table('dead_letters', 'Messages that could not be written to their table.', {
      columns: DEAD_LETTER_COLUMNS,
      partitioning: { column: 'publish_time', unit: 'DAY', expirationMs: DEAD_LETTERS_KEPT_MS },
    }),
  };
  const json = { writes: 'fields', writeMetadata: false, ...deadLettersOf() } as const;
  const landings = [
    landingResource(`land.${FACTS_TOPIC}`, FACTS_TOPIC, { table: tables.facts.name, ...json }),
    landingResource(`land.${FAILED_EVENTS_TOPIC}`, FAILED_EVENTS_TOPIC, { table: tables.failedEvents.name, ...json }),
    // What is dead already has nowhere else to go, so it is tried until its retention ends.
    landingResource(`land.${DEAD_LETTER_TOPIC}`, DEAD_LETTER_TOPIC, {
      table: tables.deadLetters.name,
      writes: 'body',
      writeMetadata: true,
    }),
  ];
  return [
    ...Object.values(tables).map((resource) => want(resource)),
    want(topicResource(FACTS_TOPIC, region), [resourceId(tables.facts)]),
    want(topicResource(FAILED_EVENTS_TOPIC, region), [resourceId(tables.failedEvents)]),
    want(topicResource(DEAD_LETTER_TOPIC, region), [resourceId(tables.deadLetters)]),
    ...landings.map((resource) => want(resource, beforeLanding(resource))),
    ...factViews(),
  ];
}

function table(
  name: string,
  description: string,
  shape: {
    readonly columns: readonly Column[];
    readonly partitioning: TableResource['partitioning'];
    readonly clustering?: readonly string[];
  },
): TableResource {
  return {
    kind: 'table',
    name: `platform.${name}`,
    description,
    ...shape,
    columns: restColumns(shape.columns),
    labels: managed(),
  };
}

function factViews(): readonly WantedResource[] {
  // The keys are exactly the kinds.
  const kinds = Object.keys(FACT_VIEWS) as FactKind[];
  return kinds.map((kind) => {
    const { view, description } = FACT_VIEWS[kind];
    return want(
      { kind: 'view', name: `platform.${view}`, description, query: factViewQuery(kind), labels: managed() },
      ['table platform.facts'],
    );
  });
}
