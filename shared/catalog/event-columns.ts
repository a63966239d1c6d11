// Owns the tables of an event type: the columns of its raw table and of its endpoint, and how both are partitioned.
import { type Column, type ColumnType } from './column.ts';
import { envelopeSemantic } from './envelope-semantics.ts';
import type { Field, FieldType } from './field.ts';
import { GENERALISE_RULES } from './generalise-rules.ts';
import { otherPersonsOf, sealedColumnOf } from './other-persons.ts';
import type { Platform } from './platform.ts';

/**
 * What a BigQuery subscription adds to each row with `write_metadata`, by Google's names and types; the table must have
 * all four. https://cloud.google.com/pubsub/docs/bigquery#write_metadata
 */
const SUBSCRIPTION_COLUMNS: readonly Column[] = [
  column('subscription_name', 'STRING', 'event.type', 'Subscription that wrote the row.'),
  column('message_id', 'STRING', 'event.id', 'Id that Pub/Sub gave to the message; breaks the tie between twins.'),
  column('publish_time', 'TIMESTAMP', 'event.time', 'When Pub/Sub took the message.'),
  column('attributes', 'STRING', 'event.type', 'Attributes of the message, a JSON object; never anything of a person.'),
];

const IDENTITY_COLUMNS: readonly Column[] = [
  column('event_id', 'STRING', 'event.id', 'Keyed digest of the id that the client gave.'),
  column('event_type', 'STRING', 'event.type', 'Name of the event type.'),
  column(
    'schema_version',
    'STRING',
    'event.type',
    'First 12 digits of the digest of the declaration it was checked against.',
  ),
];

const TIME_COLUMNS: readonly Column[] = [
  column('occurred_at', 'TIMESTAMP', 'event.time', 'When it happened by the clock of the client, as sent.'),
  column('sent_at', 'TIMESTAMP', 'event.time', 'When it was sent by the clock of the client, where it said so.'),
  column(
    'event_time',
    'TIMESTAMP',
    'event.time',
    'When it happened, corrected for the skew of the clock; of an import as sent.',
  ),
  column('late', 'BOOL', 'event.flag', 'Whether it arrived too late for the partition that its time says.'),
  column(
    'future',
    'BOOL',
    'event.flag',
    'Whether its client said that it happened after it arrived; a live event then counts to its arrival.',
  ),
];

const PERSON_COLUMNS: readonly Column[] = [
  column('subject', 'STRING', 'subject', 'Pseudonym of the person for the purpose of the event type.'),
  column('visitor', 'STRING', 'visitor', 'Pseudonym of the anonymous visitor.'),
];

const BY_BOT = column(
  'by_bot',
  'BOOL',
  'event.flag',
  'Whether its user agent says that a program sent it: a crawler, a monitor, a browser without a person.',
);

const RECEIVED_AT = column('received_at', 'TIMESTAMP', 'event.time', 'When the platform took it.');
const SEALED = column('sealed', 'BYTES', 'sealed', 'Sealed fields, one blob under the key of the subject.');

/** The columns that every raw table begins with, without what the subscription adds. */
const RAW_COLUMNS: readonly Column[] = [
  RECEIVED_AT,
  ...IDENTITY_COLUMNS,
  ...TIME_COLUMNS,
  BY_BOT,
  ...PERSON_COLUMNS,
  column('fingerprint', 'STRING', 'event.id', 'Keyed digest of the payload; tells a collision from a twin.'),
  SEALED,
  column('import_id', 'STRING', 'event.id', 'The historical import it came with.'),
  column('boot', 'STRING', 'event.id', 'Start of the collector that took it.'),
  column(
    'sequence',
    'INT64',
    'event.id',
    'Number that the collector gave it within its boot; completeness counts them.',
  ),
];

/** The columns that every event endpoint begins with. */
const ENDPOINT_COLUMNS: readonly Column[] = [
  column(
    'hour',
    'TIMESTAMP',
    'event.time',
    'The hour it counts to, always inside its partition: filter and date by this.',
  ),
  ...IDENTITY_COLUMNS,
  RECEIVED_AT,
  ...TIME_COLUMNS,
  BY_BOT,
  ...PERSON_COLUMNS,
  SEALED,
];

