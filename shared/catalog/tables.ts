// Owns the tables and views that BigQuery should have for a catalog: columns, partitions, how long they are kept.
import { DAY_MS } from '../platform/civil-date.ts';
import { durationOf, longestMs } from '../platform/duration.ts';
import { type Grain, HOUR_MS } from '../pipelines/partition-key.ts';
import type { Catalog } from './catalog.ts';
import { type Column, type RestColumn, restColumns } from './column.ts';
import type { Endpoint } from './endpoint.ts';
import { RAW_PARTITION_COLUMN, rawColumns } from './event-columns.ts';
import type { EventType } from './event-type.ts';
import { liveViewQuery } from './live-view.ts';
import { endpointTable, liveView, rawTable, type TableName } from './names.ts';

/** How a table is partitioned, in BigQuery's words. */
export interface TablePartitioning {
  readonly column: string;
  readonly unit: 'HOUR' | 'DAY' | 'MONTH';
  /** How long a partition is kept after its start, in milliseconds. */
  readonly expirationMs: number;
}

/** A table as it should be. */
export interface TableDefinition extends TableName {
  readonly kind: 'table';
  readonly description: string;
  readonly columns: readonly RestColumn[];
  readonly partitioning?: TablePartitioning | undefined;
}

/** A view as it should be. */
export interface ViewDefinition extends TableName {
  readonly kind: 'view';
  readonly description: string;
  readonly query: string;
}

/** A raw row outlives the span in which its twins are recognised by a week, in which whatever failed can be mended. */
const RAW_GRACE_MS = 7 * DAY_MS;

/** BigQuery's unit for each grain; a week is the DAY partition of its Monday, and `all` has none. */
const UNITS: { readonly [G in Grain]: TablePartitioning['unit'] | undefined } = {
  hour: 'HOUR',
  day: 'DAY',
  week: 'DAY',
  month: 'MONTH',
  all: undefined,
};

/** The longest span of a partition of each grain, in milliseconds: what it holds is kept for its retention to the last. */
const LONGEST_MS: { readonly [G in Grain]: number } = {
  hour: HOUR_MS,
  day: DAY_MS,
  week: 7 * DAY_MS,
  month: 31 * DAY_MS,
  all: 0,
};

/** The raw table of an event type, which its subscription writes. */
export function rawTableDefinition(eventType: EventType, catalog: Catalog): TableDefinition {
  const expirationMs = longestMs(durationOf(eventType.dedupe)) + RAW_GRACE_MS;
  return {
    kind: 'table',
    ...rawTable(eventType.id),
    description: `Arrived ${eventType.id}, not yet closed. ${eventType.description}`,
    columns: restColumns(rawColumns(eventType.fields, catalog.platform)),
    partitioning: { column: RAW_PARTITION_COLUMN, unit: 'DAY', expirationMs },
  };
}

/** The table of an endpoint. */
export function endpointTableDefinition(endpoint: Endpoint): TableDefinition {
  return {
    kind: 'table',
    ...endpointTable(endpoint.id),
    description: endpoint.description,
    columns: restColumns(endpoint.columns),
    partitioning: partitioningOf(endpoint),
  };
}

/** How the table of an endpoint, and every staging table of it, is partitioned. */
export function partitioningOf(endpoint: Endpoint): TablePartitioning | undefined {
  const unit = UNITS[endpoint.grain];
  if (unit === undefined || endpoint.partitionColumn === undefined) return undefined;
  const expirationMs = longestMs(durationOf(endpoint.retention)) + LONGEST_MS[endpoint.grain];
  return { column: endpoint.partitionColumn, unit, expirationMs };
}

/** The view of an event endpoint that adds the open partition. */
export function liveViewDefinition(eventType: EventType, columns: readonly Column[]): ViewDefinition {
  return {
    kind: 'view',
    ...liveView(eventType.endpoint),
    description: `${eventType.endpoint} and what has arrived since its last partition was closed.`,
    query: liveViewQuery(eventType, columns),
  };
}
