// Owns the one text form of a JSON value: equal values give equal bytes, so that digests and signatures can be compared.

/** A value that JSON can carry. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/**
 * The canonical text of a value by RFC 8785 (JSON Canonicalization Scheme): keys in order of their UTF-16 code units,
 * numbers as ECMAScript prints them, no white space. Properties that are `undefined` are left out, as JSON.stringify does.
 * Throws a TypeError on what JSON cannot carry: NaN, infinities, bigint, functions, symbols and lone surrogates.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'string') return stringText(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object') return objectText(value);
  throw new TypeError(`canonical JSON cannot carry a ${typeof value}`);
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError('canonical JSON cannot carry a number that is not finite');
  return JSON.stringify(value);
}

/** What JSON writes as it stands between quotes: ASCII without controls, quote and backslash. */
const PLAIN = /^[ !#-[\]-~]*$/;

function stringText(value: string): string {
  if (PLAIN.test(value)) return `"${value}"`;
  // RFC 8785 section 3.2.2.2: a lone surrogate has no UTF-8 form, so it must end the work with an error.
  if (!value.isWellFormed()) throw new TypeError('canonical JSON cannot carry a lone surrogate');
  return JSON.stringify(value);
}

function objectText(value: object): string {
  // Without a comparison, strings are sorted by their UTF-16 code units.
  let text = '{';
  for (const key of Object.keys(value).sort()) {
    // A key of this very object.
    const member = (value as Readonly<Record<string, unknown>>)[key];
    if (member !== undefined) text += `${text.length === 1 ? '' : ','}${stringText(key)}:${canonicalJson(member)}`;
  }
  return `${text}}`;
}
