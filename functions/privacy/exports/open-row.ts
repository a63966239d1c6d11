// Owns turning a row into what a person reads: the sealed fields opened and put beside the others.
import type { PlainRow, PlainValue } from '#shared/gcp/query.ts';
import { openFields } from '#shared/privacy/sealing.ts';
import type { PersonKeys } from './person-keys.ts';
import type { ExportTable } from './export-tables.ts';

/** A row with its columns in order; `corrupt` when its sealed value is not what the keys sealed. */
export interface OpenedRow {
  readonly values: Readonly<Record<string, PlainValue>>;
  readonly corrupt: boolean;
}

/** Opens a row. A sealed value that is not the person's own, such as one that a pipeline copied beside their token, is left out. */
export function openRow(row: PlainRow, table: ExportTable, keys: PersonKeys): OpenedRow {
  const { sealed, ...rest } = row;
  if (typeof sealed !== 'string') return { values: inOrder(rest, table), corrupt: false };
  const token = table.tokenColumns
    .map((column) => row[column])
    .find((value) => typeof value === 'string' && keys.has(value));
  const own = typeof token === 'string' ? keys.get(token) : undefined;
  const opened = own === undefined ? undefined : openFields(own, Buffer.from(sealed, 'base64'));
  if (opened?.kind !== 'plain') return { values: inOrder(rest, table), corrupt: true };
  // What was sealed is JSON, as a plain value is.
  const fields = opened.fields as Readonly<Record<string, PlainValue>>;
  return { values: inOrder({ ...rest, ...fields }, table), corrupt: false };
}

/** The declared columns first and in order; whatever else was sealed, by an older declaration, behind them. */
function inOrder(values: PlainRow, { columns }: ExportTable): Readonly<Record<string, PlainValue>> {
  const ordered: Record<string, PlainValue> = {};
  for (const column of columns) ordered[column] = values[column] ?? null;
  for (const [column, value] of Object.entries(values)) ordered[column] ??= value;
  return ordered;
}
