// Owns what an export looks through: each table that holds the token of a person, and the statement that reads its rows.
import { type Catalog } from '#shared/catalog/catalog.ts';
import { liveView } from '#shared/catalog/names.ts';
import type { TablePath } from '#shared/gcp/erased-rows.ts';
import type { EndpointId } from '#shared/platform/ids.ts';
import { tokenColumns } from '#shared/privacy/erasure/scope-plan.ts';
import { endpointById, sealedFields } from '#shared/privacy/export/explanation.ts';
import { scopeOf } from '../erasures/catalog-scope.ts';
import { holdsToken } from '../erasures/row-statements.ts';

/** A table to read. */
export interface ExportTable {
  /** The endpoint, or `platform.failed_events`. */
  readonly id: string;
  readonly sql: string;
  readonly tokenColumns: readonly string[];
  /** Columns of the files, in order: those of the table without `sealed`, then the sealed fields. */
  readonly columns: readonly string[];
}

const FAILED_EVENTS = 'platform.failed_events';
const SEALED = 'sealed';
/** What a failed event is sealed as: its text, whole. */
const ORIGINAL = 'original';

/** The table of the tokens of an export. */
export function exportTokenTable(id: string): TablePath {
  return `staging.exporting_${id.replaceAll('-', '_')}`;
}

/** Every table with the subject token; raw events are in the live views of their endpoints. */
export function exportTables(catalog: Catalog, id: string): readonly ExportTable[] {
  const scope = scopeOf(catalog);
  const tokens = tokenColumns(scope);
  return scope.flatMap((each): readonly ExportTable[] => {
    const columns = tokens.get(each.id) ?? [];
    if (columns.length === 0 || each.id.startsWith('raw.')) return [];
    const endpoint = endpointById(catalog, each.id);
    const eventType = endpoint?.kind === 'event' ? catalog.eventTypes[endpoint.eventType] : undefined;
    const own = each.columns.map(({ name }) => name);
    const opened = each.id === FAILED_EVENTS ? [ORIGINAL] : sealedFields(eventType).map(({ name }) => name);
    const hasSealed = own.includes(SEALED);
    return [
      {
        id: each.id,
        sql: statement(endpoint?.kind === 'event' ? livePath(endpoint.id) : each.id, columns, exportTokenTable(id)),
        tokenColumns: columns,
        columns: [...own.filter((name) => name !== SEALED), ...(hasSealed ? opened : [])],
      },
    ];
  });
}

function livePath(endpoint: EndpointId): string {
  const { dataset, table } = liveView(endpoint);
  return `${dataset}.${table}`;
}

function statement(table: string, columns: readonly string[], tokens: TablePath): string {
  return `SELECT *\nFROM \`${table}\`\nWHERE ${holdsToken(columns, tokens)}`;
}
