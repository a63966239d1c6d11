// Owns explaining what is held, from the declarations: what each field means, why and how long it is held, who gets it (Art. 13 to 15 GDPR).
import type { Catalog } from '../../catalog/catalog.ts';
import { type Column, formatColumnType } from '../../catalog/column.ts';
import type { Endpoint, Recipient } from '../../catalog/endpoint.ts';
import { envelopeSemantic } from '../../catalog/envelope-semantics.ts';
import type { EventType } from '../../catalog/event-type.ts';
import type { Field } from '../../catalog/field.ts';
import type { EndpointId, PurposeId } from '../../platform/ids.ts';

const SEALED = envelopeSemantic('sealed');

/** A field as a person reads about it. */
export interface ExplainedField {
  readonly name: string;
  readonly type: string;
  /** What is said of this field. */
  readonly description: string;
  /** What values of its semantic type are. */
  readonly meaning: string;
  /** How it is kept: as it is, encrypted under keys of the person, as a pseudonym, or coarser than it was. */
  readonly kept: 'clear' | 'sealed' | 'pseudonym' | 'generalised';
}

export interface ExplainedPurpose {
  readonly purpose: string;
  readonly description: string;
  /** Of Art. 6(1) GDPR. */
  readonly legalBasis: string;
  readonly consentRequired: boolean;
  readonly longestRetention: string;
}

export interface ExplainedEndpoint {
  readonly endpoint: string;
  readonly description: string;
  readonly owner: string;
  readonly contact: string;
  readonly purposes: readonly ExplainedPurpose[];
  /** ISO 8601 duration after which rows are deleted. */
  readonly retention: string;
  /** Endpoints that it is made from; none where the apps send it. */
  readonly madeFrom: readonly string[];
  readonly recipients: readonly ({ readonly name: string } & Recipient)[];
  readonly fields: readonly ExplainedField[];
}

/** What is held in an endpoint, in words of its declarations. */
export function explainEndpoint(catalog: Catalog, endpoint: Endpoint): ExplainedEndpoint {
  const eventType = endpoint.kind === 'event' ? catalog.eventTypes[endpoint.eventType] : undefined;
  const { platform } = catalog;
  return {
    endpoint: endpoint.id,
    description: endpoint.description,
    owner: endpoint.owner,
    contact: platform.teams[endpoint.owner]?.contact ?? '',
    purposes: explainPurposes(catalog, endpoint.purposes),
    retention: endpoint.retention,
    madeFrom: endpoint.kind === 'sql' ? endpoint.inputs.map((input) => input.endpoint) : [],
    recipients: Object.entries(endpoint.privacy?.recipients ?? {}).map(([name, recipient]) => ({ name, ...recipient })),
    fields: [
      ...endpoint.columns
        .filter(({ semantic }) => semantic !== SEALED)
        .map((column) => ofColumn(column, catalog, eventType)),
      ...sealedFields(eventType).map((field) => ofField(field, catalog)),
    ],
  };
}

/**
 * The fields of an event type that are sealed, in the order of its declaration, by the path that they are sealed under: of a record
 * that is stored in clear the names of its fields follow its own, `address.street`.
 */
export function sealedFields(eventType: EventType | undefined): readonly Field[] {
  return sealedBelow(eventType?.fields ?? [], '');
}

function sealedBelow(fields: readonly Field[], path: string): readonly Field[] {
  return fields.flatMap((field): readonly Field[] => {
    const { name, type, privacy } = field;
    if (privacy.action === 'seal') return [path === '' ? field : { ...field, name: `${path}${name}` }];
    return type.kind === 'record' && privacy.action === 'clear' ? sealedBelow(type.fields, `${path}${name}.`) : [];
  });
}

export function explainPurposes(catalog: Catalog, purposes: readonly PurposeId[]): readonly ExplainedPurpose[] {
  return purposes.flatMap((purpose) => {
    const declared = catalog.platform.purposes[purpose];
    if (declared === undefined) return [];
    const { description, legalBasis, consentRequired, longestRetention } = declared;
    return [{ purpose, description, legalBasis, consentRequired, longestRetention }];
  });
}

/** The explanation as a text for people. */
export function explanationText(
  endpoints: readonly (ExplainedEndpoint & { readonly rows: number })[],
  at: string,
): string {
  const lines = [
    `What is held about you, as of ${at}.`,
    '',
    'Each endpoint below is a table. Its rows about you are beside this file, as JSON and as CSV for spreadsheets; encrypted fields',
    'are opened. Pseudonyms (subject, visitor, event_id and others) are random codes that stand for you, your device or an event.',
    '',
    'You may have what is wrong corrected, have it erased, have its use restricted, object to it, withdraw consent, take it elsewhere,',
    'and complain to a supervisory authority (Art. 15 to 22 and 77 GDPR). The contact of each endpoint tells you how.',
  ];
  for (const endpoint of endpoints) lines.push('', ...textOf(endpoint));
  return `${lines.join('\n')}\n`;
}

function textOf(endpoint: ExplainedEndpoint & { readonly rows: number }): readonly string[] {
  const { purposes, recipients, fields, madeFrom } = endpoint;
  return [
    `${endpoint.endpoint}: ${endpoint.rows} row(s)`,
    `  ${endpoint.description}`,
    `  Answers for it: ${endpoint.owner}, ${endpoint.contact}. Rows are deleted after ${endpoint.retention}.`,
    ...purposes.map(({ purpose, description, legalBasis }) => `  Why: ${purpose} (${legalBasis}): ${description}`),
    ...(madeFrom.length === 0 ? ['  From: the apps that you used.'] : [`  From: ${madeFrom.join(', ')}.`]),
    ...recipients.map(({ name, description, contact }) => `  Given to: ${name} (${contact}): ${description}`),
    ...fields.map(
      ({ name, type, description, meaning, kept }) => `  - ${name} (${type}, ${kept}): ${description || meaning}`,
    ),
  ];
}

function ofColumn(column: Column, catalog: Catalog, eventType: EventType | undefined): ExplainedField {
  const { name, description = '', semantic } = column;
  const meaning = semantic === undefined ? '' : (catalog.platform.semantics[semantic]?.description ?? '');
  const declared = eventType?.fields.find((field) => field.name === name);
  return { name, type: formatColumnType(column), description, meaning, kept: keptAs(semantic, declared) };
}

function ofField({ name, type, description, semantic }: Field, catalog: Catalog): ExplainedField {
  const meaning = semantic === undefined ? '' : (catalog.platform.semantics[semantic]?.description ?? '');
  return { name, type: type.kind, description, meaning, kept: 'sealed' };
}

function keptAs(semantic: string | undefined, field: Field | undefined): ExplainedField['kept'] {
  if (semantic === 'subject' || semantic === 'visitor' || semantic === 'event.id') return 'pseudonym';
  if (field?.privacy.action === 'token' || field?.privacy.action === 'person') return 'pseudonym';
  return field?.privacy.action === 'generalise' ? 'generalised' : 'clear';
}

/** The endpoint of an id, if it is declared. */
export function endpointById(catalog: Catalog, id: string): Endpoint | undefined {
  return catalog.endpoints[id as EndpointId];
}
