/** The `fields` parameter: replies cut down to what was asked for. Source: https://cloud.google.com/storage/docs/json_api#partial-response */
import { invalid } from './errors.ts';

/** What is wanted of an object, by field name; `*` stands for every field. An empty selection means all of it. */
type Selection = ReadonlyMap<string, Selection>;

const EVERYTHING: Selection = new Map();

/**
 * Keeps of `value` the fields that `mask` names, `items(name,owner/entity),nextPageToken` for instance.
 * @throws ApiError INVALID_ARGUMENT for a mask that does not parse
 */
export function partialResponse(value: unknown, mask: string): unknown {
  const tokens = mask.match(/[(),/]|[^(),/]+/g) ?? [];
  const selection = new Map<string, Selection>();
  if (parseList(tokens, 0, selection) !== tokens.length) throw invalidMask(mask);
  return select(value, selection);
}

/** Parses `a,b(c),d/e` from `at` on; returns where it ended. */
function parseList(tokens: readonly string[], at: number, into: Map<string, Selection>): number {
  let next = parsePath(tokens, at, into);
  while (tokens[next] === ',') next = parsePath(tokens, next + 1, into);
  return next;
}

function parsePath(tokens: readonly string[], at: number, into: Map<string, Selection>): number {
  const name = tokens[at]?.trim() ?? '';
  if (name === '' || /^[(),/]$/.test(name)) throw invalidMask(tokens.join(''));
  const opens = tokens[at + 1];
  if (opens !== '/' && opens !== '(') {
    into.set(name, EVERYTHING);
    return at + 1;
  }
  const inner = new Map(into.get(name));
  const end = opens === '/' ? parsePath(tokens, at + 2, inner) : parseList(tokens, at + 2, inner);
  // A field asked for whole stays whole.
  if (into.get(name) !== EVERYTHING) into.set(name, inner);
  if (opens === '/') return end;
  if (tokens[end] !== ')') throw invalidMask(tokens.join(''));
  return end + 1;
}

function select(value: unknown, selection: Selection): unknown {
  if (selection.size === 0 || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => select(item, selection));
  const kept: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    const wanted = selection.get(name) ?? selection.get('*');
    if (wanted !== undefined) kept[name] = select(field, wanted);
  }
  return kept;
}

function invalidMask(mask: string): Error {
  return invalid(`Invalid field selection ${mask}`, 'fields');
}
