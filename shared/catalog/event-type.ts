// Owns the compiled event type: what collect validates by, what the operator makes tables and topics of.
import type { DurationText } from '../platform/duration.ts';
import type { EndpointId, EventTypeId, PurposeId, TeamId, TierId } from '../platform/ids.ts';
import type { JsonValue } from '../platform/canonical-json.ts';
import type { Field } from './field.ts';

/** An event type, as `events/<domain>/<Name>.yaml` declares it. */
export interface EventType {
  readonly id: EventTypeId;
  /** The endpoint that its closed partitions are published to. */
  readonly endpoint: EndpointId;
  readonly description: string;
  readonly owner: TeamId;
  readonly tier: TierId;
  readonly purpose: PurposeId;
  readonly financial: boolean;
  readonly grain: 'hour' | 'day';
  readonly retention: DurationText;
  readonly dedupe: DurationText;
  readonly subject: 'user' | 'none';
  /** The part of the subjects whose events are kept; absent when all are. */
  readonly sampling?: number | undefined;
  /** Bytes of it that may be stored in a UTC day, imports aside; absent without a limit. */
  readonly dailyBytes?: number | undefined;
  readonly fields: readonly Field[];
  readonly examples: readonly { readonly [field: string]: JsonValue }[];
  /** SHA-256 of what decides about events: everything but descriptions, owner, tier, budget and examples. */
  readonly declaration: string;
}

/** What `schema_version` holds: the first 12 digits of the digest of the declaration. */
export function schemaVersionOf(eventType: EventType): string {
  return eventType.declaration.slice(0, 12);
}