/** The column by which every raw table is partitioned, by day. */
export const RAW_PARTITION_COLUMN = 'received_at';
/** The column by which every event endpoint is partitioned. */
export const HOUR_COLUMN = 'hour';

/** Names that a field of an event may not have, because some table of events has them already. */
export const RESERVED_COLUMN_NAMES: ReadonlySet<string> = new Set(
  [...SUBSCRIPTION_COLUMNS, ...RAW_COLUMNS, ...ENDPOINT_COLUMNS].map(({ name }) => name),
);

/** The columns of the raw table of an event type with these fields. */
export function rawColumns(fields: readonly Field[], platform: Platform): readonly Column[] {
  return [...RAW_COLUMNS, ...SUBSCRIPTION_COLUMNS, ...fieldColumns(fields, platform)];
}

/** The columns of the endpoint of an event type with these fields. */
export function endpointColumns(fields: readonly Field[], platform: Platform): readonly Column[] {
  return [...ENDPOINT_COLUMNS, ...fieldColumns(fields, platform)];
}

/** The columns of what is stored of the fields: sealed and dropped ones have none. */
function fieldColumns(fields: readonly Field[], platform: Platform): readonly Column[] {
  const others = otherPersonsOf(fields);
  return fields.flatMap((field) => {
    const type = storedType(field, platform);
    if (type === undefined) return [];
    const own = { name: field.name, ...type, description: field.description, ...semanticOf(field, platform) };
    const sealed = others.some((other) => other.field === field.name && other.sealed.length > 0);
    return sealed ? [own, sealedOf(field.name)] : [own];
  });
}

function sealedOf(person: string): Column {
  const description = `Sealed fields of the person that ${person} names, one blob under the key of that person.`;
  return column(sealedColumnOf(person), 'BYTES', 'sealed', description);
}

function storedType({ type, privacy }: Field, platform: Platform): ColumnType | undefined {
  if (privacy.action === 'seal' || privacy.action === 'drop') return undefined;
  if (privacy.action === 'token' || privacy.action === 'person') return { type: 'STRING', repeated: false };
  if (privacy.action === 'generalise') return { type: GENERALISE_RULES[privacy.rule].gives, repeated: false };
  return clearType(type, platform);
}

function clearType(type: FieldType, platform: Platform): ColumnType | undefined {
  if (type.kind === 'record') {
    const fields = fieldColumns(type.fields, platform);
    // A record all of whose fields are sealed or dropped leaves nothing behind: BigQuery has no STRUCT without fields.
    return fields.length === 0 ? undefined : { type: 'STRUCT', repeated: false, fields };
  }
  if (type.kind !== 'list') return { type: SCALAR_TYPES[type.kind], repeated: false };
  const element = clearType(type.of, platform);
  return element === undefined ? undefined : { ...element, repeated: true };
}

const SCALAR_TYPES = {
  string: 'STRING',
  int64: 'INT64',
  float64: 'FLOAT64',
  numeric: 'NUMERIC',
  bool: 'BOOL',
  timestamp: 'TIMESTAMP',
  date: 'DATE',
  json: 'JSON',
  bytes: 'BYTES',
  enum: 'STRING',
} as const;

function semanticOf({ semantic, privacy }: Field, platform: Platform): Pick<Column, 'semantic'> {
  if (semantic === undefined) return {};
  // What is stored is what `subject` holds of that person: erasure and export find them by it.
  if (privacy.action === 'person') return { semantic: envelopeSemantic('subject') };
  if (privacy.action !== 'generalise') return { semantic };
  return { semantic: platform.semantics[semantic]?.generalises[privacy.rule] ?? semantic };
}

function column(
  name: string,
  type: Column['type'],
  semantic: Parameters<typeof envelopeSemantic>[0],
  description: string,
): Column {
  return { name, type, repeated: false, description, semantic: envelopeSemantic(semantic) };
}
