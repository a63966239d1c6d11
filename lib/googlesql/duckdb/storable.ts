/** What may leave a query or enter a table: no NULL arrays, no NULLs in arrays. */

import type { SqlType } from '../types/sql-type.ts';
import { containsKind } from '../types/sql-type.ts';
import { freshName, type Context } from './context.ts';
import { quoteText } from './text.ts';
import { duckType, fieldName } from './types.ts';

/**
 * A value as tables and results hold it: NULL arrays become empty ones, and a NULL element is an error, as BigQuery has
 * it. `name` is the column's, for the message.
 */
export function storableText(text: string, type: SqlType, name: string, context: Context): string {
  if (!containsKind(type, 'ARRAY')) return text;
  if (type.kind === 'ARRAY') return storableArray(text, type.element, name, context);
  if (type.kind !== 'STRUCT') return text;
  const variable = freshName(context, 's');
  const fields = type.fields.map(
    (field, i) => `'${fieldName(i)}': ${storableText(`${variable}.${fieldName(i)}`, field.type, field.name, context)}`,
  );
  return `list_transform([${text}], lambda ${variable}: CASE WHEN ${variable} IS NULL THEN NULL ELSE {${fields.join(', ')}} END)[1]`;
}

function storableArray(text: string, element: SqlType, name: string, context: Context): string {
  const variable = freshName(context, 's');
  const item = freshName(context, 's');
  const inner = storableText(item, element, name, context);
  const elements = inner === item ? variable : `list_transform(${variable}, lambda ${item}: ${inner})`;
  const message = quoteText(`Array cannot have a null element; error in writing field ${name}`);
  const checked = `CASE WHEN ${variable} IS NULL THEN CAST([] AS ${duckType(element)}[]) WHEN list_count(${variable}) < len(${variable}) THEN CAST(gs_error(${message}) AS ${duckType(element)}[]) ELSE ${elements} END`;
  return `list_transform([${text}], lambda ${variable}: ${checked})[1]`;
}
