// Owns what the catalog says about where a person may be: every table with what its columns hold, or come from.
import { type Catalog, endpointsOf, eventTypesOf } from '#shared/catalog/catalog.ts';
import type { Column } from '#shared/catalog/column.ts';
import type { Endpoint, SqlEndpoint } from '#shared/catalog/endpoint.ts';
import { envelopeSemantic } from '#shared/catalog/envelope-semantics.ts';
import { rawColumns } from '#shared/catalog/event-columns.ts';
import type { EventType } from '#shared/catalog/event-type.ts';
import type { Field } from '#shared/catalog/field.ts';
import { rawTable } from '#shared/catalog/names.ts';
import { otherPersonsOf, sealedColumnOf } from '#shared/catalog/other-persons.ts';
import { FAILED_EVENT_COLUMNS } from '#shared/events/failed-event.ts';
import { durationOf, exceeds } from '#shared/platform/duration.ts';
import type { ColumnContent, ScopeColumn, ScopeEndpoint } from '#shared/privacy/erasure/scope-contents.ts';

/** Every table that may hold something of a person: raw events, what failed, and all endpoints. */
export function scopeOf(catalog: Catalog): readonly ScopeEndpoint[] {
  return [
    ...eventTypesOf(catalog).map((eventType) => rawScope(eventType, catalog)),
    table('platform.failed_events', declaredColumns(FAILED_EVENT_COLUMNS, undefined)),
    // Whole messages as they were published: whatever says something of a person in them is sealed.
    table('platform.dead_letters', [{ name: 'data', content: 'sealed' }]),
    ...endpointsOf(catalog).map((endpoint) => endpointScope(endpoint, catalog)),
  ];
}

function rawScope(eventType: EventType, { platform }: Catalog): ScopeEndpoint {
  const { dataset, table: name } = rawTable(eventType.id);
  return table(`${dataset}.${name}`, declaredColumns(rawColumns(eventType.fields, platform), eventType));
}

function endpointScope(endpoint: Endpoint, catalog: Catalog): ScopeEndpoint {
  if (endpoint.kind === 'sql')
    return {
      ...table(endpoint.id, derivedColumns(endpoint)),
      ...declaredOf(endpoint),
      recomputable: isRecomputable(endpoint, catalog),
    };
  const eventType = catalog.eventTypes[endpoint.eventType];
  return table(endpoint.id, declaredColumns(endpoint.columns, eventType));
}

function declaredOf({ privacy }: SqlEndpoint): Pick<ScopeEndpoint, 'exempt' | 'recipients' | 'anonymous'> {
  if (privacy === undefined) return {};
  const { exempt, anonymous } = privacy;
  const recipients = Object.keys(privacy.recipients).sort();
  return { recipients, anonymous: anonymous !== undefined, ...(exempt === undefined ? {} : { exempt }) };
}

/**
 * Whether every partition that is kept can be made again: nothing that it is made of is deleted before it. Of `latest` there is always
 * one, and what it reads of itself is kept as long as it is.
 */
function isRecomputable({ id, retention, inputs }: SqlEndpoint, { endpoints }: Catalog): boolean {
  return inputs.every(({ endpoint, window }) => {
    const input = endpoints[endpoint];
    if (endpoint === id || window.kind === 'latest') return true;
    return input !== undefined && !exceeds(durationOf(retention), durationOf(input.retention));
  });
}

/** Event tables and the platform's own: nothing in them is ever opened, so there is nothing to make again. */
function table(id: string, columns: readonly ScopeColumn[]): ScopeEndpoint {
  return { id, columns, recomputable: false, external: false };
}

const SUBJECT = envelopeSemantic('subject');
const VISITOR = envelopeSemantic('visitor');
const SEALED = envelopeSemantic('sealed');

/** Columns where data enters the platform: the compiler has seen to it that nothing strict is stored in clear. */
function declaredColumns(columns: readonly Column[], eventType: EventType | undefined): readonly ScopeColumn[] {
  const others = new Map(
    otherPersonsOf(eventType?.fields ?? []).flatMap(({ field }) => {
      const whose = `${eventType?.id ?? ''}.${field}`;
      return [[field, whose] as const, [sealedColumnOf(field), whose] as const];
    }),
  );
  return columns.map((column): ScopeColumn => {
    const whose = others.get(column.name);
    const content = contentOf(column, eventType);
    return { name: column.name, content, ...(whose === undefined ? {} : { whose }) };
  });
}

function contentOf({ name, semantic }: Column, eventType: EventType | undefined): ColumnContent {
  if (semantic === SUBJECT) return 'token';
  // Other pseudonyms (visitor, device) mean nothing without the keys either, but they find no rows of the subject.
  if (semantic === SEALED || semantic === VISITOR || holdsPseudonym(name, eventType)) return 'sealed';
  return 'none';
}

function holdsPseudonym(column: string, eventType: EventType | undefined): boolean {
  const field = eventType?.fields.find(({ name }) => name === column);
  return field !== undefined && hasToken(field);
}

function hasToken({ privacy, type }: Field): boolean {
  return privacy.action === 'token' || (type.kind === 'record' && type.fields.some(hasToken));
}

/** Columns of a query with what they come from; a column that the analysis says nothing of comes from nobody knows where. */
function derivedColumns({ columns, lineage }: SqlEndpoint): readonly ScopeColumn[] {
  return columns.map(({ name }): ScopeColumn => {
    const from = lineage.find(({ column }) => column === name)?.from;
    return from === undefined ? { name, content: 'unknown' } : { name, from };
  });
}
