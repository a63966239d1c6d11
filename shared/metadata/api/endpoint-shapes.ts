// Owns the shapes in which metadata shows endpoints over HTTP: one line of a list, and the whole contract.
import { z } from 'zod';
import { GRAINS } from '../../pipelines/partition-key.ts';
import { shownState } from './partition-shape.ts';

const ENDPOINT_KINDS = ['event', 'sql'] as const;
/** How far the newest published partition is behind: nothing there or expected, nothing missing, within the promise, past it. */
export const freshnessState = z.enum(['empty', 'current', 'due', 'late']);

export const freshnessShape = z.object({
  state: freshnessState,
  /** The newest published partition. */
  latest: z.string().optional(),
  /** Until when its rows reach; the end of the partition. */
  upTo: z.string().optional(),
  /** When its last generation was published. */
  publishedAt: z.string().optional(),
  /** The oldest partition that is expected by now and was never published, and by when it was promised. */
  missing: z.object({ key: z.string(), promisedAt: z.string().optional() }).optional(),
});

/** By when partitions are promised: so long after their end, or by a time of day. */
export const withinShape = z.object({ kind: z.literal('within'), duration: z.string() });
export const deadlineShape = z.object({
  kind: z.literal('deadline'),
  deadline: z.string(),
  timezone: z.string(),
  objective: z.number(),
});
export const promiseShape = z.union([withinShape, deadlineShape]);

export const endpointShape = z.object({
  id: z.string(),
  kind: z.enum(ENDPOINT_KINDS),
  description: z.string(),
  owner: z.string(),
  grain: z.enum(GRAINS),
  retention: z.string(),
  /** Of an event endpoint. */
  eventType: z.string().optional(),
  /** Endpoints that it is made of. */
  inputs: z.array(z.string()),
  promise: promiseShape.optional(),
  freshness: freshnessShape,
  /** Stored partitions by state, and the rows of all of them. */
  partitions: z.object({
    states: z.partialRecord(shownState, z.int()),
    rows: z.int(),
    latest: z.string().optional(),
  }),
});

export const endpointsShape = z.object({ endpoints: z.array(endpointShape) });

/** A column of the table, or a field that is not stored in the clear. */
export const columnShape = z.object({
  name: z.string(),
  type: z.string(),
  description: z.string().optional(),
  /** What it means, and how much that says about a person. */
  semantic: z.string().optional(),
  class: z.string().optional(),
  /** Of a column of an event: what becomes of the value before it is stored. */
  privacy: z.string().optional(),
});

/** One endpoint: its contract as the catalog has it, of which only this is described, and what people ask about it. */
export const contractShape = endpointShape.omit({ inputs: true }).extend({
  readers: z.array(z.string()),
  /** Of a SQL endpoint. */
  query: z.string().optional(),
  about: z.object({
    /** Whom to ask. */
    contact: z.string(),
    purposes: z.array(z.object({ id: z.string(), description: z.string(), legalBasis: z.string() })),
    /** Columns, then what is stored only sealed or not at all. */
    schema: z.array(columnShape),
    /** What it is made of: endpoints, or one event type. */
    inputs: z.array(z.string()),
    /** Endpoints that are made of it. */
    consumers: z.array(z.string()),
    checks: z.array(z.object({ name: z.string(), severity: z.enum(['warn', 'fail']) })),
  }),
});

export type EndpointShown = Readonly<z.infer<typeof endpointShape>>;
export type AboutEndpoint = Readonly<z.infer<typeof contractShape>['about']>;
export type FreshnessShown = Readonly<z.infer<typeof freshnessShape>>;
