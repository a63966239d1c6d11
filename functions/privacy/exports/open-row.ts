// Owns turning a row into what a person reads: the sealed fields opened and put beside the others.
import type { PlainRow, PlainValue } from '#shared/gcp/query.ts';
import type { PurposeKeys } from '#shared/privacy/keys/purpose-keys.ts';
import { openFields } from '#shared/privacy/sealing.ts';
import type { PersonKeys } from './person-keys.ts';
import type { ExportTable } from './export-tables.ts';

/** A row with its columns in order; `corrupt` when its sealed value is not what the keys sealed. */
export interface OpenedRow {
  readonly values: Readonly<Record<string, PlainValue>>;
  readonly corrupt: boolean;
}

/**
 * Opens a row: of what is sealed in it, what was sealed for the person. What belongs to others whom the row is about, opened by a
 * query or sealed, is left out, and so is a sealed value that is not the person's own, such as one that a pipeline copied beside their token.
 */
export function openRow(row: PlainRow, table: ExportTable, keys: PersonKeys): OpenedRow {
  const columns = table.sealed.map(({ column }) => column);
  const others = table.opened.filter(({ tokens }) => keysOf(row, tokens, keys) === undefined);
  const left = new Set([...columns, ...others.map(({ column }) => column)]);
  const rest = Object.fromEntries(Object.entries(row).filter(([column]) => !left.has(column)));
  let [opened, corrupt] = [{}, false];
  for (const { column, tokens } of table.sealed) {
    const sealed = row[column];
    const own = keysOf(row, tokens, keys);
    if (typeof sealed !== 'string' || own === undefined) continue;
    const fields = openFields(own, Buffer.from(sealed, 'base64'));
    if (fields.kind === 'plain') opened = { ...opened, ...fields.fields };
    else corrupt = true;
  }
  // What was sealed is JSON, as a plain value is.
  return { values: inOrder({ ...rest, ...(opened as Readonly<Record<string, PlainValue>>) }, table), corrupt };
}

function keysOf(row: PlainRow, tokens: readonly string[], keys: PersonKeys): PurposeKeys | undefined {
  for (const column of tokens) {
    const token = row[column];
    const own = typeof token === 'string' ? keys.get(token) : undefined;
    if (own !== undefined) return own;
  }
  return undefined;
}

/** The declared columns first and in order; whatever else was sealed, by an older declaration, behind them. */
function inOrder(values: PlainRow, { columns }: ExportTable): Readonly<Record<string, PlainValue>> {
  const ordered: Record<string, PlainValue> = {};
  for (const column of columns) ordered[column] = values[column] ?? null;
  for (const [column, value] of Object.entries(values)) ordered[column] ??= value;
  return ordered;
}
