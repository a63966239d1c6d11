// Owns the fingerprint of what makes a partition, so that everybody can tell by which code a generation was made.
import type { Endpoint } from '../catalog/endpoint.ts';
import type { EventType } from '../catalog/event-type.ts';
import { digestOf } from '../platform/digest.ts';

/** Grows whenever closing itself gives other rows for the same arrivals. */
const CLOSING_VERSION = 1;

/** SHA-256 of everything in a declaration that decides which rows come out: not of descriptions, owners or readers. */
export function codeDigestOf(endpoint: Endpoint, eventType: EventType | undefined): string {
  if (endpoint.kind === 'event') {
    return digestOf({ closing: CLOSING_VERSION, declaration: eventType?.declaration, dedupe: eventType?.dedupe });
  }
  const { query, grain, partitionColumn, inputs } = endpoint;
  const columns = endpoint.columns.map(({ name, type, repeated }) => ({ name, type, repeated }));
  return digestOf({ query, grain, partitionColumn, inputs, columns });
}
