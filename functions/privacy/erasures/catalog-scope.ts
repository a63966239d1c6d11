// Owns what the catalog says about where a person may be: every table with what its columns hold, or come from.
import { type Catalog, endpointsOf, eventTypesOf } from '#shared/catalog/catalog.ts';
import type { Column } from '#shared/catalog/column.ts';
import type { ColumnLineage, ColumnSource, Endpoint, SqlEndpoint } from '#shared/catalog/endpoint.ts';
import { ENVELOPE_SEMANTICS, envelopeSemantic } from '#shared/catalog/envelope-semantics.ts';
import { rawColumns } from '#shared/catalog/event-columns.ts';
import type { EventType } from '#shared/catalog/event-type.ts';
import { rawTable } from '#shared/catalog/names.ts';
import type { Platform } from '#shared/catalog/platform.ts';
import { FAILED_EVENT_COLUMNS } from '#shared/events/failed-event.ts';
import { opensValues } from '#shared/privacy/erasure/opens-values.ts';
import type { ColumnContent, ScopeColumn, ScopeEndpoint, SourceFlow } from '#shared/privacy/erasure/scope-plan.ts';

/** Every table that may hold something of a person: raw events, what failed, and all endpoints. */
export function scopeOf(catalog: Catalog): readonly ScopeEndpoint[] {
  return [
    ...eventTypesOf(catalog).map((eventType) => rawScope(eventType, catalog)),
    table(
      'platform.failed_events',
      FAILED_EVENT_COLUMNS.map((column) => declared(column, undefined)),
    ),
    // Whole messages as they were published: whatever says something of a person in them is sealed.
    table('platform.dead_letters', [{ name: 'data', content: 'sealed' }]),
    ...endpointsOf(catalog).map((endpoint) => endpointScope(endpoint, catalog)),
  ];
}

function rawScope(eventType: EventType, { platform }: Catalog): ScopeEndpoint {
  const { dataset, table: name } = rawTable(eventType.id);
  const columns = rawColumns(eventType.fields, platform).map((column) => declared(column, eventType));
  return table(`${dataset}.${name}`, columns);
}

function endpointScope(endpoint: Endpoint, catalog: Catalog): ScopeEndpoint {
  if (endpoint.kind === 'sql')
    return { ...table(endpoint.id, derivedColumns(endpoint, catalog)), ...declaredOf(endpoint) };
  const eventType = catalog.eventTypes[endpoint.eventType];
  return table(
    endpoint.id,
    endpoint.columns.map((column) => declared(column, eventType)),
  );
}

function declaredOf({ privacy }: SqlEndpoint): Pick<ScopeEndpoint, 'exempt' | 'recipients'> {
  if (privacy === undefined) return {};
  const recipients = Object.keys(privacy.recipients).sort();
  return { recipients, ...(privacy.exempt === undefined ? {} : { exempt: privacy.exempt }) };
}

/** Running a pipeline again is not offered to erasures yet, so what only that could clean blocks them. */
function table(id: string, columns: readonly ScopeColumn[]): ScopeEndpoint {
  return { id, columns, recomputable: false, external: false };
}

const SUBJECT = envelopeSemantic('subject');
const VISITOR = envelopeSemantic('visitor');
const SEALED = envelopeSemantic('sealed');

/** A column where data enters the platform: the compiler has seen to it that nothing strict is stored in clear. */
function declared(column: Column, eventType: EventType | undefined): ScopeColumn {
  return { name: column.name, content: contentOf(column, eventType) };
}

function contentOf({ name, semantic }: Column, eventType: EventType | undefined): ColumnContent {
  if (semantic === SUBJECT) return 'token';
  // Other pseudonyms (visitor, device, second person) mean nothing without the keys either, but they find no rows of the subject.
  if (semantic === SEALED || semantic === VISITOR || holdsPseudonym(name, eventType)) return 'sealed';
  return 'none';
}

function holdsPseudonym(column: string, eventType: EventType | undefined): boolean {
  const field = eventType?.fields.find(({ name }) => name === column);
  if (field === undefined) return false;
  if (field.privacy.action === 'token') return true;
  return field.type.kind === 'record' && field.type.fields.some(({ privacy }) => privacy.action === 'token');
}

/** Columns of a query with what they come from; a column that the analysis says nothing of comes from nobody knows where. */
function derivedColumns(endpoint: SqlEndpoint, { platform }: Catalog): readonly ScopeColumn[] {
  const opens = opensValues(endpoint.query);
  return endpoint.columns.map((column): ScopeColumn => {
    const { name } = column;
    const lineage = endpoint.lineage.find((each) => each.column === name);
    if (lineage === undefined) return { name, content: 'unknown' };
    if (opens && mayHoldOpened(column, lineage, platform)) return { name, content: 'personal' };
    return { name, from: lineage.from.map((source) => ({ ...source, flow: flowOf(source, opens) })) };
  });
}

/** In a query that opens values: a column that no other leads to, or that is declared to say who somebody is. */
function mayHoldOpened(column: Column, { from }: ColumnLineage, platform: Platform): boolean {
  const { semantic } = column;
  const declaredStrict = semantic !== undefined && platform.semantics[semantic]?.class === 'strict';
  return from.length === 0 || (declaredStrict && !Object.hasOwn(ENVELOPE_SEMANTICS, semantic));
}

/**
 * Lineage does not say where a value was opened on its way, so in a query that opens anything, every value but a copy was:
 * where what flows is neither sealed nor personal that changes nothing.
 */
function flowOf({ flow }: ColumnSource, opens: boolean): SourceFlow {
  return opens && (flow === 'transformed' || flow === 'aggregated') ? 'opened' : flow;
}
