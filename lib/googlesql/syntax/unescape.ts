/** Values of string, bytes and quoted-name tokens: escapes resolved. */

import { SqlError } from './sql-error.ts';

const simpleEscapes: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '?': '?',
  '"': '"',
  "'": "'",
  '`': '`',
};

/** What a literal token's quotes hold, and how it is marked. */
interface QuotedParts {
  readonly body: string;
  /** Offset of the body in the SQL text. */
  readonly bodyStart: number;
  readonly raw: boolean;
}

function partsOf(text: string, start: number, end: number): QuotedParts {
  let open = start;
  while (!'\'"`'.includes(text.charAt(open))) open++;
  const quote = text.charAt(open);
  const triple = quote !== '`' && end - open >= 6 && text.startsWith(quote.repeat(3), open);
  const width = triple ? 3 : 1;
  return {
    body: text.slice(open + width, end - width),
    bodyStart: open + width,
    raw: text.slice(start, open).toLowerCase().includes('r'),
  };
}

/** The characters of a string literal or quoted name. Throws at an escape that GoogleSQL does not have. */
export function unescapeString(text: string, start: number, end: number): string {
  const { body, bodyStart, raw } = partsOf(text, start, end);
  const lines = body.includes('\r') ? body.replace(/\r\n?/g, '\n') : body;
  if (raw || !lines.includes('\\')) return lines;
  let out = '';
  for (const part of escapedParts(body, bodyStart)) {
    out += part.kind === 'text' ? part.text.replace(/\r\n?/g, '\n') : String.fromCodePoint(part.code);
  }
  return out;
}

/** The bytes of a bytes literal; characters outside of escapes stand for their UTF-8 bytes. */
export function unescapeBytes(text: string, start: number, end: number): Uint8Array {
  const { body, bodyStart, raw } = partsOf(text, start, end);
  if (raw || !body.includes('\\')) return Buffer.from(body, 'utf8');
  const out: Buffer[] = [];
  for (const part of escapedParts(body, bodyStart)) {
    if (part.kind === 'text') out.push(Buffer.from(part.text, 'utf8'));
    else if (part.form === 'unicode') {
      throw new SqlError(
        `Syntax error: Illegal escape sequence: Unicode escape sequence \\u cannot be used in bytes literals`,
        part.at,
      );
    } else out.push(Buffer.from([part.code]));
  }
  return Buffer.concat(out);
}

type EscapedPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly code: number; readonly form: 'byte' | 'unicode'; readonly at: number };

function* escapedParts(body: string, bodyStart: number): Generator<EscapedPart> {
  let from = 0;
  for (let i = body.indexOf('\\'); i >= 0; i = body.indexOf('\\', from)) {
    if (i > from) yield { kind: 'text', text: body.slice(from, i) };
    const escape = readEscape(body, i, bodyStart);
    yield { kind: 'code', code: escape.code, form: escape.form, at: bodyStart + i };
    from = i + escape.length;
  }
  if (from < body.length) yield { kind: 'text', text: body.slice(from) };
}

const numericEscape = /^\\(?:([0-3][0-7]{2})|[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/;

function readEscape(
  body: string,
  at: number,
  bodyStart: number,
): { readonly code: number; readonly form: 'byte' | 'unicode'; readonly length: number } {
  const simple = simpleEscapes[body.charAt(at + 1)];
  if (simple !== undefined) return { code: simple.charCodeAt(0), form: 'byte', length: 2 };
  const match = numericEscape.exec(body.slice(at, at + 10));
  if (match === null) {
    throw new SqlError(`Syntax error: Illegal escape sequence: ${body.slice(at, at + 2)}`, bodyStart + at);
  }
  const [all, octal, hex, short, long] = match;
  if (octal !== undefined) return { code: Number.parseInt(octal, 8), form: 'byte', length: all.length };
  if (hex !== undefined) return { code: Number.parseInt(hex, 16), form: 'byte', length: all.length };
  const code = Number.parseInt(short ?? long ?? '', 16);
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
    throw new SqlError(`Syntax error: Illegal escape sequence: Unicode value ${all} is invalid`, bodyStart + at);
  }
  return { code, form: 'unicode', length: all.length };
}
