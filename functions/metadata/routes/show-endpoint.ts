// Owns how an endpoint is shown to people and programs: one line of the list, and what people ask about one.
import { formatColumnType } from '#shared/catalog/column.ts';
import { type Catalog, endpointsOf } from '#shared/catalog/catalog.ts';
import type { Endpoint, SqlEndpoint } from '#shared/catalog/endpoint.ts';
import type { Field } from '#shared/catalog/field.ts';
import type { AboutEndpoint, EndpointShown, FreshnessShown } from '#shared/metadata/api/endpoint-shapes.ts';
import { freshnessOf, promiseOf } from '#shared/metadata/freshness.ts';
import type { SemanticId } from '#shared/platform/ids.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';
import type { LiveMoment } from '../driving/moment.ts';
import type { Tally } from '../state/tally.ts';

type ColumnShown = AboutEndpoint['schema'][number];

/** One line of the list. */
export function showEndpoint(moment: LiveMoment, endpoint: Endpoint): EndpointShown {
  const { id, kind, description, owner, grain, retention } = endpoint;
  const made =
    endpoint.kind === 'event' ? { eventType: endpoint.eventType, inputs: [] } : { inputs: inputsOf(endpoint) };
  return { id, kind, description, owner, grain, retention, ...made, ...standingOf(moment, endpoint) };
}

/** How an endpoint stands now, and what was promised. */
export function standingOf(
  moment: LiveMoment,
  endpoint: Endpoint,
): Pick<EndpointShown, 'partitions' | 'freshness' | 'promise'> {
  const promise = promiseOf(moment, endpoint);
  return {
    ...(promise === undefined ? {} : { promise }),
    freshness: showFreshness(moment, endpoint),
    partitions: showTally(moment.view.tally(endpoint.id)),
  };
}

/** What people ask about an endpoint beside its contract. */
export function aboutEndpoint(catalog: Catalog, endpoint: Endpoint): AboutEndpoint {
  const { platform } = catalog;
  const consumers = endpointsOf(catalog).filter(
    (other) => other.kind === 'sql' && other.inputs.some((input) => input.endpoint === endpoint.id),
  );
  return {
    contact: platform.teams[endpoint.owner]?.contact ?? '',
    purposes: endpoint.purposes.map((id) => {
      const { description = '', legalBasis = '' } = platform.purposes[id] ?? {};
      return { id, description, legalBasis };
    }),
    schema: schemaOf(catalog, endpoint),
    inputs: endpoint.kind === 'event' ? [endpoint.eventType] : inputsOf(endpoint),
    consumers: consumers.map(({ id }) => id),
    checks: endpoint.kind === 'sql' ? endpoint.checks.map(({ name, severity }) => ({ name, severity })) : [],
  };
}

function inputsOf({ inputs }: SqlEndpoint): string[] {
  return inputs.map((input) => input.endpoint);
}

function schemaOf(catalog: Catalog, endpoint: Endpoint): ColumnShown[] {
  const fields = endpoint.kind === 'event' ? (catalog.eventTypes[endpoint.eventType]?.fields ?? []) : [];
  const byName = new Map(fields.map((field) => [field.name, field]));
  const columns = endpoint.columns.map((column): ColumnShown => {
    const field = byName.get(column.name);
    return {
      name: column.name,
      type: formatColumnType(column),
      ...(column.description === undefined ? {} : { description: column.description }),
      ...meaningOf(catalog, column.semantic),
      ...(field === undefined ? {} : { privacy: privacyOf(field) }),
    };
  });
  const stored = new Set(endpoint.columns.map(({ name }) => name));
  const unstored = fields
    .filter(({ name }) => !stored.has(name))
    .map((field) => ({
      name: field.name,
      type: field.type.kind,
      description: field.description,
      ...meaningOf(catalog, field.semantic),
      privacy: privacyOf(field),
    }));
  return [...columns, ...unstored];
}

function meaningOf({ platform }: Catalog, semantic: SemanticId | undefined): Pick<ColumnShown, 'semantic' | 'class'> {
  if (semantic === undefined) return {};
  const known = platform.semantics[semantic];
  return { semantic, ...(known === undefined ? {} : { class: known.class }) };
}

function privacyOf({ privacy, whose }: Field): string {
  const action = privacy.action === 'generalise' ? `generalise: ${privacy.rule}` : privacy.action;
  return whose === undefined ? action : `${action}, whose: ${whose}`;
}

function showFreshness(moment: LiveMoment, endpoint: Endpoint): FreshnessShown {
  const { state, latest, upToMs, publishedMs, missing } = freshnessOf(moment, endpoint);
  return {
    state,
    ...(latest === undefined ? {} : { latest }),
    ...(upToMs === undefined ? {} : { upTo: formatTimestamp(upToMs) }),
    ...(publishedMs === undefined ? {} : { publishedAt: formatTimestamp(publishedMs) }),
    ...(missing === undefined ? {} : { missing: showMissing(missing.key, missing.promisedMs) }),
  };
}

function showMissing(key: string, promisedMs: number | undefined): NonNullable<FreshnessShown['missing']> {
  return { key, ...(promisedMs === undefined ? {} : { promisedAt: formatTimestamp(promisedMs) }) };
}

/** How many stored partitions are in each state, and the newest published one. */
function showTally({ states, rows, latest }: Tally): EndpointShown['partitions'] {
  return { states: Object.fromEntries(states), rows, ...(latest === undefined ? {} : { latest }) };
}
