// Owns what an export looks through: each table that holds the token of a person, and the statement that reads its rows.
import { type Catalog } from '#shared/catalog/catalog.ts';
import { liveView } from '#shared/catalog/names.ts';
import { sealedColumnOf } from '#shared/catalog/other-persons.ts';
import type { TablePath } from '#shared/gcp/erased-rows.ts';
import type { EndpointId } from '#shared/platform/ids.ts';
import { type OwnedColumn, ownedColumns, tokenColumns } from '#shared/privacy/erasure/scope-contents.ts';
import { endpointById, sealedFields } from '#shared/privacy/export/explanation.ts';
import { scopeOf } from '../erasures/catalog-scope.ts';
import { holdsToken } from '../erasures/row-statements.ts';

/** A table to read. */
export interface ExportTable {
  /** The endpoint, or `platform.failed_events`. */
  readonly id: string;
  readonly sql: string;
  /** The columns of what is sealed, each with those of which one holds the token of whom it was sealed for. */
  readonly sealed: readonly OwnedColumn[];
  /** Columns of values that a query opened, each with those of which one holds the token of whom they are. */
  readonly opened: readonly OwnedColumn[];
  /** Columns of the files, in order: those of the table without the sealed ones, then the sealed fields. */
  readonly columns: readonly string[];
}

const FAILED_EVENTS = 'platform.failed_events';
const [SEALED, SUBJECT] = ['sealed', 'subject'];
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
  const owned = ownedColumns(scope);
  return scope.flatMap((each): readonly ExportTable[] => {
    const columns = tokens.get(each.id) ?? [];
    if (columns.length === 0 || each.id.startsWith('raw.')) return [];
    const endpoint = endpointById(catalog, each.id);
    const eventType = endpoint?.kind === 'event' ? catalog.eventTypes[endpoint.eventType] : undefined;
    const own = each.columns.map(({ name }) => name);
    const opened = each.id === FAILED_EVENTS ? [ORIGINAL] : sealedFields(eventType).map(({ name }) => name);
    const sealed = sealedColumns(own, columns);
    const isSealed = (name: string): boolean => sealed.some(({ column }) => column === name);
    return [
      {
        id: each.id,
        sql: statement(endpoint?.kind === 'event' ? livePath(endpoint.id) : each.id, columns, exportTokenTable(id)),
        sealed,
        opened: owned.get(each.id) ?? [],
        columns: [...own.filter((name) => !isSealed(name)), ...(sealed.length > 0 ? opened : [])],
      },
    ];
  });
}

/** `sealed` is of the subject, and what is sealed for another person stands beside the column that names them. */
function sealedColumns(own: readonly string[], tokens: readonly string[]): readonly OwnedColumn[] {
  const ofSubject = { column: SEALED, tokens: tokens.includes(SUBJECT) ? [SUBJECT] : tokens };
  const ofOthers = tokens.map((token) => ({ column: sealedColumnOf(token), tokens: [token] }));
  return [ofSubject, ...ofOthers].filter(({ column }) => own.includes(column));
}

function livePath(endpoint: EndpointId): string {
  const { dataset, table } = liveView(endpoint);
  return `${dataset}.${table}`;
}

function statement(table: string, columns: readonly string[], tokens: TablePath): string {
  return `SELECT *\nFROM \`${table}\`\nWHERE ${holdsToken(columns, tokens)}`;
}
