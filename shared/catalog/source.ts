// Owns the compiled mapping file of a source: which of its events are which event types, and where their fields come from.
import type { ProtocolName } from '../events/sources/protocols.ts';
import type { SourcePath } from '../events/sources/source-path.ts';
import type { JsonValue } from '../platform/canonical-json.ts';
import type { EventTypeId, TeamId } from '../platform/ids.ts';

/** Apps that send in a protocol of others, as `platform/sources/<name>.yaml` declares them. */
export interface Source {
  readonly name: string;
  readonly description: string;
  readonly owner: TeamId;
  readonly protocol: ProtocolName;
  /** Names of the write keys that it is for; empty: all that no other source of the protocol names. */
  readonly writeKeys: readonly string[];
  /** `by-name`: an event that is not mapped is of the event type that it names. */
  readonly unmapped: 'refuse' | 'by-name';
  readonly about: SourceAbout;
  /** Where the answer to a purpose stands: true or false. */
  readonly consent: { readonly [purpose: string]: SourcePath };
  /** Names of events that are not wanted: counted, and kept nowhere. */
  readonly drop: readonly string[];
  readonly events: { readonly [name: string]: EventMapping };
}

/** Who an event is about and when it happened, where that stands elsewhere than the protocol says. */
export interface SourceAbout {
  readonly userId?: SourcePath | undefined;
  readonly anonymousId?: SourcePath | undefined;
  readonly occurredAt?: SourcePath | undefined;
}

/** What events of a name are. */
export interface EventMapping {
  readonly type: EventTypeId;
  readonly about: SourceAbout;
  readonly fields: FieldMappings;
}

/** Where the fields of an event type, or of a record in it, come from. */
export interface FieldMappings {
  readonly [field: string]: FieldMapping;
}

export type FieldMapping =
  | { readonly kind: 'constant'; readonly value: JsonValue }
  /** The first value that is there, made into what the field takes. */
  | ({ readonly kind: 'value'; readonly paths: readonly SourcePath[] } & Conversion)
  | { readonly kind: 'record'; readonly fields: FieldMappings }
  /** A record for each item of a list; paths begin at the item. */
  | { readonly kind: 'each'; readonly path: SourcePath; readonly fields: FieldMappings };

/** What is done to a value, in this order. */
export interface Conversion {
  /** Other words for the same: a value that is not named stays as it is. */
  readonly values?: { readonly [value: string]: JsonValue } | undefined;
  readonly as?: 'text' | 'number' | 'boolean' | undefined;
  /** Factor of a number, such as 1000 from seconds to milliseconds; what comes out is a whole number where the factor is. */
  readonly times?: number | undefined;
  /** In the place of a value that is not there. */
  readonly otherwise?: JsonValue | undefined;
}
