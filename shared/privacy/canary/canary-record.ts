// Owns the record of a leak canary: who was sent is made of its id, how far the search is, and what it came to. It names nobody.
import { z } from 'zod';
import { canonicalJson } from '../../platform/canonical-json.ts';
import { parseJsonBytes } from '../../platform/json-bytes.ts';
import { type Person, inventPerson } from './person.ts';

const CANARIES_PREFIX = 'canaries/';
/** More would say no more. */
export const MAX_FOUND = 100;

const count = z.int().min(0);

const record = z.strictObject({
  format: z.literal('canary/v1'),
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{7,63}$/),
  sentAtMs: count,
  /** Whether what was sent in clear was found: a search that finds nothing at all proves nothing. */
  seesClear: z.boolean(),
  /** The place that was searched last; none before the first. */
  after: z.string().optional(),
  searched: z.strictObject({
    tables: count,
    rows: count,
    /** Those of the rows that functions and workflows logged. */
    logLines: count.default(0),
    objects: count,
    bytes: count,
  }),
  /** Places that could not be read to their end. */
  unread: z.array(z.string()),
  /** Where something was found, and how it looked; never the value. */
  found: z.array(z.strictObject({ place: z.string(), trace: z.string() })).max(MAX_FOUND),
  finishedAtMs: count.optional(),
});

export type CanaryRecord = Readonly<z.infer<typeof record>>;

export function newCanary(id: string, sentAtMs: number): CanaryRecord {
  const searched = { tables: 0, rows: 0, logLines: 0, objects: 0, bytes: 0 };
  return { format: 'canary/v1', id, sentAtMs, seesClear: false, searched, unread: [], found: [] };
}

/** The object of a canary, or what those of all begin with; ids sort by the time they were made. */
export function canaryObject(id = ''): string {
  return `${CANARIES_PREFIX}${id}`;
}

export function encodeCanary(canary: CanaryRecord): string {
  return canonicalJson(canary);
}

/** Reads a stored record; undefined when it is damaged. */
export function parseCanary(body: Buffer): CanaryRecord | undefined {
  return record.safeParse(parseJsonBytes(body)).data;
}

/** Whom a canary sent. */
export function personOf({ id }: Pick<CanaryRecord, 'id'>): Person {
  return inventPerson(`canary ${id}`);
}

/** What a canary sends in clear. */
export function clearMarkOf({ id }: Pick<CanaryRecord, 'id'>): string {
  return `leak-canary-${id}`;
}

/** Whether a search has ended well: nothing found but what was sent in clear. */
export function hasPassed({ seesClear, found, finishedAtMs }: CanaryRecord): boolean {
  return finishedAtMs !== undefined && seesClear && found.length === 0;
}
