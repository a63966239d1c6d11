/** Words of Pub/Sub's filter language. Source: https://cloud.google.com/pubsub/docs/subscription-message-filter#filtering_syntax */

export type FilterToken =
  | { readonly kind: 'word'; readonly text: string; readonly at: number }
  | { readonly kind: 'string'; readonly text: string; readonly at: number }
  | { readonly kind: 'sign'; readonly text: string; readonly at: number }
  | { readonly kind: 'end'; readonly text: ''; readonly at: number };

const TOKEN = /\s*(?:(?<word>\w+)|(?<string>"(?:[^"\\]|\\.)*")|(?<sign>!=|[=:.(),-]))/y;
const ESCAPE = /\\(?:u(?<unicode>[0-9a-fA-F]{4})|(?<char>.))/gs;

/** The tokens of a filter, or where it holds something that is none. */
export function filterTokens(
  filter: string,
): { readonly kind: 'tokens'; readonly tokens: FilterToken[] } | { readonly kind: 'unknown'; readonly at: number } {
  const tokens: FilterToken[] = [];
  let at = 0;
  while (filter.slice(at).trim() !== '') {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(filter);
    if (found?.groups === undefined) return { kind: 'unknown', at };
    const { word, string, sign } = found.groups;
    const end = TOKEN.lastIndex;
    if (word !== undefined) tokens.push({ kind: 'word', text: word, at: end - word.length });
    else if (string !== undefined) tokens.push({ kind: 'string', text: unescape(string), at: end - string.length });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign, at: end - sign.length });
    at = end;
  }
  tokens.push({ kind: 'end', text: '', at: filter.length });
  return { kind: 'tokens', tokens };
}

function unescape(quoted: string): string {
  return quoted.slice(1, -1).replace(ESCAPE, (_all, unicode: string | undefined, char: string | undefined) => {
    return unicode === undefined ? (char ?? '') : String.fromCodePoint(Number.parseInt(unicode, 16));
  });
}
