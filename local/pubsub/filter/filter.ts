/** Compiles a subscription's filter to a test on attributes. Source: https://cloud.google.com/pubsub/docs/subscription-message-filter */
import { MAX_FILTER_BYTES } from '../limits.ts';
import { invalid } from '../refusals.ts';
import { type FilterToken, filterTokens } from './filter-tokens.ts';

export type AttributeTest = (attributes: Readonly<Record<string, string>>) => boolean;

/**
 * Undefined for the empty filter, which lets everything through.
 * @throws ApiError INVALID_ARGUMENT for what is not a filter
 */
export function compileFilter(filter: string): AttributeTest | undefined {
  if (filter.trim() === '') return undefined;
  if (Buffer.byteLength(filter) > MAX_FILTER_BYTES)
    throw refused(filter, `it is longer than ${MAX_FILTER_BYTES} bytes`);
  const scanned = filterTokens(filter);
  if (scanned.kind === 'unknown') throw refused(filter, `unexpected character at position ${scanned.at}`);
  const parser = new FilterParser(filter, scanned.tokens);
  return parser.parse();
}

class FilterParser {
  readonly #filter: string;
  readonly #tokens: readonly FilterToken[];
  #index = 0;

  constructor(filter: string, tokens: readonly FilterToken[]) {
    this.#filter = filter;
    this.#tokens = tokens;
  }

  parse(): AttributeTest {
    const test = this.#expression();
    if (this.#token.kind !== 'end') throw this.#unexpected();
    return test;
  }

  get #token(): FilterToken {
    return this.#tokens[this.#index] ?? { kind: 'end', text: '', at: this.#filter.length };
  }

  /** AND and OR do not mix without parentheses. */
  #expression(): AttributeTest {
    const tests = [this.#term()];
    const operator = this.#token.text;
    if (this.#token.kind !== 'word' || (operator !== 'AND' && operator !== 'OR')) return only(tests);
    while (this.#takeIf('word', operator)) tests.push(this.#term());
    return operator === 'AND'
      ? (attributes) => tests.every((test) => test(attributes))
      : (attributes) => tests.some((test) => test(attributes));
  }

  #term(): AttributeTest {
    if (this.#takeIf('word', 'NOT') || this.#takeIf('sign', '-')) {
      const test = this.#term();
      return (attributes) => !test(attributes);
    }
    if (this.#takeIf('sign', '(')) {
      const test = this.#expression();
      this.#take('sign', ')');
      return test;
    }
    return this.#takeIf('word', 'hasPrefix') ? this.#hasPrefix() : this.#comparison();
  }

  #hasPrefix(): AttributeTest {
    this.#take('sign', '(');
    this.#take('word', 'attributes');
    this.#take('sign', '.');
    const key = this.#key();
    this.#take('sign', ',');
    const prefix = this.#text();
    this.#take('sign', ')');
    return (attributes) => valueOf(attributes, key)?.startsWith(prefix) ?? false;
  }

  #comparison(): AttributeTest {
    this.#take('word', 'attributes');
    if (this.#takeIf('sign', ':')) {
      const key = this.#key();
      return (attributes) => valueOf(attributes, key) !== undefined;
    }
    this.#take('sign', '.');
    const key = this.#key();
    if (this.#takeIf('sign', '!=')) {
      const value = this.#text();
      return (attributes) => (valueOf(attributes, key) ?? value) !== value;
    }
    this.#take('sign', '=');
    const value = this.#text();
    return (attributes) => valueOf(attributes, key) === value;
  }

  /** A bare word (letters, digits, `_`, and `-` inside) or a quoted string. */
  #key(): string {
    if (this.#token.kind === 'string') return this.#text();
    let key = this.#word();
    while (this.#token.kind === 'sign' && this.#token.text === '-') {
      this.#index += 1;
      key += `-${this.#word()}`;
    }
    return key;
  }

  #word(): string {
    if (this.#token.kind !== 'word') throw this.#unexpected();
    const { text } = this.#token;
    this.#index += 1;
    return text;
  }

  #text(): string {
    if (this.#token.kind !== 'string') throw this.#unexpected();
    const { text } = this.#token;
    this.#index += 1;
    return text;
  }

  #take(kind: FilterToken['kind'], text: string): void {
    if (!this.#takeIf(kind, text)) throw this.#unexpected();
  }

  #takeIf(kind: FilterToken['kind'], text: string): boolean {
    if (this.#token.kind !== kind || this.#token.text !== text) return false;
    this.#index += 1;
    return true;
  }

  #unexpected(): Error {
    const { kind, text, at } = this.#token;
    return refused(this.#filter, kind === 'end' ? 'it ends too early' : `unexpected "${text}" at position ${at}`);
  }
}

/** Attributes may be called like anything, also like what every object has. */
function valueOf(attributes: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(attributes, key) ? attributes[key] : undefined;
}

function only(tests: readonly AttributeTest[]): AttributeTest {
  return (attributes) => tests.every((test) => test(attributes));
}

function refused(filter: string, why: string): Error {
  return invalid(`Invalid filter given (filter=${filter}): ${why}.`);
}
