/** Lists of objects: names in order, folded at a delimiter, page by page. Source: https://cloud.google.com/storage/docs/json_api/v1/objects/list */
import type { Listing, ListPosition } from './object-reads.ts';
import type { StoredObject } from './object.ts';

export interface ListQuery {
  readonly which: Listing;
  readonly prefix: string;
  /** Names are cut off after the first of these behind the prefix; '' for none. */
  readonly delimiter: string;
  readonly includeTrailingDelimiter: boolean;
  /** Inclusive. */
  readonly startOffset: string;
  /** Exclusive; '' for none. */
  readonly endOffset: string;
  readonly glob: RegExp | undefined;
  readonly maxResults: number;
  /** Where the page starts; undefined for the first. */
  readonly start: ListStart | undefined;
}

export interface ListPage {
  readonly items: readonly StoredObject[];
  readonly prefixes: readonly string[];
  readonly next: ListStart | undefined;
}

/** A position, and the prefix that the page before ended with. */
export interface ListStart extends ListPosition {
  readonly fold: string | undefined;
}

/** Objects from a position on, in order of name and generation, at most `limit`. */
export type ReadObjects = (which: Listing, start: ListPosition, limit: number) => readonly StoredObject[];

/** Rows read at a time where a delimiter folds many into one: what is read of a fold beyond its first is for nothing. */
const FOLDING_BATCH = 64;

export function listObjects(query: ListQuery, read: ReadObjects): ListPage {
  const items: StoredObject[] = [];
  const prefixes: string[] = [];
  const isFull = (): boolean => items.length + prefixes.length >= query.maxResults;
  let fold = query.start?.fold;
  let at: ListPosition | undefined = firstPosition(query);
  while (at !== undefined) {
    const room = query.maxResults + 1 - items.length - prefixes.length;
    const batch = read(query.which, at, query.delimiter === '' ? room : FOLDING_BATCH);
    for (const object of batch) {
      if (isBehind(query, object.name)) return { items, prefixes, next: undefined };
      const next = (): ListStart => ({ name: object.name, generation: object.generation, fold });
      const own = foldOf(query, object.name);
      if (own !== undefined && own !== fold && matches(query, own)) {
        if (isFull()) return { items, prefixes, next: next() };
        prefixes.push(own);
      }
      fold = own;
      if (!belongsToItems(query, object.name, own)) continue;
      if (isFull()) return { items, prefixes, next: next() };
      items.push(object);
    }
    const last = batch.at(-1);
    at = last === undefined ? undefined : following(query, last, fold);
  }
  return { items, prefixes, next: undefined };
}

function firstPosition({ start, prefix, startOffset }: ListQuery): ListPosition {
  if (start !== undefined) return start;
  return { name: compareNames(prefix, startOffset) > 0 ? prefix : startOffset, generation: 0 };
}

function isBehind({ prefix, endOffset }: ListQuery, name: string): boolean {
  return !name.startsWith(prefix) || (endOffset !== '' && compareNames(name, endOffset) >= 0);
}

/** The name up to the first delimiter behind the prefix. */
function foldOf({ prefix, delimiter }: ListQuery, name: string): string | undefined {
  if (delimiter === '') return undefined;
  const found = name.indexOf(delimiter, prefix.length);
  return found === -1 ? undefined : name.slice(0, found + delimiter.length);
}

function belongsToItems(query: ListQuery, name: string, fold: string | undefined): boolean {
  if (fold !== undefined && !(query.includeTrailingDelimiter && name === fold)) return false;
  return matches(query, name);
}

function matches({ glob }: ListQuery, name: string): boolean {
  return glob === undefined || glob.test(name);
}

/** Where to go on after an object: behind everything that is folded with it, or right behind it. */
function following(query: ListQuery, object: StoredObject, fold: string | undefined): ListPosition | undefined {
  if (fold !== undefined && fold !== object.name) {
    const name = behindPrefix(fold);
    return name === undefined ? undefined : { name, generation: 0 };
  }
  if (query.which === 'current') return { name: `${object.name}\0`, generation: 0 };
  return { name: object.name, generation: object.generation + 1 };
}

/** The least text that is behind every text with this prefix, in order of code points; undefined when there is none. */
export function behindPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    // Surrogates are no characters of their own.
    const next = last === 0xd7ff ? 0xe000 : last + 1;
    if (next <= 0x10ffff) return String.fromCodePoint(...points, next);
  }
  return undefined;
}

/** Order of names is that of their UTF-8 bytes, which is that of their code points, and not JavaScript's. */
export function compareNames(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
