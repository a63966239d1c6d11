// Owns every name that is derived from a declaration: topics, subscriptions, tables, views, endpoints.
import {
  domainOf,
  type EndpointId,
  type EventTypeId,
  ID_RULES,
  nameOf,
  parseId,
  type PurposeId,
} from '../platform/ids.ts';
import type { PartitionKey } from '../pipelines/partition-key.ts';

/** Datasets of the base, so that no domain may have their names. */
const RESERVED_DOMAINS: ReadonlySet<string> = new Set([
  'raw',
  'staging',
  'platform',
  'logs',
  'google',
  'goog',
  'bigquery',
]);

/** What the names of datasets begin with that hold a purpose's remote function; no domain's may. */
const REVEAL_PREFIX = 'reveal_';

/** Whether a dataset is for the remote function of a purpose. */
export function isRevealDataset(name: string): boolean {
  return name.startsWith(REVEAL_PREFIX);
}

/** Whether the name is the platform's own, so that no domain may have it. */
export function isReservedDomain(domain: string): boolean {
  return RESERVED_DOMAINS.has(domain) || isRevealDataset(domain);
}

/** Topic of failed events, one for all event types. */
export const FAILED_EVENTS_TOPIC = 'platform.failed-events';
/** Topic of messages that could not be written to their raw table, one for all event types. */
export const DEAD_LETTER_TOPIC = 'platform.dead-letters';
/** Topic of facts: partition published, run ended, lineage edge, audit count, access, erasure step. */
export const FACTS_TOPIC = 'platform.facts';

/** A table of a dataset. */
export interface TableName {
  readonly dataset: string;
  readonly table: string;
}

/** `listening.TrackPlayed` -> endpoint `listening.track_played`; `_v2` stays as it is. */
export function endpointOf(eventType: EventTypeId): EndpointId {
  const [, base = '', version = ''] = /^(.*?)(_v\d+)?$/.exec(nameOf(eventType)) ?? [];
  const snake = base.replaceAll(/(?!^)[A-Z]/g, (capital) => `_${capital}`).toLowerCase();
  return checked(`${domainOf(eventType)}.${snake}${version}`);
}

/** `listening.TrackPlayed` -> topic `events.listening.TrackPlayed`. */
export function eventTopic(eventType: EventTypeId): string {
  return `events.${eventType}`;
}

/** `listening.TrackPlayed` -> subscription `land.listening.TrackPlayed`, which writes the topic into the raw table. */
export function landingSubscription(eventType: EventTypeId): string {
  return `land.${eventType}`;
}

/** `listening.TrackPlayed` -> `raw.listening_track_played`. */
export function rawTable(eventType: EventTypeId): TableName {
  return { dataset: 'raw', table: endpointOf(eventType).replace('.', '_') };
}

/** The table of an endpoint: its domain is the dataset. */
export function endpointTable(endpoint: EndpointId): TableName {
  return { dataset: domainOf(endpoint), table: nameOf(endpoint) };
}

/** The view of an event endpoint that adds the open partition: `listening.track_played_live`. */
export function liveView(endpoint: EndpointId): TableName {
  return { dataset: domainOf(endpoint), table: `${nameOf(endpoint)}_live` };
}

/**
 * The remote function that opens values sealed for a purpose: `reveal_product_analytics.open`. It has a dataset of its own,
 * because BigQuery shares functions by dataset, and each purpose has its own openers.
 */
export function revealRoutine(purpose: PurposeId): { readonly dataset: string; readonly routine: string } {
  return { dataset: `${REVEAL_PREFIX}${purpose.replaceAll('-', '_')}`, routine: 'open' };
}

/** The staging table of one run: `staging.listening__daily_plays__20260801__3__1`. */
export function stagingTable(endpoint: EndpointId, key: PartitionKey, generation: number, attempt: number): TableName {
  const parts = [flatName(endpoint), flatKey(key), String(generation), String(attempt)];
  return { dataset: 'staging', table: parts.join('__') };
}

/**
 * The id of the copy job that publishes a partition: `publish_listening__daily_plays_20260801_3_1`. Whoever repeats it
 * gets the job that exists instead of a second copy.
 */
export function publishJobId(endpoint: EndpointId, key: PartitionKey, generation: number, attempt: number): string {
  return `publish_${flatName(endpoint)}_${key}_${generation}_${attempt}`;
}

/** An endpoint's id where a dot is not allowed: `listening__daily_plays`. Names hold no double underscore, so it is unique. */
export function flatName(endpoint: EndpointId): string {
  return endpoint.replace('.', '__');
}

/** A table as a subscription's configuration names it: `project.dataset.table`. */
export function qualified(project: string, { dataset, table }: TableName): string {
  return `${project}.${dataset}.${table}`;
}

/** A table as SQL names it: `dataset.table` in backquotes, in the project that the query runs in. */
export function quotedTable({ dataset, table }: TableName): string {
  return `\`${dataset}.${table}\``;
}

function flatKey(key: PartitionKey): string {
  return key.replaceAll('-', '');
}

function checked(text: string): EndpointId {
  const id = parseId('endpoint', text);
  if (id === undefined) throw new TypeError(`${JSON.stringify(text)} is not ${ID_RULES.endpoint.allowed}`);
  return id;
}
