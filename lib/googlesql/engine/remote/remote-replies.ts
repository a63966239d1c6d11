/** Reads what an endpoint replied: a value for each row of arguments, in the encoding of TO_JSON_STRING. */

import type { ScalarKind } from '../../types/sql-type.ts';
import { JsonNumber, jsonText, parseJson, type JsonValue } from '../../values/json.ts';
import { ValueError } from '../../values/sql-value.ts';
import { failure, type EngineFailure } from '../failure.ts';

/**
 * The replies as the texts that a cast, or PARSE_JSON, takes to the function's type; null is NULL.
 * Source: https://cloud.google.com/bigquery/docs/remote-functions#output_format. Its words for a malformed reply are not published.
 */
export function readReplies(
  body: string,
  { name, kind, rows }: { readonly name: string; readonly kind: ScalarKind; readonly rows: number },
): readonly (string | null)[] {
  const replies = repliesOf(body);
  if (replies === undefined) throw malformed(name, 'the reply is not a JSON object with an array "replies"');
  if (replies.length !== rows) throw malformed(name, `expected ${rows} replies, got ${replies.length}`);
  return replies.map((reply) => {
    const text = replyText(reply, kind);
    if (text === undefined) throw malformed(name, `a reply is not of type ${kind}`);
    return text;
  });
}

function repliesOf(body: string): readonly JsonValue[] | undefined {
  try {
    const parsed = parseJson(body, 'round');
    const replies = parsed instanceof Map ? (parsed as ReadonlyMap<string, JsonValue>).get('replies') : undefined;
    return Array.isArray(replies) ? (replies as readonly JsonValue[]) : undefined;
  } catch (error) {
    if (error instanceof ValueError) return undefined;
    throw error;
  }
}

const NUMBERS: ReadonlySet<ScalarKind> = new Set(['INT64', 'FLOAT64', 'NUMERIC', 'BIGNUMERIC']);

function replyText(reply: JsonValue, kind: ScalarKind): string | null | undefined {
  if (kind === 'JSON') return jsonText(reply);
  if (reply === null) return null;
  if (kind === 'BOOL') return typeof reply === 'boolean' ? String(reply) : undefined;
  if (NUMBERS.has(kind)) return numberText(reply);
  return typeof reply === 'string' ? reply : undefined;
}

/** Numbers that a double would lose are written as texts. */
function numberText(reply: JsonValue): string | undefined {
  if (reply instanceof JsonNumber) return reply.text;
  return typeof reply === 'string' && /^(?:-?[\d.]+(?:[eE][+-]?\d+)?|NaN|-?Infinity)$/.test(reply) ? reply : undefined;
}

function malformed(name: string, what: string): EngineFailure {
  return failure('invalidQuery', `Failed to process the response of remote function ${name}: ${what}`);
}
